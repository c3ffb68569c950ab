/** The services that the programs of all languages have in common, on the official SDK; ../driver.ts drives them. */
import { randomUUID } from "node:crypto";
import {
  type Context,
  handlers,
  type ObjectContext,
  type ObjectSharedContext,
  object,
  rpc,
  serve,
  service,
  TerminalError,
  type WorkflowContext,
  type WorkflowSharedContext,
  workflow,
} from "@restatedev/restate-sdk";

interface Entry {
  readonly key: string;
  readonly line: string;
}

const ledger = object({
  name: "Ledger",
  handlers: {
    append: async (ctx: ObjectContext, line: string): Promise<number> => {
      const lines = [...((await ctx.get<string[]>("lines")) ?? []), line];
      ctx.set("lines", lines);
      return lines.length;
    },
    lines: handlers.object.shared(
      async (ctx: ObjectSharedContext): Promise<string[]> => (await ctx.get<string[]>("lines")) ?? [],
    ),
    clear: async (ctx: ObjectContext): Promise<void> => ctx.clearAll(),
  },
});

const attempts = new Map<string, number>();

const workbench = service({
  name: "Workbench",
  handlers: {
    greet: async (ctx: Context, name: string): Promise<string> => {
      const salutation = await ctx.run("salutation", () => "Hello");
      return `${salutation}, ${name}!`;
    },
    /** Three steps whose results differ each time they run: what a second run of a journaled step would show. */
    trail: async (ctx: Context, key: string): Promise<string[]> => {
      const tokens: string[] = [];
      for (let number = 0; number < 3; number++) {
        const token = await ctx.run(`token-${number}`, () => randomUUID());
        await ctx.objectClient(ledger, key).append(token);
        await ctx.sleep(300, `pause-${number}`);
        tokens.push(token);
      }
      return tokens;
    },
    nap: async (ctx: Context, millis: number): Promise<string> => {
      await ctx.sleep(millis);
      return "awake";
    },
    record: (ctx: Context, { key, line }: Entry): Promise<number> => ctx.objectClient(ledger, key).append(line),
    post: async (ctx: Context, { key, line, delayMillis }: Entry & { delayMillis: number }): Promise<string> => {
      return ctx.objectSendClient(ledger, key).append(line, rpc.sendOpts({ delay: delayMillis })).invocationId;
    },
    /** Writes the id of an awakeable into the ledger and waits for it. */
    ask: async (ctx: Context, key: string): Promise<string> => {
      const { id, promise } = ctx.awakeable<string>();
      ctx.objectSendClient(ledger, key).append(id);
      return `the answer is ${await promise}`;
    },
    reply: async (ctx: Context, { id, text }: { id: string; text: string }): Promise<void> =>
      ctx.resolveAwakeable(id, text),
    refuse: async (_ctx: Context, reason: string): Promise<void> => {
      throw new TerminalError(reason, { errorCode: 418 });
    },
    /** A step that fails `count` times before it succeeds; answers how often it ran. */
    stubborn: (ctx: Context, { key, count }: { key: string; count: number }): Promise<number> =>
      ctx.run(
        "stubborn",
        () => {
          const attempt = (attempts.get(key) ?? 0) + 1;
          attempts.set(key, attempt);
          if (attempt <= count) throw new Error("not yet");
          return attempt;
        },
        { initialRetryInterval: 10, maxRetryAttempts: 10 },
      ),
    echo: (ctx: Context, text: string): Promise<string> => ctx.run("echo", () => text),
  },
});

const approval = workflow({
  name: "Approval",
  handlers: {
    run: async (ctx: WorkflowContext, document: string): Promise<string> => {
      ctx.set("stage", "waiting");
      const decision = await ctx.promise<string>("decision");
      ctx.set("stage", "decided");
      return `${document}: ${decision}`;
    },
    decide: (ctx: WorkflowSharedContext, decision: string): Promise<void> =>
      ctx.promise<string>("decision").resolve(decision),
    stage: async (ctx: WorkflowSharedContext): Promise<string> => (await ctx.get<string>("stage")) ?? "unknown",
  },
});

const trip = service({
  name: "Trip",
  handlers: {
    /** A saga: books two parts, then waits for an hour; whoever cancels it gets both cancelled in reverse order. */
    book: async (ctx: Context, key: string): Promise<string> => {
      const booked: string[] = [];
      try {
        for (const part of ["flight", "car"]) {
          booked.push(part);
          await ctx.objectClient(ledger, key).append(`${part} booked`);
        }
        await ctx.sleep({ hours: 1 });
        return "travelled";
      } catch (error) {
        if (!(error instanceof TerminalError)) throw error;
        for (const part of booked.reverse()) await ctx.objectClient(ledger, key).append(`${part} cancelled`);
        throw error;
      }
    },
  },
});

await serve({ services: [workbench, ledger, approval, trip], port: Number(process.env.PORT) });
