// An awakeable: a handler waits for something outside, here for the callback of a payment provider. The provider gets
// the awakeable's id and calls one of two addresses: a handler of ours that checks the event and resolves the awakeable,
// or the server itself, which knows awakeables by their id.
//
//   npx restate-lite dev examples/webhook.ts
//
//   curl localhost:8080/Payment/p-1/charge/send --json '{"amount": 40}'
//   curl localhost:8080/Payment/p-1/webhook --json '{"type": "paid", "receipt": "r-77"}'
//   curl localhost:8080/Payment/p-1/status
//   curl localhost:8080/Payment/p-2/charge/send --json '{"amount": 60}'
//   curl localhost:8080/restate/awakeables/ID/resolve --json '"r-78"'          (ID: the status of p-2, or its log line)

import * as restate from "restate-lite/sdk";

type Event = { type: "paid"; receipt: string } | { type: "declined"; reason: string };

export const payment = restate.object({
  name: "Payment",
  handlers: {
    charge: async (ctx: restate.ObjectContext, { amount }: { amount: number }): Promise<string> => {
      const callback = ctx.awakeable<string>();
      ctx.set("callbackId", callback.id);
      ctx.set("status", `waits for ${callback.id}`);
      await ctx.run("start the payment", () => startAtProvider(ctx.key, amount, callback.id));
      try {
        const receipt = await callback.promise;
        ctx.set("status", `paid, receipt ${receipt}`);
        return receipt;
      } catch (error) {
        // Rejecting an awakeable throws a terminal error where it is awaited.
        if (error instanceof restate.TerminalError) ctx.set("status", `declined: ${error.message}`);
        throw error;
      } finally {
        ctx.clear("callbackId");
      }
    },

    // Shared, because `charge` holds the key while it waits.
    webhook: restate.handlers.object.shared(async (ctx: restate.ObjectSharedContext, event: Event): Promise<void> => {
      const id = await ctx.get<string>("callbackId");
      if (id === null) throw new restate.TerminalError(`${ctx.key} waits for no payment`, { errorCode: 404 });
      if (event.type === "paid") ctx.resolveAwakeable(id, event.receipt);
      else ctx.rejectAwakeable(id, event.reason);
    }),

    status: restate.handlers.object.shared(
      async (ctx: restate.ObjectSharedContext): Promise<string> => (await ctx.get<string>("status")) ?? "unknown",
    ),
  },
});

/** In life: a request to the provider, with the payment as its idempotency key and the id as its reference. */
async function startAtProvider(paymentId: string, amount: number, reference: string): Promise<void> {
  console.log(`payment ${paymentId} of ${amount}: callback ${reference}`);
}

await restate.serve({ services: [payment] });
