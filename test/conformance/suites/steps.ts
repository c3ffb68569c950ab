import { expect, it } from "vitest";
import type { Failed, Stand } from "../stand.ts";

/** `ctx.run` and `ctx.sleep`. */
export function steps(stand: Stand): void {
  it("a step returns its value, with or without a name, synchronous or not", async () => {
    expect(await stand.value("Steps/named")).toEqual([1, 2, 3, true]);
  });

  it("steps run once each, in order", async () => {
    const key = stand.name();
    expect(await stand.value("Steps/three", key)).toBe("done");
    expect(await stand.diary.lines(key)).toEqual(["step 1", "step 2", "step 3"]);
  });

  it("a step that ended before a sleep does not run again after it", async () => {
    const key = stand.name();
    expect(await stand.value("Steps/aroundSleeps", key)).toBe("done");
    expect(await stand.diary.lines(key)).toEqual(["step 1", "step 2", "step 3"]);
  });

  it("steps may run beside each other", async () => {
    expect(await stand.value("Steps/parallel", 20)).toEqual(Array.from({ length: 20 }, (_, i) => i * i));
  });

  it("a failing step is retried until it succeeds, the steps before it are not", async () => {
    const key = stand.name();
    expect(await stand.value("Steps/flakyStep", key)).toEqual({ before: 1, value: "at last" });
    expect(await stand.diary.lines(key)).toHaveLength(3);
    expect(await stand.diary.lines(`${key} before`)).toHaveLength(1);
  });

  it("a step fails terminally when its number of attempts is used up", async () => {
    const key = stand.name();
    const { error } = await stand.value<Failed>("Steps/exhausted", key);
    expect(error).toMatchObject({ name: "TerminalError", code: 500, message: "hopeless" });
    expect(await stand.diary.lines(key)).toHaveLength(3);
  });

  it("a step fails terminally when its retry time is used up", async () => {
    const key = stand.name();
    const { error } = await stand.value<Failed>("Steps/outOfTime", key);
    expect(error).toMatchObject({ name: "TerminalError", message: "hopeless" });
    expect((await stand.diary.lines(key)).length).toBeGreaterThan(1);
  });

  it("a terminal error in a step is remembered, not retried, and can be caught", async () => {
    const key = stand.name();
    const { first, after } = await stand.value<{ first: Failed; after: string }>("Steps/terminalInStep", key);
    const expected = { name: "TerminalError", code: 409, message: "refused", ...stand.metadata({ reason: "taken" }) };
    expect(first.error).toEqual(expected);
    expect(after).toBe("went on");
    expect(await stand.diary.lines(key)).toHaveLength(1);
  });

  it("a step's value may be bytes that are no text", async () => {
    const raw = Uint8Array.from([0, 255, 128, 10, 13]);
    const answer = await stand.call("Steps/bytes", undefined, {
      raw,
      headers: { "content-type": "application/octet-stream" },
    });
    expect([...answer.body]).toEqual([13, 10, 128, 255, 0]);
  });

  it("a step's value of a megabyte survives a replay", async () => {
    expect(await stand.value("Steps/big", 1_000_000)).toBe(1_000_000);
  });

  it("a sleep does not end early, whether given in milliseconds or as a duration", async () => {
    expect(await stand.value("Steps/sleep", 40)).toBeGreaterThanOrEqual(40);
  });
}
