/** Handlers that end up in every status that SQL can show. */
import * as restate from "@restatedev/restate-sdk";

const forever = () => new Promise(() => {});
const atOnce = { inactivityTimeout: 0 };
const fails = async () => {
  throw new Error("always");
};
const quickly = { initialInterval: 10, exponentiationFactor: 1, maxAttempts: 2 };

const plain = restate.service({
  name: "Plain",
  handlers: {
    greet: async (_ctx, name) => `Hello ${name}`,
    fail: async () => {
      throw new restate.TerminalError("teapot", { errorCode: 418 });
    },
    steps: async (ctx) => {
      const first = await ctx.run("first", () => 1);
      return ctx.run("second", () => first + 1);
    },
    callsFailing: async (ctx) => ctx.serviceClient({ name: "Plain" }).fail(),
  },
});

const counter = restate.object({
  name: "Counter",
  handlers: {
    add: async (ctx, amount) => {
      const sum = ((await ctx.get("count")) ?? 0) + amount;
      ctx.set("count", sum);
      return sum;
    },
    hold: async (ctx) => ctx.run("hold", forever),
  },
});

const waiter = restate.object({
  name: "Waiter",
  options: atOnce,
  handlers: {
    awakeable: async (ctx) => ctx.awakeable().promise,
    sleep: async (ctx) => ctx.sleep(3_600_000),
    parent: async (ctx) => {
      ctx.objectSendClient({ name: "Waiter" }, "sent").awakeable();
      ctx.objectSendClient({ name: "Waiter" }, "later").awakeable(restate.rpc.sendOpts({ delay: 3_600_000 }));
      return ctx.objectClient({ name: "Waiter" }, "child").awakeable();
    },
  },
});

const failing = restate.service({
  name: "Failing",
  handlers: { backsOff: fails },
  options: { retryPolicy: { initialInterval: 3_600_000, maxInterval: 3_600_000 } },
});
const pausing = restate.service({
  name: "Pausing",
  handlers: { pauses: fails },
  options: { retryPolicy: { ...quickly, onMaxAttempts: "pause" } },
});
const killing = restate.service({
  name: "Killing",
  handlers: { kills: fails },
  options: { retryPolicy: { ...quickly, onMaxAttempts: "kill" } },
});

const flow = restate.workflow({
  name: "Flow",
  options: atOnce,
  handlers: {
    run: async (ctx) => ctx.promise("approval"),
    approve: async (ctx, value) => ctx.promise("approval").resolve(value),
  },
});

await restate.serve({
  port: Number(process.env.PORT),
  services: [plain, counter, waiter, failing, pausing, killing, flow],
});
process.send?.("ready");
