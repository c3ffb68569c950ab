import { describe, expect, it } from "vitest";
import { readJournal } from "./journal.ts";
import { partsOf } from "./parts.ts";

const at = (ms: number) => new Date(ms).toISOString();

/** Rows of `sys_journal` as the server answers them. */
const entries = [
  {
    index: 0,
    entry_type: "Command: Input",
    name: "",
    raw_length: 10,
    entry_lite_json: '{"Command":{"Input":{}}}',
    appended_at: at(0),
  },
  {
    ...{ index: 1, entry_type: "Command: Call", name: "", raw_length: 17, appended_at: at(1) },
    entry_lite_json:
      '{"Command":{"Call":{"invocation_id":"inv_1x","invocation_target":{"VirtualObject":{"name":"Cart","key":"ada","handler":"add"}},"invocation_id_completion_id":1,"result_completion_id":2}}}',
  },
  {
    ...{ index: 2, entry_type: "Notification: CallInvocationId", raw_length: 43, appended_at: at(2) },
    entry_lite_json:
      '{"Notification":{"ty":{"Completion":"CallInvocationId"},"id":{"CompletionId":1},"result":"InvocationId"}}',
  },
  {
    ...{ index: 3, entry_type: "Notification: Call", raw_length: 15, appended_at: at(9) },
    entry_lite_json: '{"Notification":{"ty":{"Completion":"Call"},"id":{"CompletionId":2},"result":"Failure"}}',
  },
  {
    ...{ index: 4, entry_type: "Command: Sleep", raw_length: 9, appended_at: at(10) },
    entry_lite_json: '{"Command":{"Sleep":{"wake_up_time":5000,"completion_id":3}}}',
  },
  {
    ...{ index: 5, entry_type: "Notification: Signal", raw_length: 4, appended_at: at(11) },
    entry_lite_json: '{"Notification":{"ty":"Signal","id":{"SignalIndex":1},"result":"Void"}}',
  },
];
const failure = (after: number, ms: number, message: string) => ({
  ...{ after_journal_entry_index: after, appended_at: at(ms), event_type: "TransientError" },
  event_json: JSON.stringify({ error_code: 500, error_message: message }),
});

describe("a journal as lines", () => {
  it("joins a command with what completed it, and leaves open what waits", () => {
    const { lines } = readJournal(entries, []);
    expect(lines.map((line) => line.kind === "entry" && [line.type, line.index, line.isPending])).toEqual([
      ["Input", 0, false],
      ["Call", 1, false],
      ["Sleep", 4, true],
      ["Cancel", 5, false],
    ]);
    expect(lines[1]).toMatchObject({
      ...{ atMs: 1, endMs: 9, hasFailed: true, completedBy: 3, size: 32 },
      callee: { id: "inv_1x", target: "Cart/ada/add", isAwaited: true },
    });
    expect(lines[2]).toMatchObject({ dueMs: 5000, endMs: undefined });
  });

  it("puts failed attempts behind the entry that they came after, the same ones in one line", () => {
    const events = [failure(3, 20, "boom"), failure(3, 30, "boom"), failure(3, 40, "bang")];
    const { lines } = readJournal(entries, events);
    expect(lines.map((line) => (line.kind === "failure" ? [line.message, line.atMs] : line.kind))).toEqual([
      ...["entry", "entry"],
      ["boom", [20, 30]],
      ["bang", [40]],
      ...["entry", "entry"],
    ]);
  });
});

describe("edits in a journal", () => {
  const edited = (after: number, ms: number, event: object) => ({
    ...{ after_journal_entry_index: after, appended_at: at(ms), event_type: "JournalEdited" },
    event_json: JSON.stringify(event),
  });

  it("are lines of their own, and mark what they have changed until it is dropped", () => {
    const result = edited(5, 20, {
      edit: "result",
      entry_index: 4,
      entry_type: "Sleep",
      old: null,
      new: { void: true },
    });
    const drop = edited(2, 30, { edit: "drop", after: 1, entry_count: 3, changed_keys: ["k"], cleared_all: false });
    const marks = (events: Parameters<typeof readJournal>[1]) =>
      readJournal(entries, events).lines.flatMap((line) =>
        line.kind === "entry" && line.isEdited ? [line.index] : [],
      );
    expect(marks([result])).toEqual([4]);
    expect(marks([result, drop])).toEqual([]);
    const { lines, edits } = readJournal(entries, [result, drop]);
    expect(edits).toBe(2);
    expect(lines.flatMap((line) => (line.kind === "edit" ? [line.what] : []))).toEqual([
      { kind: "result", entry: 4, type: "Sleep", name: undefined, old: null, new: { void: true } },
      { kind: "drop", after: 1, entryCount: 3, changedKeys: ["k"], hasClearedAll: false },
    ]);
  });

  it("put what came after dropped entries behind the last one that was kept", () => {
    const { lines } = readJournal(entries, [
      failure(9, 20, "before"),
      edited(2, 30, { edit: "drop", after: 1, entry_count: 1 }),
      failure(5, 40, "since"),
    ]);
    expect(lines.map((line) => (line.kind === "entry" ? line.index : line.kind))).toEqual([
      ...[0, 1, "failure", "edit", 4, 5, "failure"],
    ]);
  });
});

describe("the parts of an entry", () => {
  it("are payloads, failures and headers, wherever they are", () => {
    const json = (value: unknown) => JSON.stringify({ Command: { X: value } });
    expect(partsOf(json({ headers: [{ name: "a", value: "b" }], payload: [123, 125] }))).toEqual([
      { kind: "bytes", name: "Input", bytes: Uint8Array.of(123, 125) },
      { kind: "pairs", name: "Headers", pairs: [["a", "b"]] },
    ]);
    expect(partsOf(json({ result: { Failure: { code: 418, message: "teapot" } } }))).toEqual([
      { kind: "failure", name: "Failure", code: 418, message: "teapot" },
    ]);
    expect(partsOf(json({ result: "Void", span: { trace_id: [0, 0] } }))).toEqual([]);
  });
});
