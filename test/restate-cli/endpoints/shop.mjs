/** Handlers that end up in every status, with every kind of journal entry, for the CLI to show. */
import * as restate from "@restatedev/restate-sdk";
import { add, fails, greeting, oneAttemptAnHour, twoAttempts } from "../../support/handlers.mjs";

const hour = 3_600_000;
const forever = () => new Promise(() => {});
const suspendsAtOnce = { inactivityTimeout: 0 };
const broken = new Set((process.env.BROKEN ?? "").split(","));

const greeter = restate.service({
  name: "Greeter",
  metadata: { team: "welcome" },
  handlers: greeting("Greeter"),
});

const hidden = restate.service({
  name: "Hidden",
  options: { ingressPrivate: true },
  handlers: { secret: async () => "secret" },
});

const counter = restate.object({
  name: "Counter",
  options: {
    inactivityTimeout: { minutes: 2 },
    abortTimeout: { minutes: 3 },
    idempotencyRetention: { days: 2 },
    journalRetention: { hours: 3 },
  },
  handlers: {
    add,
    get: restate.handlers.object.shared(async (ctx) => ctx.get("count")),
    fill: async (ctx, entries) => {
      for (const [name, value] of Object.entries(entries)) ctx.set(name, value);
    },
    hold: async (ctx) => ctx.run("hold", forever),
  },
});

const waiter = restate.object({
  name: "Waiter",
  options: suspendsAtOnce,
  handlers: {
    awakeable: async (ctx) => ctx.awakeable().promise,
    sleep: async (ctx) => ctx.sleep(hour, "long sleep"),
    parent: async (ctx) => ctx.objectClient({ name: "Waiter" }, `${ctx.key}-child`).awakeable(),
    everything: async (ctx) => {
      await ctx.get("state");
      ctx.set("state", 1);
      ctx.clear("state");
      await ctx.stateKeys();
      await ctx.run("a step", () => "done");
      await ctx
        .run("a failing step", () => {
          throw new restate.TerminalError("no luck", { errorCode: 410 });
        })
        .catch(() => {});
      await ctx.serviceClient({ name: "Greeter" }).greet("called");
      // Listed by the time of creation, the two would change places when they share a millisecond.
      await ctx.sleep(5, "short sleep");
      ctx.serviceSendClient({ name: "Greeter" }).greet("sent", restate.rpc.sendOpts({ delay: hour }));
      ctx.resolveAwakeable("sign_1F6Cs0Y4zWBcBk1I5ODwxG2uDBsSVjBJSAAAAEQ", "value");
      return ctx.awakeable().promise;
    },
  },
});

const failing = restate.service({
  name: "Failing",
  options: oneAttemptAnHour,
  handlers: {
    atOnce: fails,
    inStep: async (ctx) => {
      await ctx.run("good step", () => 1);
      await ctx.run("bad step", () => {
        throw new Error("step broke");
      });
    },
  },
});

/** Paused by the first failure, unless it was repaired. */
const pausing = restate.service({
  name: "Pausing",
  options: { retryPolicy: { initialInterval: 10, maxAttempts: 1, onMaxAttempts: "pause" } },
  handlers: {
    pauses: async (ctx) => {
      await ctx.run("before", () => 1);
      if (broken.has("Pausing")) throw new Error("out of order");
      return "repaired";
    },
  },
});

const killing = restate.service({
  name: "Killing",
  options: twoAttempts("kill"),
  handlers: {
    kills: async () => {
      throw new Error("fatal");
    },
  },
});

const flow = restate.workflow({
  name: "Flow",
  options: { ...suspendsAtOnce, workflowRetention: { days: 3 } },
  handlers: {
    run: async (ctx, how) => {
      ctx.set("stage", "waiting");
      if (how === "at once") return how;
      return ctx.promise("approval");
    },
    approve: async (ctx, value) => ctx.promise("approval").resolve(value),
    peek: async (ctx) => ctx.promise("approval").peek(),
  },
});

await restate.serve({
  port: Number(process.env.PORT),
  services: [greeter, hidden, counter, waiter, failing, pausing, killing, flow],
});
process.send?.("ready");
