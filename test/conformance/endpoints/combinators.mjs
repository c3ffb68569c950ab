import * as restate from "#sdk";
import { note } from "./diary.mjs";
import { outcome } from "./outcome.mjs";

const { RestatePromise } = restate;
const Echo = { name: "Echo" };
const year = { days: 365 };

export const combinators = restate.service({
  name: "Combinators",
  handlers: {
    all: async (ctx) =>
      RestatePromise.all([
        ctx.run("a", () => "a"),
        ctx.sleep(1).map(() => "b"),
        ctx.serviceClient(Echo).echo("c"),
        RestatePromise.resolve("d"),
      ]),
    allFails: async (ctx) =>
      outcome(
        RestatePromise.all([ctx.sleep(year), ctx.serviceClient(Echo).fail("one of all"), ctx.run("a", () => "a")]),
      ),
    allEmpty: async () => RestatePromise.all([]),
    race: async (ctx) => RestatePromise.race([ctx.sleep(year).map(() => "slow"), ctx.sleep(1).map(() => "quick")]),
    raceFails: async (ctx) => outcome(RestatePromise.race([ctx.sleep(year), ctx.serviceClient(Echo).fail("first")])),
    any: async (ctx) =>
      RestatePromise.any([ctx.serviceClient(Echo).fail("ignored"), ctx.sleep(1).map(() => "won"), ctx.sleep(year)]),
    anyFails: async (ctx) => {
      try {
        await RestatePromise.any([ctx.serviceClient(Echo).fail("one"), ctx.serviceClient(Echo).fail("two")]);
        return "unreachable";
      } catch (error) {
        return error.errors.map(({ message }) => message).sort();
      }
    },
    allSettled: async (ctx) => {
      const settled = await RestatePromise.allSettled([
        ctx.serviceClient(Echo).echo("fine"),
        ctx.serviceClient(Echo).fail("broken"),
        ctx.sleep(1).map(() => "slept"),
        RestatePromise.reject(new restate.TerminalError("rejected at once")),
      ]);
      return settled.map(({ status, value, reason }) => [status, value ?? reason.message]);
    },
    timeout: async (ctx) => {
      const late = await outcome(ctx.sleep(year).orTimeout(5));
      const early = await outcome(ctx.serviceClient(Echo).echo("in time").orTimeout({ hours: 1 }));
      return { late, early };
    },
    nested: async (ctx) =>
      RestatePromise.race([
        RestatePromise.all([ctx.sleep(year).map(() => "never"), ctx.sleep(1)]).map(() => "all"),
        RestatePromise.any([ctx.sleep(year), ctx.sleep(2).map(() => "any")]),
      ]),
    map: async (ctx) =>
      ctx
        .run("one", () => 1)
        .map((n) => n + 1)
        .map((n) => n * 10),
    mapThrows: async (ctx) =>
      outcome(
        ctx
          .run("one", () => 1)
          .map(() => {
            throw new restate.TerminalError("thrown in map");
          }),
      ),
    // Which of two finished first must come out the same on every replay.
    raceIsRemembered: async (ctx, key) => {
      const winner = await RestatePromise.race([
        ctx.serviceClient(Echo).echo("call"),
        ctx.run("run", () => "run"),
        ctx.sleep(1).map(() => "sleep"),
      ]);
      note(key, winner);
      await ctx.run("pause", () => undefined);
      if (note(`${key} attempts`, "attempt") < 4) throw new restate.RetryableError("again", { retryAfter: 5 });
      return winner;
    },
    // The run is still going on while the handler has nothing else to wait for but a timer that has long fired.
    slowRun: async (ctx) => {
      const slow = ctx.run("slow", () => new Promise((resolve) => setTimeout(resolve, 50, "slow")));
      return RestatePromise.all([slow, ctx.sleep(1).map(() => "timer")]);
    },
  },
});
