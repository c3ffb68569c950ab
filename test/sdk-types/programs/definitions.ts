/** Definitions in every way of writing them, and what their clients are inferred to be. */
import * as restate from "@restatedev/restate-sdk";
import { z } from "zod";

const greeter = restate.service({
  name: "greeter",
  description: "greets",
  metadata: { team: "us" },
  handlers: {
    greet: async (_ctx: restate.Context, name: string) => `Hello ${name}`,
    ping: async (_ctx: restate.Context) => {},
    optional: async (_ctx: restate.Context, name?: string) => name?.length,
    configured: restate.handlers.handler(
      { input: restate.serde.binary, output: restate.serde.json, ingressPrivate: true },
      async (_ctx: restate.Context, bytes: Uint8Array) => ({ length: bytes.length, odd: bytes.length % 2 === 1 }),
    ),
    inferred: restate.createServiceHandler({ input: restate.serde.binary }, async (_ctx, bytes) => bytes.length),
    withoutInput: restate.createServiceHandler({}, async () => 1n as unknown as bigint),
  },
  options: { asTerminalError: () => undefined },
});

const counter = restate.object({
  name: "counter",
  handlers: {
    add: async (ctx: restate.ObjectContext<{ count: number }>, amount: number) => {
      const count = (await ctx.get("count")) ?? 0;
      ctx.set("count", count + amount);
      return count + amount;
    },
    both: async function (this: unknown, ctx: restate.ObjectContext) {
      return ctx.key;
    },
    get: restate.handlers.object.shared(async (ctx: restate.ObjectSharedContext) => ctx.get<number>("count")),
    exclusive: restate.handlers.object.exclusive(
      async (_ctx: restate.ObjectContext, input: { a: string[] }) => input.a,
    ),
    opts: restate.createObjectHandler({ enableLazyState: true }, async (ctx, _input: number) => ctx.stateKeys()),
    shared: restate.createObjectSharedHandler({}, async (ctx) => ctx.key),
  },
  options: { enableLazyState: true },
});

const signup = restate.workflow({
  name: "signup",
  handlers: {
    run: async (ctx: restate.WorkflowContext, user: { email: string }) => {
      const isConfirmed = await ctx.promise<boolean>("confirmed");
      return { email: user.email, isConfirmed };
    },
    confirm: async (ctx: restate.WorkflowSharedContext, secret: string) =>
      ctx.promise<boolean>("confirmed").resolve(secret === "yes"),
    status: restate.handlers.workflow.shared({}, async (ctx: restate.WorkflowSharedContext) =>
      ctx.get<string>("status"),
    ),
    made: restate.createWorkflowSharedHandler(async () => "made"),
  },
  options: { workflowRetention: { days: 1 } },
});

const made = restate.workflow({
  name: "made",
  handlers: { run: restate.createWorkflowHandler({}, async (_ctx, input: number) => input) },
});

const validated = restate.service({
  name: "validated",
  handlers: {
    byInput: restate.handlers.handler(
      { input: restate.serde.schema(z.object({ name: z.string(), age: z.number().optional() })) },
      async (_ctx, person) => person,
    ),
    byOutput: restate.handlers.handler({ output: restate.serde.schema(z.array(z.string())) }, async () => ["a"]),
    selfCalling: async function (ctx: restate.Context, n: number): Promise<number> {
      return (await this.byOutput(ctx)).length + n;
    },
  },
});
restate.handlers.handler(
  { output: restate.serde.schema(z.string()) },
  // @ts-expect-error the result is a string
  async () => 1,
);

export type Names = [
  (typeof greeter)["name"],
  (typeof counter)["name"],
  (typeof signup)["name"],
  (typeof made)["name"],
];

type Inputs<C> = {
  [K in keyof C]: C[K] extends (...args: infer P) => unknown ? (P extends [...infer I, unknown?] ? I : never) : never;
};
type Results<C> = { [K in keyof C]: C[K] extends (...args: never[]) => PromiseLike<infer R> ? R : never };
type Ids<C> = { [K in keyof C]: C[K] extends (...args: never[]) => { invocationId: infer I } ? I : never };

