import { expect, it } from "vitest";
import type { Failed, Stand } from "../stand.ts";

/** Combinators of promises: all, race, any, allSettled, orTimeout, map. */
export function combinators(stand: Stand): void {
  it("all gives every value in order", async () => {
    expect(await stand.value("Combinators/all")).toEqual(["a", "b", "c", "d"]);
    expect(await stand.value("Combinators/allEmpty")).toEqual([]);
  });

  it("all fails with the first failure, without waiting for the rest", async () => {
    expect((await stand.value<Failed>("Combinators/allFails")).error).toMatchObject({
      message: "one of all",
      code: 422,
    });
  });

  it("race gives the first to end, be it a value or a failure", async () => {
    expect(await stand.value("Combinators/race")).toBe("quick");
    expect((await stand.value<Failed>("Combinators/raceFails")).error).toMatchObject({ message: "first" });
  });

  it("any gives the first value and ignores failures before it", async () => {
    expect(await stand.value("Combinators/any")).toBe("won");
  });

  it("any fails with every error when nothing succeeds", async () => {
    expect(await stand.value("Combinators/anyFails")).toEqual(["one", "two"]);
  });

  it("allSettled tells how each one ended", async () => {
    expect(await stand.value("Combinators/allSettled")).toEqual([
      ["fulfilled", "fine"],
      ["rejected", "broken"],
      ["fulfilled", "slept"],
      ["rejected", "rejected at once"],
    ]);
  });

  it("orTimeout ends a wait, and does not disturb what is in time", async () => {
    const { late, early } = await stand.value<{ late: Failed; early: unknown }>("Combinators/timeout");
    expect(late.error).toMatchObject({ name: "TimeoutError", code: 408 });
    expect(early).toEqual({ value: "in time" });
  });

  it("combinators nest", async () => {
    expect(await stand.value("Combinators/nested")).toBe("any");
  });

  it("map transforms a value and may throw", async () => {
    expect(await stand.value("Combinators/map")).toBe(20);
    expect((await stand.value<Failed>("Combinators/mapThrows")).error).toMatchObject({ message: "thrown in map" });
  });

  it("who won a race is remembered: every replay sees the same winner", async () => {
    const key = stand.name();
    const winner = await stand.value("Combinators/raceIsRemembered", key);
    const winners = await stand.diary.lines(key);
    expect(winners.length).toBeGreaterThanOrEqual(4);
    expect(new Set(winners)).toEqual(new Set([winner]));
  });

  it("a step that is still running is waited for beside a timer", async () => {
    expect(await stand.value("Combinators/slowRun")).toEqual(["slow", "timer"]);
  });
}
