// A virtual object: a shopping cart per customer. Handlers of one key run one after the other, so nothing is counted
// twice; the state is part of the journal's transaction and needs no database. A cart that is left alone empties itself:
// every change sends a delayed message to the cart, and only the message of the last change finds its revision.
//
//   npx restate-lite dev examples/cart.ts
//
//   curl localhost:8080/Cart/ada/add --json '{"product": "tea", "quantity": 2}'
//   curl localhost:8080/Cart/ada/add --json '{"product": "cup"}'
//   curl localhost:8080/Cart/ada/show
//   curl localhost:8080/Cart/ada/checkout -X POST
//   curl localhost:8080/Cart/ada/checkout -X POST                                               (a 409: it is empty)

import * as restate from "restate-lite/sdk";

const keptFor = { hours: 12 };

type Items = Record<string, number>;
interface Addition {
  product: string;
  quantity?: number;
}

export const cart = restate.object({
  name: "Cart",
  handlers: {
    add: async (ctx: restate.ObjectContext, { product, quantity = 1 }: Addition): Promise<Items> => {
      if (!(quantity > 0)) throw new restate.TerminalError("A quantity is above zero", { errorCode: 400 });
      const items = (await ctx.get<Items>("items")) ?? {};
      items[product] = (items[product] ?? 0) + quantity;
      ctx.set("items", items);

      const revision = ((await ctx.get<number>("revision")) ?? 0) + 1;
      ctx.set("revision", revision);
      ctx.objectSendClient(cart, ctx.key).expire(revision, restate.rpc.sendOpts({ delay: keptFor }));
      return items;
    },

    checkout: async (ctx: restate.ObjectContext): Promise<{ orderId: string; items: Items }> => {
      const items = await ctx.get<Items>("items");
      if (items === null) throw new restate.TerminalError("The cart is empty", { errorCode: 409 });
      // The seed of ctx.rand belongs to the invocation: a retry gets the same order id.
      const orderId = ctx.rand.uuidv4();
      await ctx.run("place the order", () => console.log(`order ${orderId} of ${ctx.key}`, items));
      ctx.clear("items");
      return { orderId, items };
    },

    expire: async (ctx: restate.ObjectContext, revision: number): Promise<void> => {
      if ((await ctx.get<number>("revision")) === revision) ctx.clearAll();
    },

    show: restate.handlers.object.shared(
      async (ctx: restate.ObjectSharedContext): Promise<Items> => (await ctx.get<Items>("items")) ?? {},
    ),
  },
});

await restate.serve({ services: [cart] });
