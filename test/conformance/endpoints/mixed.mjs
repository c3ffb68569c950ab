// One of two endpoints that call each other: OWN begins the names of its services, OTHER those of the other endpoint.
import * as restate from "#sdk";
import { note } from "./diary.mjs";
import { outcome } from "./outcome.mjs";
import { serve } from "./serve.mjs";

const { OWN, OTHER } = process.env;
const { rpc, serde } = restate;
const year = { days: 365 };

const other = {
  caller: { name: `${OTHER}Caller` },
  service: { name: `${OTHER}Service` },
  object: { name: `${OTHER}Object` },
  flow: { name: `${OTHER}Flow` },
};

/** Waits for ever; on cancellation it writes into the diary, in a durable step, and lets the error go on. */
const cancellable = (name, wait) => async (ctx, key) => {
  try {
    await ctx.run("tell", () => note(`${key} ids`, ctx.request().id));
    await wait(ctx, key);
  } catch (error) {
    await ctx.run("compensate", () => note(key, `${OWN} ${name}: ${error.message}`));
    throw error;
  }
};

const sleeper = cancellable("sleeper", (ctx) => ctx.sleep(year));

const service = restate.service({
  name: `${OWN}Service`,
  handlers: {
    echo: async (_ctx, value) => ({ from: OWN, value }),
    bytes: restate.handlers.handler({ input: serde.binary, output: serde.binary }, async (_ctx, bytes) =>
      Uint8Array.from(bytes).reverse(),
    ),
    nothing: async (_ctx, input) => {
      if (input !== undefined) throw new restate.TerminalError("expected no input");
    },
    headers: async (ctx) => Object.fromEntries(ctx.request().headers),
    idempotencyKey: async (ctx) => ctx.request().idempotencyKey ?? null,
    fail: async (_ctx, { message, code, entries }) => {
      throw new restate.TerminalError(message, { errorCode: code, metadata: entries });
    },
    noted: async (ctx, key) => note(key, ctx.request().id),
    resolve: async (ctx, { id, value }) => ctx.resolveAwakeable(id, value),
    reject: async (ctx, { id, reason }) =>
      ctx.rejectAwakeable(id, new restate.TerminalError(reason, { errorCode: 418 })),
    waitForSignal: async (ctx, { name, started }) => {
      ctx.resolveAwakeable(started);
      return outcome(ctx.signal(name));
    },
    sleeper,
    startedSleeper: async (ctx, { key, started }) => {
      ctx.resolveAwakeable(started);
      await sleeper(ctx, key);
    },
    parent: cancellable("parent", (ctx, key) => ctx.serviceClient(other.service).sleeper(key)),
  },
});

const object = restate.object({
  name: `${OWN}Object`,
  handlers: {
    add: async (ctx, n) => {
      const sum = ((await ctx.get("sum")) ?? 0) + n;
      ctx.set("sum", sum);
      return { key: ctx.key, sum };
    },
    sum: restate.handlers.object.shared(async (ctx) => ctx.get("sum")),
  },
});

const flow = restate.workflow({
  name: `${OWN}Flow`,
  handlers: {
    run: async (ctx, name) => ({ from: OWN, ...(await outcome(ctx.promise(name))) }),
    resolve: restate.handlers.workflow.shared(async (ctx, { name, value }) => ctx.promise(name).resolve(value)),
    reject: restate.handlers.workflow.shared(async (ctx, { name, reason }) => ctx.promise(name).reject(reason)),
  },
});

const caller = restate.service({
  name: `${OWN}Caller`,
  handlers: {
    call: async (ctx, value) => ctx.serviceClient(other.service).echo(value),
    object: async (ctx, { key, n }) => [
      await ctx.objectClient(other.object, key).add(n),
      await ctx.objectClient(other.object, key).sum(),
    ],
    bytes: async (ctx, text) => {
      const call = { service: other.service.name, method: "bytes", parameter: Buffer.from(text) };
      return Buffer.from(await ctx.genericCall(call)).toString();
    },
    nothing: async (ctx) => (await ctx.serviceClient(other.service).nothing()) === undefined,
    headers: async (ctx) => ctx.serviceClient(other.service).headers(rpc.opts({ headers: { "x-mine": OWN } })),
    idempotent: async (ctx, idempotencyKey) => {
      const options = rpc.opts({ idempotencyKey });
      const first = ctx.serviceClient(other.service).echo("first", options);
      const second = ctx.serviceClient(other.service).echo("second", options);
      return {
        ids: [await first.invocationId, await second.invocationId],
        values: [await first, await second],
        seen: await ctx
          .serviceClient(other.service)
          .idempotencyKey(rpc.opts({ idempotencyKey: `${idempotencyKey} 2` })),
      };
    },
    failing: async (ctx, failure) => outcome(ctx.serviceClient(other.service).fail(failure)),
    failingUncaught: async (ctx, failure) => ctx.serviceClient(other.service).fail(failure),
    pingPong: async (ctx, depth) =>
      depth === 0 ? OWN : `${OWN} ${await ctx.serviceClient(other.caller).pingPong(depth - 1)}`,
    send: async (ctx, { key, delay }) => {
      const options = delay === undefined ? [] : [rpc.sendOpts({ delay })];
      return ctx.serviceSendClient(other.service).noted(key, ...options).invocationId;
    },
    attach: async (ctx, key) => {
      const sent = ctx.workflowSendClient(other.flow, key).run("attached");
      await ctx.workflowClient(other.flow, key).resolve({ name: "attached", value: "to" });
      return ctx.attach(await sent.invocationId, serde.json);
    },
    awakeables: async (ctx) => {
      const [one, two] = [ctx.awakeable(), ctx.awakeable()];
      ctx.serviceSendClient(other.service).resolve({ id: one.id, value: { from: OWN } });
      ctx.serviceSendClient(other.service).reject({ id: two.id, reason: "rejected across" });
      return [await outcome(one.promise), await outcome(two.promise)];
    },
    signals: async (ctx) => {
      const [first, second] = [ctx.awakeable(), ctx.awakeable()];
      const send = ({ id }) =>
        ctx.serviceSendClient(other.service).waitForSignal({ name: "go", started: id }).invocationId;
      const [one, two] = await restate.RestatePromise.all([send(first), send(second)]);
      await restate.RestatePromise.all([first.promise, second.promise]);
      ctx.invocation(one).signal("go").resolve("gone");
      ctx
        .invocation(two)
        .signal("go")
        .reject(new restate.TerminalError("stopped", { errorCode: 418 }));
      return [await ctx.attach(one, serde.json), await ctx.attach(two, serde.json)];
    },
    promises: async (ctx, key) => {
      const [one, two] = [`${key} one`, `${key} two`];
      const runs = [ctx.workflowClient(other.flow, one).run("p"), ctx.workflowClient(other.flow, two).run("p")];
      await ctx.workflowClient(other.flow, one).resolve({ name: "p", value: [1, 2] });
      await ctx.workflowClient(other.flow, two).reject({ name: "p", reason: "denied" });
      return restate.RestatePromise.all(runs);
    },
    cancelOther: async (ctx, key) => {
      // What is cancelled before it starts ends without its handler, on the real server with a message of its own.
      const started = ctx.awakeable();
      const child = ctx.serviceClient(other.service).startedSleeper({ key, started: started.id });
      await started.promise;
      ctx.cancel(await child.invocationId);
      return outcome(child);
    },
    tree: cancellable("root", (ctx, key) => ctx.serviceClient(other.service).parent(key)),
  },
});

serve([service, object, flow, caller]);
