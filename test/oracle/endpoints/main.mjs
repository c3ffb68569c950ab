/** What the scripts call: one handler for each thing that a server can be asked about. */
import * as restate from "@restatedev/restate-sdk";
import { attempt, gate } from "../../support/gates.mjs";
import { add, fails, oneAttemptAnHour, twoAttempts } from "../../support/handlers.mjs";
import { journey, journeyObject, typed, typedObject, typedWorkflow } from "./administered.mjs";
import { flow, flowObject } from "./flow.mjs";

const suspendsAtOnce = { inactivityTimeout: 0 };

const greeter = restate.service({
  name: "OracleGreeter",
  handlers: {
    greet: async (_ctx, name) => `Hello ${name}`,
    echo: restate.handlers.handler(
      {
        accept: "*/*",
        contentType: "application/octet-stream",
        input: restate.serde.binary,
        output: restate.serde.binary,
      },
      async (_ctx, bytes) => bytes,
    ),
    nothing: async () => {},
    fail: async (_ctx, { code, message, metadata }) => {
      throw new restate.TerminalError(message, { errorCode: code, metadata });
    },
    headers: async (ctx) => {
      const {
        "x-mine": mine,
        "x-restate-ingress-path": path,
        host,
        "idempotency-key": key,
      } = Object.fromEntries(ctx.request().headers.entries());
      return { mine, path, host, key };
    },
    steps: async (ctx) => {
      const first = await ctx.run("first", () => 1);
      const second = await ctx.run("second", () => first + 1);
      return second;
    },
    callFailing: async (ctx) =>
      ctx.genericCall({
        service: "OracleGreeter",
        method: "fail",
        parameter: { code: 418, message: "from below" },
        inputSerde: restate.serde.json,
        outputSerde: restate.serde.json,
      }),
    callPrivate: async (ctx) =>
      ctx.genericCall({
        service: "OraclePrivate",
        method: "secret",
        inputSerde: restate.serde.json,
        outputSerde: restate.serde.json,
      }),
    callUnregistered: async (ctx) =>
      ctx.genericCall({
        service: "OracleNobody",
        method: "none",
        inputSerde: restate.serde.json,
        outputSerde: restate.serde.json,
      }),
  },
});

const waiter = restate.service({
  name: "OracleWaiter",
  options: suspendsAtOnce,
  handlers: {
    awakeable: async (ctx, name) => {
      const { id, promise } = ctx.awakeable();
      await ctx.run("tell", () => gate(`awakeable:${name}`).open(id));
      return promise;
    },
    sleep: async (ctx, ms) => {
      await ctx.sleep(ms);
      return "slept";
    },
    signal: async (ctx, name) => ctx.signal(name),
  },
});

/** Running in the server's eyes until the gate opens: the handler holds inside a step. */
const holder = restate.service({
  name: "OracleHolder",
  handlers: {
    hold: async (ctx, name) => ctx.run("hold", () => gate(name).opened),
    open: async (_ctx, { name, value }) => {
      gate(name).open(value);
    },
    read: async (_ctx, name) => gate(name).opened,
  },
});

const counter = restate.object({
  name: "OracleCounter",
  handlers: {
    add,
    get: restate.handlers.object.shared(async (ctx) => (await ctx.get("count")) ?? 0),
    keys: restate.handlers.object.shared(async (ctx) => (await ctx.stateKeys()).sort()),
    key: restate.handlers.object.shared(async (ctx) => ctx.key),
    hold: async (ctx, name) => ctx.run("hold", () => gate(name).opened),
    clear: async (ctx) => ctx.clearAll(),
  },
});

const workflow = restate.workflow({
  name: "OracleWorkflow",
  handlers: {
    run: async (ctx, input) => {
      const approved = await ctx.promise("approval");
      return `${input} ${approved}`;
    },
    approve: async (ctx, value) => {
      await ctx.promise("approval").resolve(value);
    },
    peek: async (ctx) => (await ctx.promise("approval").peek()) ?? null,
  },
});

const quickWorkflow = restate.workflow({
  name: "OracleQuickWorkflow",
  handlers: {
    run: async (_ctx, input) => `ran ${input}`,
    key: async (ctx) => ctx.key,
  },
});

