/** Services for the scripts about the admin API: journals to restart from, and schemas to document. */
import * as restate from "@restatedev/restate-sdk";

/** How often each name has been here, so that a script sees what ran again. */
const visits = new Map();
function visit(name) {
  visits.set(name, (visits.get(name) ?? 0) + 1);
  return visits.get(name);
}

/** Each element of the answer says how often that line ran. */
export const journey = restate.service({
  name: "OracleJourney",
  handlers: {
    go: async (ctx, name) => {
      const first = await ctx.run("first", () => visit(`${name}-first`));
      await ctx.sleep(1);
      const called = await ctx.serviceClient({ name: "OracleJourney" }).stop(`${name}-called`);
      ctx.serviceSendClient({ name: "OracleJourney" }).stop(`${name}-sent`);
      const second = await ctx.run("second", () => visit(`${name}-second`));
      return [first, called, second, visit(`${name}-end`)];
    },
    stop: async (_ctx, name) => visit(name),
    fails: async (ctx, name) => {
      const first = await ctx.run("first", () => visit(`${name}-first`));
      if (visit(`${name}-end`) === 1) throw new restate.TerminalError("the first time");
      return first;
    },
    together: async (ctx, name) => {
      const both = [
        ctx.run("left", () => visit(`${name}-left`)),
        ctx.serviceClient({ name: "OracleJourney" }).stop(`${name}-right`),
      ];
      return [await both[0], await both[1], visit(`${name}-end`)];
    },
    random: async (ctx) => {
      const before = ctx.rand.random();
      await ctx.run("step", () => 1);
      await ctx.run("chosen", () => before);
      return [before, ctx.rand.random()];
    },
    awakeable: async (ctx, name) => {
      const { id, promise } = ctx.awakeable();
      await ctx.run("tell", () => visit(name));
      ctx.resolveAwakeable(id, "resolved");
      const value = await promise;
      await ctx.run("after", () => visit(name));
      return [value, visit(name)];
    },
    context: async (ctx) => {
      const { "x-mine": mine, "idempotency-key": idempotencyKey } = Object.fromEntries(ctx.request().headers.entries());
      return { mine, idempotencyKey, scope: ctx.request().scope, limitKey: ctx.request().limitKey };
    },
  },
});

/** An object that restarts have to queue for. */
export const journeyObject = restate.object({
  name: "OracleJourneyObject",
  handlers: {
    add: async (ctx, amount) => {
      const sum = ((await ctx.get("sum")) ?? 0) + amount;
      ctx.set("sum", sum);
      return sum;
    },
    sum: restate.handlers.object.shared(async (ctx) => (await ctx.get("sum")) ?? 0),
  },
});

function schema(jsonSchema, contentType = "application/json") {
  return { ...restate.serde.json, contentType, jsonSchema };
}

const person = {
  $schema: "https://json-schema.org/draft/2020-12/schema",
  title: "Person",
  type: "object",
  properties: { name: { type: "string" }, home: { $ref: "#/$defs/Address" } },
  required: ["name"],
  $defs: { Address: { type: "object", properties: { street: { type: "string" } } } },
};

const typedHandlers = {
  titled: restate.handlers.handler(
    { description: "Takes a person", metadata: { kind: "titled" }, input: schema(person), output: schema(person) },
    async (_ctx, input) => input,
  ),
  text: restate.handlers.handler(
    { input: schema({ type: "string" }), output: schema({ type: "integer" }) },
    async (_ctx, input) => input.length,
  ),
  untitled: restate.handlers.handler(
    { input: schema({ anyOf: [{ type: "string" }, { type: "null" }] }), output: schema(true) },
    async () => 1,
  ),
  bytes: restate.handlers.handler(
    { accept: "image/*", input: restate.serde.binary, output: restate.serde.binary, contentType: "image/png" },
    async (_ctx, bytes) => bytes,
  ),
  empty: restate.handlers.handler({ input: restate.serde.empty, output: restate.serde.empty }, async () => {}),
  hidden: restate.handlers.handler({ ingressPrivate: true }, async () => 1),
  plain: async () => 1,
};

export const typed = restate.service({
  name: "OracleTyped",
  description: "A service with schemas",
  metadata: { team: "oracle" },
  handlers: typedHandlers,
});

export const typedObject = restate.object({
  name: "OracleTypedObject",
  handlers: {
    change: restate.handlers.object.exclusive({ input: schema(person) }, async () => 1),
    look: restate.handlers.object.shared({ output: schema(person) }, async () => ({ name: "x" })),
  },
});

export const typedWorkflow = restate.workflow({
  name: "OracleTypedWorkflow",
  handlers: {
    run: restate.handlers.workflow.workflow({ input: schema(person), output: schema(person) }, async (_c, i) => i),
    look: restate.handlers.workflow.shared({ output: schema({ type: "boolean" }) }, async () => true),
  },
});
