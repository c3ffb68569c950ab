/** Handlers that end up in every status that SQL can show. */
import * as restate from "@restatedev/restate-sdk";
import { add, fails, greeting, oneAttemptAnHour, twoAttempts } from "../../support/handlers.mjs";

const forever = () => new Promise(() => {});
const atOnce = { inactivityTimeout: 0 };

const plain = restate.service({
  name: "Plain",
  handlers: greeting("Plain"),
});

const counter = restate.object({
  name: "Counter",
  handlers: {
    add,
    hold: async (ctx) => ctx.run("hold", forever),
    slow: async (ctx) => ctx.sleep(1000),
    waits: restate.handlers.object.exclusive({ inactivityTimeout: 3_600_000 }, async (ctx) => ctx.awakeable().promise),
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
  options: oneAttemptAnHour,
});
const pausing = restate.service({
  name: "Pausing",
  handlers: { pauses: fails },
  options: twoAttempts("pause"),
});
const killing = restate.service({
  name: "Killing",
  handlers: { kills: fails },
  options: twoAttempts("kill"),
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
