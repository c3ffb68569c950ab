import * as restate from "#sdk";
import { note, noted, passed } from "./diary.mjs";

const retryPolicy = { initialInterval: 5, maxInterval: 10, exponentiationFactor: 1, maxAttempts: 1000 };

/** Fails once, then twice does something else than the journal says, and then what it says. */
async function swerve(ctx, key) {
  if (noted(`${key} failed`) > 0 && noted(`${key} swerved`) < 2) {
    note(`${key} swerved`, "");
    await ctx.sleep(1);
  } else {
    await ctx.run("step", () => note(`${key} step`, ""));
  }
  if (note(`${key} failed`, "") === 1) throw new Error("fails once");
  return "on course";
}

const { handler } = restate.handlers;

/** Handlers that do not do what their journal says, or give up for the time being. */
export const fragile = restate.service({
  name: "Fragile",
  options: { retryPolicy },
  handlers: {
    swerve,
    swerveAndFail: handler({ onJournalMismatchErrors: "fail" }, swerve),
    swerveAndPause: handler({ onJournalMismatchErrors: "pause" }, swerve),
    pause: async (ctx, key) => {
      await ctx.run("step", () => undefined);
      if (note(key, "attempt") === 1) throw new restate.PauseError("not now");
      return "later";
    },
    afterGate: async (ctx, { key, gate }) => {
      await ctx.run("before", () => note(key, "before"));
      await ctx.run("gate", async () => {
        note(key, "at the gate");
        await passed(gate);
      });
      return "through the gate";
    },
  },
});
