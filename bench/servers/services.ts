/**
 * The services that both servers are measured with, on the official SDK. Runs on Node 24, which takes TypeScript as it
 * is. Answers its parent's questions over IPC.
 */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import * as restate from "@restatedev/restate-sdk";

const DAY_MS = 86_400_000;

const greeter = restate.service({
  name: "Greeter",
  handlers: {
    greet: async (_ctx: restate.Context, name: string) => `Hello ${name}!`,
    steps: async (ctx: restate.Context, first: number) => {
      let sum = first;
      for (let step = 1; step <= 3; step++) sum += await ctx.run(`step ${step}`, () => step);
      return sum;
    },
  },
});

const counter = restate.object({
  name: "Counter",
  handlers: {
    add: async (ctx: restate.ObjectContext, amount: number) => {
      const sum = ((await ctx.get<number>("sum")) ?? 0) + amount;
      ctx.set("sum", sum);
      return sum;
    },
    read: restate.handlers.object.shared(async (ctx: restate.ObjectSharedContext) => (await ctx.get("sum")) ?? 0),
  },
});

const waiting = new Set<string>();
let openAttempts = 0;
let awakeable: { id: string; invocationId: string } | undefined;

function attemptBegins(ctx: restate.Context): void {
  const { id, attemptCompletedSignal } = ctx.request();
  waiting.add(id);
  openAttempts++;
  attemptCompletedSignal.addEventListener("abort", () => openAttempts--);
}

/** Suspends at once: an attempt that waits gets no minute of grace. */
const waiter = restate.service({
  name: "Waiter",
  options: { inactivityTimeout: 0 },
  handlers: {
    awakeable: async (ctx: restate.Context) => {
      attemptBegins(ctx);
      const { id, promise } = ctx.awakeable<string>();
      awakeable ??= { id, invocationId: ctx.request().id };
      return await promise;
    },
    sleep: async (ctx: restate.Context) => {
      attemptBegins(ctx);
      await ctx.sleep(DAY_MS);
    },
  },
});

function sdkVersion(): string {
  const entry = createRequire(import.meta.url).resolve("@restatedev/restate-sdk");
  const folder = entry.slice(0, entry.lastIndexOf(path.join("restate-sdk", "dist")) + "restate-sdk".length);
  return (JSON.parse(readFileSync(path.join(folder, "package.json"), "utf8")) as { version: string }).version;
}

process.on("message", (question) => {
  switch (question) {
    case "versions":
      process.send?.({ sdkVersion: sdkVersion() });
      break;
    case "waiters":
      process.send?.({ invocations: waiting.size, openAttempts, awakeable });
      break;
    case "forget":
      waiting.clear();
      awakeable = undefined;
      process.send?.({});
      break;
  }
});
process.on("disconnect", () => process.exit());

await restate.serve({ services: [greeter, counter, waiter], port: Number(process.env.PORT) });
