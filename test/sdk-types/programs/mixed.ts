/** Code typed against the official SDK beside code typed against ours, in one program. */
import * as restate from "@restatedev/restate-sdk";
import * as lite from "../../../sdk/index.ts";

/** A library that knows the official contexts only, and one that knows only ours. */
const library = {
  official: (ctx: restate.Context, name: string) => ctx.run(name, () => name.length),
  ours: (ctx: lite.Context, name: string) => ctx.run(name, () => name.length),
  officialState: (ctx: restate.ObjectContext<{ count: number }>) => ctx.get("count"),
  ourState: (ctx: lite.ObjectContext<{ count: number }>) => ctx.get("count"),
};

const ours = lite.object({
  name: "ours",
  handlers: {
    greet: async (ctx: lite.ObjectContext<{ count: number }>, name: string) => {
      const length = await library.official(ctx, name);
      return { length, count: await library.officialState(ctx) };
    },
    shared: lite.handlers.object.shared(async (ctx: lite.ObjectSharedContext) => library.official(ctx, ctx.key)),
    run: async (ctx: lite.ObjectContext) => restate.RestatePromise.all([ctx.run(() => 1), ctx.sleep(1)]),
  },
});
const official = restate.object({
  name: "official",
  handlers: {
    greet: async (ctx: restate.ObjectContext<{ count: number }>, name: string) => {
      const length = await library.ours(ctx, name);
      return { length, count: await library.ourState(ctx) };
    },
    shared: restate.handlers.object.shared(async (ctx: restate.ObjectSharedContext) => library.ours(ctx, ctx.key)),
    run: async (ctx: restate.ObjectContext) => lite.RestatePromise.all([ctx.run(() => 1), ctx.sleep(1)]),
  },
});

declare const ctx: lite.Context;
export type Same = [
  Awaited<ReturnType<ReturnType<typeof ctx.objectClient<typeof ours>>["greet"]>>,
  Awaited<ReturnType<ReturnType<typeof ctx.objectClient<typeof ours>>["run"]>>,
];

const transport: restate.LoggerTransport = () => {};
const hooks: restate.HooksProvider = () => ({});
const asTerminalError = (error: Error) => new restate.TerminalError(error.message);
const codec: restate.JournalValueCodec = { encode: (bytes) => bytes, decode: async (bytes) => bytes };
export const ourEndpoint = () =>
  lite.createEndpointHandler({
    services: [ours, official],
    logger: transport,
    defaultServiceOptions: { hooks: [hooks], asTerminalError, serde: restate.serde.binary },
    journalValueCodecProvider: async () => codec,
  });
export const officialEndpoint = () =>
  restate.createEndpointHandler({
    services: [ours, official],
    logger: ((metadata, message) => console.log(metadata.level, message)) satisfies lite.LoggerTransport,
    defaultServiceOptions: {
      hooks: [() => ({})] satisfies lite.HooksProvider[],
      asTerminalError: (error: Error) => new lite.TerminalError(error.message),
      serde: lite.serde.binary,
    },
  });
export const options: restate.ServiceOptions = {} satisfies lite.ServiceOptions;
// Options made by the official SDK fit our clients.
ctx
  .serviceClient(lite.service({ name: "s", handlers: { a: async (_: lite.Context, n: number) => n } }))
  .a(1, restate.rpc.opts({}));
