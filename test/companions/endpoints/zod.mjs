import { serde as zodSerde } from "@restatedev/restate-sdk-zod";
import { z } from "zod";
import * as restate from "#sdk";
import { serve } from "../../conformance/endpoints/serve.mjs";

const Order = z.object({
  id: z.string().min(3).describe("as on the invoice"),
  items: z.array(z.object({ sku: z.string(), count: z.number().int().positive() })),
  note: z.string().optional(),
});
const Receipt = z.object({ id: z.string(), count: z.number(), at: z.enum(["shop", "web"]) });
const [order, receipt] = [zodSerde.zod(Order), zodSerde.zod(Receipt)];
const amount = zodSerde.zod(z.number());
const count = ({ items }) => items.reduce((sum, item) => sum + item.count, 0);
const { handler, object } = restate.handlers;

const shop = restate.service({
  name: "Shop",
  handlers: {
    buy: handler({ input: order, output: receipt }, async (ctx, bought) => {
      const counted = await ctx.run("count", () => count(bought), { serde: amount });
      return { id: bought.id, count: counted, at: "web" };
    }),
    // The same schemas without the companion package: both SDKs take a Standard Schema as it is.
    standard: handler(
      { input: restate.serde.schema(Order), output: restate.serde.schema(Receipt) },
      async (_ctx, bought) => ({ id: bought.id, count: count(bought), at: "shop" }),
    ),
    nothing: handler({ input: zodSerde.zod(z.void()), output: zodSerde.zod(z.void()) }, async () => undefined),
    badOutput: handler({ output: receipt }, async () => ({ id: 1 })),
    total: handler({ input: zodSerde.zod(z.string()), output: amount }, async (ctx, key) => {
      const opts = restate.rpc.opts({ input: amount, output: amount });
      await ctx.objectClient({ name: "Till" }, key).add(2, opts);
      return ctx.objectClient({ name: "Till" }, key).add(3, opts);
    }),
  },
});

const till = restate.object({
  name: "Till",
  handlers: {
    add: object.exclusive({ input: amount, output: amount }, async (ctx, n) => {
      const sum = ((await ctx.get("sum", amount)) ?? 0) + n;
      ctx.set("sum", sum, amount);
      return sum;
    }),
  },
});

serve([shop, till]);
