import * as restate from "#sdk";
import { note, noted } from "./diary.mjs";
import { metadata, outcome } from "./outcome.mjs";

const quick = { initialRetryInterval: 5, maxRetryInterval: 10, retryIntervalFactor: 1 };

export const steps = restate.service({
  name: "Steps",
  handlers: {
    named: async (ctx) => [
      await ctx.run("asynchronous", async () => 1),
      await ctx.run("synchronous", () => 2),
      await ctx.run(() => 3),
      (await ctx.run("nothing", () => undefined)) === undefined,
    ],

    three: async (ctx, key) => {
      for (const step of [1, 2, 3]) await ctx.run(`step ${step}`, () => note(key, `step ${step}`));
      return "done";
    },

    aroundSleeps: async (ctx, key) => {
      for (const step of [1, 2, 3]) {
        await ctx.run(`step ${step}`, () => note(key, `step ${step}`));
        await ctx.sleep(1);
      }
      return "done";
    },

    parallel: async (ctx, count) => {
      const names = Array.from({ length: count }, (_, i) => i);
      return restate.RestatePromise.all(names.map((i) => ctx.run(`part ${i}`, async () => i * i)));
    },

    flakyStep: async (ctx, key) => {
      const before = await ctx.run("before", () => note(`${key} before`, "ran"));
      const value = await ctx.run(
        "flaky",
        () => {
          if (note(key, "tried") < 3) throw new Error("not yet");
          return "at last";
        },
        quick,
      );
      return { before, value };
    },

    exhausted: async (ctx, key) =>
      outcome(
        ctx.run(
          "hopeless",
          () => {
            note(key, "tried");
            throw new Error("hopeless");
          },
          { ...quick, maxRetryAttempts: 3 },
        ),
      ),

    outOfTime: async (ctx, key) =>
      outcome(
        ctx.run(
          "hopeless",
          () => {
            note(key, "tried");
            throw new Error("hopeless");
          },
          { ...quick, maxRetryDuration: { milliseconds: 30 } },
        ),
      ),

    terminalInStep: async (ctx, key) => {
      const first = await outcome(
        ctx.run("refuse", () => {
          note(key, "tried");
          throw new restate.TerminalError("refused", { errorCode: 409, ...metadata({ reason: "taken" }) });
        }),
      );
      return { first, after: await ctx.run("after", () => "went on") };
    },

    uncaught: async (ctx) => {
      await ctx.run("refuse", () => {
        throw new restate.TerminalError("refused in a step", { errorCode: 418, ...metadata({ reason: "teapot" }) });
      });
    },

    terminal: async (_ctx, { code, message, entries }) => {
      throw new restate.TerminalError(message, { errorCode: code, ...metadata(entries) });
    },

    flakyHandler: async (ctx, key) => {
      await ctx.run("once", () => note(`${key} once`, "ran"));
      if (note(key, "attempt") < 3) throw new restate.RetryableError("not yet", { retryAfter: { milliseconds: 5 } });
      return "at last";
    },

    translated: restate.handlers.handler(
      {
        asTerminalError: (error) =>
          error instanceof RangeError ? new restate.TerminalError("out of range") : undefined,
      },
      async () => {
        throw new RangeError("raw");
      },
    ),

    bytes: restate.handlers.handler({ input: restate.serde.binary, output: restate.serde.binary }, async (ctx, input) =>
      ctx.run("reverse", () => Uint8Array.from(input).reverse(), { serde: restate.serde.binary }),
    ),

    big: async (ctx, size) => {
      const big = await ctx.run("big", () => "x".repeat(size));
      await ctx.sleep(1);
      return big.length;
    },

    chance: async (ctx, key) => {
      const drawn = [ctx.rand.random(), ctx.rand.uuidv4(), ctx.rand.random()];
      const now = await ctx.date.now();
      const iso = await ctx.date.toJSON();
      note(key, { drawn, now, iso });
      await ctx.run("pause", () => undefined);
      if (noted(key) < 3) throw new restate.RetryableError("again", { retryAfter: 5 });
      return { drawn, now, iso };
    },

    console: async (ctx, word) => {
      ctx.console.log(`${word} before`);
      await ctx.run("step", () => undefined);
      if (note(`${word} attempts`, "attempt") < 2) throw new restate.RetryableError("again", { retryAfter: 5 });
      ctx.console.info(`${word} after`);
      return "logged";
    },

    sleep: async (ctx, ms) => {
      const before = await ctx.date.now();
      await ctx.sleep(ms, "a named sleep");
      await ctx.sleep({ milliseconds: 1 });
      return (await ctx.date.now()) - before;
    },

    request: async (ctx, input) => {
      const request = ctx.request();
      return {
        input,
        id: request.id,
        target: { ...request.target, text: request.target.toString() },
        headers: Object.fromEntries(request.headers),
        attemptId: request.attemptHeaders.get("x-restate-invocation-id"),
        body: Buffer.from(request.body).toString(),
        idempotencyKey: request.idempotencyKey ?? null,
        extraArgs: request.extraArgs,
        isAborted: request.attemptCompletedSignal.aborted,
      };
    },

    nothing: async () => undefined,
  },
});

/** Fails for ever; its policy decides what happens after the third attempt. */
const hopeless = async (ctx, key) => {
  await ctx.run("step", () => undefined);
  const isHealed = noted(`${key} healed`) > 0;
  note(key, isHealed ? "succeeds" : "fails");
  if (!isHealed) throw new Error(`hopeless ${key}`);
  return "healed";
};
const heal = async (_ctx, key) => note(`${key} healed`, "healed");
const policy = (onMaxAttempts) => ({
  retryPolicy: { initialInterval: 5, maxInterval: 10, exponentiationFactor: 1, maxAttempts: 3, onMaxAttempts },
});

export const killing = restate.service({ name: "Killing", handlers: { hopeless, heal }, options: policy("kill") });
export const pausing = restate.service({ name: "Pausing", handlers: { hopeless, heal }, options: policy("pause") });
