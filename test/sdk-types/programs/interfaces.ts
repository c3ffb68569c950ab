/** Interfaces, their implementations and their clients. */
import * as restate from "@restatedev/restate-sdk";
import { z } from "zod";

type Schema<T> = restate.Serde<T> & Parameters<typeof restate.serde.schema>[0];
declare const text: Schema<string>;
const described = { description: "described", metadata: { a: "b" } };

const greeter = restate.iface.service(
  "greeter",
  {
    greet: restate.iface.json<string, number>(described),
    ping: restate.iface.json(),
    bytes: restate.iface.serdes({ input: restate.serde.binary, output: restate.serde.json, ...described }),
  },
  described,
);
const counter = restate.iface.object("counter", {
  add: restate.iface.json<number, number>(),
  get: restate.iface.shared.json<void, number>(),
  validated: restate.iface.schemas({ input: z.object({ name: z.string() }), output: z.date(), ...described }),
  raw: restate.iface.shared.serdes({ input: restate.serde.empty, output: restate.serde.binary }),
});
const signup = restate.iface.workflow("signup", {
  run: restate.iface.json<{ email: string }, boolean>(),
  confirm: restate.iface.shared.json<string>(),
});

const implemented = {
  greeter: restate.implement(greeter, {
    handlers: { greet: async (_ctx, name) => name.length, ping: async () => {}, bytes: async (_ctx, bytes) => bytes },
    description: "implemented",
    options: { ingressPrivate: true, handlers: { greet: { description: "overridden", abortTimeout: 1 } } },
  }),
  counter: restate.implement(counter, {
    handlers: {
      add: async (ctx, amount) => {
        ctx.set("count", amount);
        return amount;
      },
      get: async (ctx) => (await ctx.get<number>("count")) ?? 0,
      raw: async () => new Uint8Array(),
      validated: async (_ctx, { name }) => new Date(name),
    },
    options: { enableLazyState: true },
  }),
  signup: restate.implement(signup, {
    handlers: {
      run: async (ctx, user) => ctx.promise<boolean>(user.email),
      confirm: async (ctx, email) => ctx.promise<boolean>(email).resolve(true),
    },
    options: { workflowRetention: 1 },
  }),
};

declare const ctx: restate.Context;
const clients = {
  greeter: ctx.client(greeter),
  counter: ctx.client(counter, "key"),
  signup: ctx.client(signup, "key"),
  implemented: ctx.client(implemented.greeter),
  byDefinition: ctx.objectClient(implemented.counter, "key"),
  scoped: ctx.scope("tenant").client(counter, "key"),
};
const sendClients = { greeter: ctx.sendClient(greeter), counter: ctx.scope("tenant").sendClient(counter, "key") };

type Inputs<C> = {
  [K in keyof C]: C[K] extends (...args: infer P) => unknown ? (P extends [...infer I, unknown?] ? I : never) : never;
};
type Results<C> = { [K in keyof C]: C[K] extends (...args: never[]) => PromiseLike<infer R> ? R : never };

export type Descriptors = [typeof greeter, typeof counter, typeof signup];
export type ClientInputs = { [K in keyof typeof clients]: Inputs<(typeof clients)[K]> };
export type ClientResults = { [K in keyof typeof clients]: Results<(typeof clients)[K]> };
export type SendInputs = { [K in keyof typeof sendClients]: Inputs<(typeof sendClients)[K]> };
export type Text = ReturnType<(typeof text)["deserialize"]>;

// @ts-expect-error a handler is missing
restate.implement(greeter, { handlers: { ping: async () => {} } });
restate.implement(counter, {
  handlers: {
    add: async (_ctx, amount) => amount,
    get: async (ctx) => {
      // @ts-expect-error a shared handler only reads
      ctx.set("count", 1);
      return 1;
    },
    raw: async () => new Uint8Array(),
    validated: async () => new Date(),
  },
});
// @ts-expect-error a service has no key
ctx.client(greeter, "key");
// @ts-expect-error a virtual object has one
ctx.client(counter);
