import { describe, expect, it } from "vitest";
import { composed } from "./edit.ts";
import { type Outcome, type Pending, settle } from "./pending.ts";

const state = (named: Record<string, string>) => Object.entries(named).map(([name, value]) => ({ name, value }));
const pending = (position: number, name: string, was: string, now: string): Pending => ({
  ...{ position, edits: [{ name, was, now }], sentAtMs: 0 },
});
const queued = (position: number, version: string, named: Record<string, string>) => ({
  ...{ position, change: { entries: state(named), version, leads_to: `rl1_after_${position}` } },
});
const heard = (outcomes: Record<number, Outcome>) => (position: number) => outcomes[position];

describe("edits that wait", () => {
  const first = pending(1, "a", "1", "2");
  const second = pending(2, "a", "2", "3");
  const other = pending(3, "b", "1", "2");

  it("wait while they are in the inbox", () => {
    const now = { entries: [], version: "rl1_0", queue: [queued(1, "rl1_0", { a: "2" })] };
    expect(settle([first], now, heard({}))).toEqual({ waiting: [first], applied: [], dropped: [] });
  });

  it("are told apart: one applied, one that waits on top of it", () => {
    const now = {
      ...{ entries: state({ a: "2" }), version: "rl1_after_1" },
      queue: [queued(2, "rl1_after_1", { a: "3" })],
    };
    expect(settle([first, second], now, heard({ 1: "applied" }))).toEqual({
      ...{ waiting: [second], applied: [first], dropped: [] },
    });
  });

  it("are made again together when the one below is dropped: what waits on top of it will be, too", () => {
    const now = {
      ...{ entries: state({ a: "1", b: "1", theirs: "x" }), version: "rl1_theirs" },
      queue: [queued(2, "rl1_after_1", { a: "3", b: "1" }), queued(3, "rl1_theirs", { a: "1", b: "2", theirs: "x" })],
    };
    expect(settle([first, second, other], now, heard({ 1: "dropped" }))).toEqual({
      waiting: [other],
      applied: [],
      dropped: [{ name: "a", was: "1", now: "3" }],
    });
  });

  it("of which nothing was heard are over when they are seen in the state, and made again otherwise", () => {
    const now = (named: Record<string, string>) => ({ entries: state(named), version: "rl1_x", queue: [] });
    expect(settle([first, other], now({ a: "2", b: "2" }), heard({}))).toMatchObject({
      ...{ applied: [first, other], dropped: [] },
    });
    expect(settle([first, other], now({ a: "2", b: "1" }), heard({}))).toMatchObject({
      applied: [],
      dropped: [
        { name: "a", was: "1", now: "2" },
        { name: "b", was: "1", now: "2" },
      ],
    });
    // That it was dropped is known, whatever the state looks like.
    expect(settle([first], now({ a: "2" }), heard({ 1: "dropped" })).dropped).toHaveLength(1);
  });

  it("make one edit of what was seen first and is wanted last; a later look counts alone", () => {
    const lists = [first, second].map(({ edits }) => edits);
    expect(composed(lists)).toEqual([{ name: "a", was: "1", now: "3" }]);
    const looked = { name: "a", was: "theirs", now: "4" };
    expect(composed([...lists, [looked]])).toEqual([looked]);
  });
});
