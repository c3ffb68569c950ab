import { describe, expect, it } from "vitest";
import type { Line } from "./journal.ts";
import { type KeyAt, readSteps, type StateAt, type StateStep, seenAt, stateAt, untouched } from "./state-at.ts";

const bytes = (text: string) => new TextEncoder().encode(text);
const read = (index: number, key: string, text?: string, isEdited = false): StateStep => ({
  ...{ kind: "read", index, key, isEdited, value: text === undefined ? undefined : bytes(text) },
});
const write = (index: number, key: string, text?: string): StateStep => ({
  ...{ kind: "write", index, key, isEdited: false, value: text === undefined ? undefined : bytes(text) },
});
const clearAll = (index: number): StateStep => ({ kind: "clear-all", index });

const shown = ({ known }: KeyAt) =>
  known.kind === "value" ? `${new TextDecoder().decode(known.value)} ${known.how} #${known.by}` : known.kind;
const state = ({ keys }: Pick<StateAt, "keys">) => Object.fromEntries(keys.map((key) => [key.key, shown(key)]));

describe("the state at an entry", () => {
  const steps = [
    read(1, "total"),
    write(2, "total", "1"),
    write(3, "total", "2"),
    read(4, "late", "x"),
    write(5, "new", "y"),
  ];

  it("is what was written up to there, or read up to there or behind it before anything wrote", () => {
    expect(state(stateAt(steps, 0))).toEqual({ total: "absent", late: "x later #4", new: "unknown" });
    expect(state(stateAt(steps, 2))).toMatchObject({ total: "1 set #2" });
    expect(state(stateAt(steps, 3))).toMatchObject({ total: "2 set #3" });
    expect(state(stateAt(steps, 5))).toEqual({ total: "2 set #3", late: "x read #4", new: "y set #5" });
  });

  it("does not take a read behind a write for what was before", () => {
    expect(state(stateAt([write(2, "a", "1"), read(3, "a", "1")], 1))).toEqual({ a: "unknown" });
    expect(state(stateAt([clearAll(2), read(3, "a")], 1))).toEqual({});
  });

  it("is known as a whole behind a clearing of all, and not before", () => {
    const cleared = [write(1, "a", "1"), clearAll(2), write(3, "b", "2")];
    expect(stateAt(cleared, 2)).toMatchObject({ isComplete: true });
    expect(state(stateAt(cleared, 2))).toEqual({ a: "absent" });
    expect(stateAt(cleared, 1)).toMatchObject({ isComplete: false });
    expect(state(stateAt(cleared, 1))).toEqual({ a: "1 set #1", b: "unknown" });
  });

  it("takes nothing from a read that somebody has edited", () => {
    expect(state(stateAt([read(1, "a", "made up", true)], 1))).toEqual({});
  });

  it("does not know what entries that were dropped have changed", () => {
    const dropped: StateStep = { kind: "dropped", index: 2, keys: ["a", "b"], all: false };
    const around = [write(1, "a", "1"), dropped, read(3, "b", "2")];
    expect(state(stateAt(around, 2))).toEqual({ a: "1 set #1", b: "unknown" });
    expect(state(stateAt(around, 3))).toEqual({ a: "unknown", b: "2 read #3" });
  });

  it("of an unfinished exclusive handler has what is stored and was never touched", () => {
    const stored = new Map([
      ["quiet", bytes("q")],
      ["total", bytes("2")],
    ]);
    const at = stateAt(steps, 0);
    expect(state({ keys: untouched(steps, at, stored) })).toEqual({ quiet: "q now #0" });
    expect(untouched([...steps, clearAll(9)], at, stored)).toEqual([]);
  });

  it("of a shared handler is what it has seen last", () => {
    const seen = [read(1, "a", "1"), read(2, "a", "2"), read(3, "b", "3")];
    expect(state(seenAt(seen, 0))).toEqual({});
    expect(state(seenAt(seen, 2))).toEqual({ a: "2 read #2" });
  });
});

it("reads commands and results as SQL prints them, and drops out of the events", () => {
  const row = (index: number, entry_type: string, json: unknown) => ({
    index,
    entry_type,
    entry_json: JSON.stringify(json),
  });
  const rows = [
    row(1, "Command: GetLazyState", { Command: { GetLazyState: { key: "n", completion_id: 4 } } }),
    row(2, "Notification: GetLazyState", {
      Notification: { ty: { Completion: "GetLazyState" }, id: { CompletionId: 4 }, result: { Success: [49] } },
    }),
    row(3, "Command: GetEagerState", { Command: { GetEagerState: { key: "m", result: "Void" } } }),
    row(4, "Command: SetState", { Command: { SetState: { key: "n", value: [50] } } }),
    row(5, "Command: ClearState", { Command: { ClearState: { key: "n" } } }),
    row(6, "Command: ClearAllState", { Command: { ClearAllState: {} } }),
  ];
  const lines = [
    { kind: "edit", what: { kind: "drop", after: 3, entryCount: 1, changedKeys: ["z"], hasClearedAll: false } },
    { kind: "entry", index: 3, isEdited: true },
  ] as unknown as Line[];
  expect(readSteps(rows, lines)).toEqual([
    { kind: "read", index: 1, key: "n", value: Uint8Array.of(49), isEdited: false },
    { kind: "read", index: 3, key: "m", value: undefined, isEdited: true },
    { kind: "dropped", index: 3, keys: ["z"], all: false },
    { kind: "write", index: 4, key: "n", value: Uint8Array.of(50), isEdited: false },
    { kind: "write", index: 5, key: "n", value: undefined, isEdited: false },
    { kind: "clear-all", index: 6 },
  ]);
});
