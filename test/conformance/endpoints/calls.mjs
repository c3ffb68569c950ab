import * as restate from "#sdk";
import { note, passed } from "./diary.mjs";
import { metadata, outcome } from "./outcome.mjs";

const { rpc, serde, iface } = restate;

export const echo = restate.service({
  name: "Echo",
  handlers: {
    echo: async (_ctx, value) => value,
    headers: async (ctx) => Object.fromEntries(ctx.request().headers),
    scope: async (ctx) => ({ scope: ctx.request().scope ?? null, limitKey: ctx.request().limitKey ?? null }),
    idempotencyKey: async (ctx) => ctx.request().idempotencyKey ?? null,
    fail: async (_ctx, message) => {
      throw new restate.TerminalError(message, { errorCode: 422, ...metadata({ from: "Echo" }) });
    },
    bytes: restate.handlers.handler({ input: serde.binary, output: serde.binary }, async (_ctx, value) => value),
    noted: async (ctx, key) => note(key, ctx.request().id),
    afterGate: async (ctx, gate) => {
      await ctx.run("gate", () => passed(gate));
      return `after ${gate}`;
    },
  },
});

export const keyed = restate.object({
  name: "Keyed",
  handlers: {
    echo: async (ctx, value) => ({ key: ctx.key, value }),
    note: async (ctx, value) => {
      note(`keyed ${ctx.key}`, value);
      return ctx.key;
    },
  },
});

const described = iface.service("Described", { double: iface.json(), note: iface.json() });
export const describedService = restate.implement(described, {
  handlers: { double: async (_ctx, n) => n * 2, note: async (_ctx, key) => note(key, "described") },
});
const describedObject = iface.object("DescribedObject", { keyed: iface.json() });
export const describedObjectService = restate.implement(describedObject, {
  handlers: { keyed: async (ctx, value) => `${ctx.key}:${value}` },
});

const Echo = { name: "Echo" };
const Keyed = { name: "Keyed" };
const Caller = { name: "Calls" };
const Flow = { name: "Flow" };
const Store = { name: "Store" };

export const calls = restate.service({
  name: "Calls",
  handlers: {
    service: async (ctx, value) => ctx.serviceClient(Echo).echo(value),
    object: async (ctx, { key, value }) => ctx.objectClient(Keyed, key).echo(value),
    workflow: async (ctx, { key, value }) => ctx.workflowClient(Flow, key).run(value),
    workflowTwice: async (ctx, key) => [
      await outcome(ctx.workflowClient(Flow, key).run("first")),
      await outcome(ctx.workflowClient(Flow, key).run("second")),
    ],
    descriptors: async (ctx, { n, key }) => [
      await ctx.client(described).double(n),
      await ctx.client(describedObject, key).keyed(n),
    ],
    sendDescriptors: async (ctx, { key, noteKey }) => {
      ctx.sendClient(described).note(noteKey);
      return (await ctx.sendClient(describedObject, key).keyed("x").invocationId).slice(0, 4);
    },
    generic: async (ctx, { key, text }) => {
      const answer = await ctx.genericCall({ service: "Echo", method: "bytes", parameter: Buffer.from(text) });
      const withKey = await ctx.genericCall({
        service: "Keyed",
        method: "echo",
        key,
        parameter: text,
        inputSerde: serde.json,
        outputSerde: serde.json,
        name: "generic with a key",
      });
      return [Buffer.from(answer).toString(), withKey];
    },
    genericSend: async (ctx, { key, value }) => {
      const handle = ctx.genericSend({
        service: "Keyed",
        method: "note",
        key,
        parameter: value,
        inputSerde: serde.json,
      });
      return handle.invocationId;
    },
    headers: async (ctx) => ctx.serviceClient(Echo).headers(rpc.opts({ headers: { "x-mine": "here" } })),
    failing: async (ctx, message) => outcome(ctx.serviceClient(Echo).fail(message)),
    failingUncaught: async (ctx, message) => ctx.serviceClient(Echo).fail(message),
    nested: async (ctx, depth) => (depth === 0 ? "bottom" : `${await ctx.serviceClient(Caller).nested(depth - 1)}!`),
    many: async (ctx, count) => {
      const each = Array.from({ length: count }, (_, i) => i);
      return restate.RestatePromise.all(each.map((i) => ctx.serviceClient(Echo).echo(i)));
    },
    send: async (ctx, key) => ctx.serviceSendClient(Echo).noted(key).invocationId,
    sendInOrder: async (ctx, { key, count }) => {
      for (let i = 0; i < count; i++) ctx.objectSendClient(Keyed, key).note(i);
    },
    sendWorkflow: async (ctx, { key, value }) => ctx.workflowSendClient(Flow, key).run(value).invocationId,
    delayed: async (ctx, { key, delay }) => {
      const handle = ctx.serviceSendClient(Echo).noted(key, rpc.sendOpts({ delay }));
      return handle.invocationId;
    },
    idempotent: async (ctx, { idempotencyKey, value }) => {
      const options = rpc.opts({ idempotencyKey });
      const first = ctx.serviceClient(Echo).echo(value, options);
      const second = ctx.serviceClient(Echo).echo("something else", options);
      return { ids: [await first.invocationId, await second.invocationId], values: [await first, await second] };
    },
    idempotencyKeySeen: async (ctx, idempotencyKey) =>
      ctx.serviceClient(Echo).idempotencyKey(rpc.opts({ idempotencyKey })),
    invocationId: async (ctx) => {
      const call = ctx.serviceClient(Echo).echo("x");
      return { id: await call.invocationId, value: await call };
    },
    attach: async (ctx, id) => outcome(ctx.attach(id)),
    attachReference: async (ctx, id) => outcome(ctx.invocation(id).attach()),
    attachToSent: async (ctx, value) => {
      const handle = ctx.serviceSendClient(Echo).echo(value);
      return ctx.attach(await handle.invocationId);
    },
    mapped: async (ctx, value) =>
      ctx
        .serviceClient(Echo)
        .echo(value)
        .map((echoed, failure) => (failure ? failure.message : `mapped ${echoed}`)),
    mappedFailure: async (ctx, message) =>
      ctx
        .serviceClient(Echo)
        .fail(message)
        .map((_value, failure) => `failed with ${failure?.message}`),
    // What each callee saw of its scope and limit key.
    scoped: async (ctx, { scope, key }) => {
      const limitKey = "a/b";
      const scoped = ctx.scope(scope);
      const generic = { service: "Echo", method: "scope", parameter: null, scope, limitKey };
      return [
        await scoped.serviceClient(Echo).scope(),
        await scoped.serviceClient(Echo).scope(rpc.opts({ limitKey })),
        await scoped.workflowClient(Flow, key).run("scoped"),
        await ctx.genericCall({ ...generic, inputSerde: serde.json, outputSerde: serde.json }),
        await ctx.serviceClient(Echo).scope(),
      ];
    },
    // The same object key, outside of any scope and in two scopes.
    scopedObjects: async (ctx, { scopes, key }) => {
      const places = [ctx, ...scopes.map((scope) => ctx.scope(scope))];
      for (const [i, place] of places.entries()) await place.objectClient(Store, key).add(i + 1);
      return restate.RestatePromise.all(places.map((place) => place.objectClient(Store, key).get("sum")));
    },
  },
});
