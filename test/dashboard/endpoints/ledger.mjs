/** Handlers that stop in the middle, for those who go on from there. */
import * as restate from "#sdk";

function failure(message, place) {
  const error = new Error(message);
  error.stack = `Error: ${message}\n    at ${place}\n    at async HandlerWrapper.invoke (restate-sdk/dist/types/rpc.js:141:26)`;
  return error;
}

/** How often a handler was called with a key, in this process: what code must not depend on. */
const calls = new Map();

const options = {
  inactivityTimeout: 0,
  retryPolicy: { initialInterval: 10, exponentiationFactor: 1, maxAttempts: 2, onMaxAttempts: "pause" },
};

const note = async (ctx, key) => ctx.set("last", key);

/** Stops behind the list of keys. */
async function audit(ctx) {
  const names = await ctx.stateKeys();
  await ctx.run("print the receipt", () => {
    throw failure("The printer is out of paper", "Printer.print (ledger/printer.ts:12:9)");
  });
  return names;
}

const ledger = restate.object({
  name: "Ledger",
  options,
  handlers: {
    post: async (ctx, amount) => {
      const balance = (await ctx.get("balance")) ?? 0;
      ctx.set("balance", balance + amount);
      const receipt = await ctx.run("print the receipt", () => {
        throw failure("The printer is out of paper", "Printer.print (ledger/printer.ts:12:9)");
      });
      ctx.set("receipt", receipt);
      return { balance: balance + amount, receipt };
    },
    drift: async (ctx) => {
      const call = (calls.get(ctx.key) ?? 0) + 1;
      calls.set(ctx.key, call);
      await ctx.run(call === 1 ? "charge the card" : "charge the customer", () => "charged");
      if (call === 1) throw failure("connection lost", "Bank.connect (ledger/bank.ts:37:13)");
      return "drifted";
    },
    close: async (ctx) => {
      ctx.set("state", "closing");
      ctx.objectSendClient({ name: "Ledger" }, "archive").note(ctx.key);
      await ctx.run("count", () => 1);
      ctx.set("state", "closed");
      return ctx.run("sign", () => "signed");
    },
    note,
    audit,
  },
});

/** Asks for its state entry by entry. */
const remoteLedger = restate.object({
  name: "RemoteLedger",
  options: { ...options, enableLazyState: true },
  handlers: { note, audit },
});

await restate.serve({ port: Number(process.env.PORT), services: [ledger, remoteLedger] });
process.send?.("ready");