declare const ctx: restate.Context;
const clients = {
  greeter: ctx.serviceClient(greeter),
  validated: ctx.serviceClient(validated),
  greeterByType: ctx.serviceClient<typeof greeter>({ name: "greeter" }),
  counter: ctx.objectClient(counter, "key"),
  counterByType: ctx.objectClient<typeof counter>({ name: "counter" }, "key"),
  signup: ctx.workflowClient(signup, "key"),
  made: ctx.workflowClient(made, "key"),
  scoped: ctx.scope("tenant").serviceClient(greeter),
  scopedObject: ctx.scope("tenant").objectClient(counter, "key"),
};
const sendClients = {
  greeter: ctx.serviceSendClient(greeter),
  counter: ctx.objectSendClient<typeof counter>({ name: "counter" }, "key"),
  signup: ctx.workflowSendClient(signup, "key"),
  scoped: ctx.scope("tenant").workflowSendClient(signup, "key"),
};

export type ClientInputs = { [K in keyof typeof clients]: Inputs<(typeof clients)[K]> };
export type ClientResults = { [K in keyof typeof clients]: Results<(typeof clients)[K]> };
export type ClientKeys = { [K in keyof typeof clients]: keyof (typeof clients)[K] };
export type SendInputs = { [K in keyof typeof sendClients]: Inputs<(typeof sendClients)[K]> };
export type SendIds = { [K in keyof typeof sendClients]: Ids<(typeof sendClients)[K]> };
export type SendKeys = { [K in keyof typeof sendClients]: keyof (typeof sendClients)[K] };

// A client takes what the handler takes, and options.
clients.greeter.greet("Ann", restate.rpc.opts({ idempotencyKey: "once", headers: { a: "b" }, name: "greeting" }));
clients.greeter.ping(restate.rpc.opts({ limitKey: "tenant/user" }));
clients.counter.add(1, restate.Opts.from({ input: restate.serde.json, output: restate.serde.json }));
sendClients.greeter.greet("Ann", restate.rpc.sendOpts({ delay: { seconds: 5 } }));
sendClients.counter.add(1, restate.SendOpts.from({ delay: 5, idempotencyKey: "once" }));
// @ts-expect-error the input is a string
clients.greeter.greet(1);
// @ts-expect-error there is an input
clients.greeter.greet();
// @ts-expect-error there is no such handler
clients.greeter.unknown();
// @ts-expect-error a delay is for sends
clients.greeter.greet("Ann", restate.rpc.opts({ delay: 5 }));
// @ts-expect-error options of a call, not of a send
sendClients.greeter.greet("Ann", restate.rpc.opts({}));
// @ts-expect-error a key is needed
ctx.objectClient(counter);
// @ts-expect-error a definition is needed
ctx.serviceClient(123);
// @ts-expect-error options belong to the call, not to the client
ctx.objectSendClient(counter, "a", { delay: 5 });
// @ts-expect-error options belong to the call, not to the client
ctx.serviceClient(greeter, restate.rpc.opts({}));

// @ts-expect-error a handler returns a promise
restate.service({ name: "wrong", handlers: { sync: (_ctx: restate.Context) => 1 } });
// @ts-expect-error a service's handler has no key
restate.service({ name: "wrong", handlers: { keyed: async (_ctx: restate.ObjectContext) => 1 } });
// @ts-expect-error a workflow has a handler run
restate.workflow({ name: "wrong", handlers: { other: async (_ctx: restate.WorkflowSharedContext) => 1 } });
restate.workflow({
  name: "wrong",
  handlers: {
    run: async (_ctx: restate.WorkflowContext) => 1,
    // @ts-expect-error the name is taken by the client
    workflowSubmit: async (_ctx: restate.WorkflowSharedContext) => 1,
  },
});
restate.workflow({
  name: "wrong",
  handlers: {
    run: async (_ctx: restate.WorkflowContext) => 1,
    // @ts-expect-error only run may write state
    writes: async (_ctx: restate.WorkflowContext) => 1,
  },
});
// @ts-expect-error workflows have it, services have not
restate.service({ name: "wrong", handlers: {}, options: { workflowRetention: 1 } });