const secret = restate.service({
  name: "OraclePrivate",
  options: { ingressPrivate: true },
  handlers: { secret: async () => "for handlers only" },
});

const half = restate.service({
  name: "OracleHalfPrivate",
  handlers: {
    open: async () => "open",
    closed: restate.handlers.handler({ ingressPrivate: true }, async () => "closed"),
  },
});

const pauses = restate.service({
  name: "OraclePauses",
  options: twoAttempts("pause"),
  handlers: {
    fails,
    failsLate: async (ctx) => {
      await ctx.run("step", () => 1);
      throw new Error("always");
    },
  },
});
const kills = restate.service({
  name: "OracleKills",
  options: twoAttempts("kill"),
  handlers: { fails },
});
const backsOff = restate.service({
  name: "OracleBacksOff",
  options: oneAttemptAnHour,
  handlers: {
    fails: async (_ctx, name) => {
      attempt(`attempted:${name}`);
      throw new Error("always");
    },
    once: async (_ctx, name) => {
      const number = attempt(`attempted:${name}`);
      if (number === 1) throw new Error("first attempt");
      return `attempt ${number}`;
    },
  },
});

/** A tree: the parent awaits its child, and sends to a sibling that is detached. */
const tree = restate.object({
  name: "OracleTree",
  options: suspendsAtOnce,
  handlers: {
    parent: async (ctx, name) => {
      ctx.objectSendClient({ name: "OracleTree" }, `${ctx.key}-sent`).leaf(`${name}-sent`);
      const call = ctx.objectClient({ name: "OracleTree" }, `${ctx.key}-child`).leaf(`${name}-child`);
      const later = { name: "OracleTree", key: `${ctx.key}-later` };
      const delayed = ctx
        .objectSendClient({ name: later.name }, later.key)
        .leaf("x", restate.rpc.sendOpts({ delay: 3_600_000 }));
      const delayedId = await delayed.invocationId;
      await ctx.run("tell of the delayed", () => gate(`${name}-delayedId`).open(delayedId));
      const childId = await call.invocationId;
      await ctx.run("tell", () => gate(`${name}-childId`).open(childId));
      return call;
    },
    leaf: async (ctx, name) => {
      const id = ctx.request().id.toString();
      await ctx.run("tell", () => gate(`${name}-id`).open(id));
      return ctx.awakeable().promise;
    },
    family: async (ctx, count) => {
      const nap = () => ctx.serviceClient({ name: "OracleWaiter" }).sleep(3_600_000);
      return restate.RestatePromise.all(Array.from({ length: count }, nap));
    },
    tangle: async (ctx, name) => ctx.objectClient({ name: "OracleTree" }, ctx.key).leaf(name),
  },
});

const configured = restate.service({
  name: "OracleConfigured",
  description: "Has every option",
  metadata: { team: "oracle" },
  options: {
    journalRetention: { hours: 2 },
    idempotencyRetention: { hours: 3 },
    inactivityTimeout: { seconds: 90 },
    abortTimeout: { minutes: 2 },
    enableLazyState: true,
    retryPolicy: {
      initialInterval: 100,
      maxInterval: { minutes: 1 },
      maxAttempts: 5,
      exponentiationFactor: 1.5,
      onMaxAttempts: "kill",
    },
  },
  handlers: {
    plain: async () => {},
    own: restate.handlers.handler(
      {
        description: "Its own options",
        metadata: { kind: "own" },
        journalRetention: { minutes: 5 },
        idempotencyRetention: { minutes: 6 },
        inactivityTimeout: 1500,
        abortTimeout: { seconds: 7 },
        enableLazyState: false,
        retryPolicy: { maxAttempts: 3 },
      },
      async () => {},
    ),
  },
});

await restate.serve({
  port: Number(process.env.PORT),
  services: [
    greeter,
    waiter,
    holder,
    counter,
    workflow,
    quickWorkflow,
    secret,
    half,
    pauses,
    kills,
    backsOff,
    tree,
    configured,
    journey,
    journeyObject,
    typed,
    typedObject,
    typedWorkflow,
    flow,
    flowObject,
  ],
});
process.send?.("ready");
