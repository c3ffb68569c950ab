/** The companion packages of the official SDK, with whatever SDK is imported. */
import * as restate from "@restatedev/restate-sdk";
import { openTelemetryHook } from "@restatedev/restate-sdk-opentelemetry";
import { serde } from "@restatedev/restate-sdk-zod";
import { z } from "zod";

declare const tracer: Parameters<typeof openTelemetryHook>[0]["tracer"];

const greeter = restate.service({
  name: "greeter",
  handlers: {
    greet: restate.handlers.handler(
      { input: serde.zod(z.object({ name: z.string() })), output: serde.zod(z.string()) },
      async (ctx, { name }) => ctx.run("compose", () => `Hello ${name}`, { serde: serde.zod(z.string()) }),
    ),
  },
  options: { hooks: [openTelemetryHook({ tracer })] },
});

declare const ctx: restate.Context;
const client = ctx.serviceClient(greeter);
export type Greeted = Awaited<ReturnType<(typeof client)["greet"]>>;
export type Input = Parameters<(typeof client)["greet"]>[0];
