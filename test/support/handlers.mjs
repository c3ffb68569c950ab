/** Handlers that more than one suite serves: what ends well, fails, or adds up. For endpoints on the official SDK. */
import * as restate from "@restatedev/restate-sdk";

/** Of a service called `name`. */
export function greeting(name) {
  return {
    greet: async (_ctx, who) => `Hello ${who}`,
    fail: async () => {
      throw new restate.TerminalError("teapot", { errorCode: 418 });
    },
    steps: async (ctx) => {
      const first = await ctx.run("first", () => 1);
      return ctx.run("second", () => first + 1);
    },
    callsFailing: async (ctx) => ctx.serviceClient({ name }).fail(),
  };
}

/** Of an object: adds to its state, and returns the sum. */
export async function add(ctx, amount) {
  const sum = ((await ctx.get("count")) ?? 0) + amount;
  ctx.set("count", sum);
  return sum;
}

export async function fails() {
  throw new Error("always");
}

/** Options with which a handler that fails has done so for the last time after a moment. */
export function twoAttempts(onMaxAttempts) {
  return { retryPolicy: { initialInterval: 10, exponentiationFactor: 1, maxAttempts: 2, onMaxAttempts } };
}

/** Options with which a handler that fails waits for an hour. */
export const oneAttemptAnHour = { retryPolicy: { initialInterval: 3_600_000, maxInterval: 3_600_000 } };
