import { describe, expect, it } from "vitest";
import {
  ClearAllStateCommand,
  encodeSignalAwakeableId,
  GetEagerStateCommand,
  GetEagerStateKeysCommand,
  GetLazyStateCommand,
  GetLazyStateKeysCommand,
  MessageType,
  messageTypeName,
  Notification,
} from "../../sdk/protocol/index.ts";
import { prepareStatements } from "../storage/index.ts";
import type { EditedResult } from "./edit-results.ts";
import { EDIT_EVENT } from "./edits.ts";
import {
  attach,
  call,
  completePromise,
  end,
  error,
  getPromise,
  output,
  propose,
  run,
  type Said,
  setState,
  sleep,
  suspendOn,
} from "./sdk-messages.fixture.ts";
import { Transcript, textOf } from "./transcript.fixture.ts";

const value = (text: string): EditedResult => ({ kind: "value", value: Buffer.from(text) });
const VOID: EditedResult = { kind: "void" };

const getState = (name: string, text?: string): Said => [
  MessageType.GetEagerStateCommand,
  GetEagerStateCommand.encode(
    text === undefined ? { key: Buffer.from(name), void: true } : { key: Buffer.from(name), value: Buffer.from(text) },
  ),
];
const getLazyState = (name: string, completionId: number): Said => [
  MessageType.GetLazyStateCommand,
  GetLazyStateCommand.encode({ key: Buffer.from(name), resultCompletionId: completionId }),
];
const getStateKeys = (...names: string[]): Said => [
  MessageType.GetEagerStateKeysCommand,
  GetEagerStateKeysCommand.encode({ value: names.map((name) => Buffer.from(name)), name: "all" }),
];
const getLazyStateKeys = (completionId: number): Said => [
  MessageType.GetLazyStateKeysCommand,
  GetLazyStateKeysCommand.encode({ resultCompletionId: completionId }),
];
const stateKeys = (...names: string[]): EditedResult => ({
  kind: "state_keys",
  keys: names.map((name) => Buffer.from(name)),
});
const clearAll: Said = [MessageType.ClearAllStateCommand, ClearAllStateCommand.encode({})];

/** An invocation that has said this and was paused. */
function paused(path: string, ...messages: Said[]): { t: Transcript; id: string } {
  const t = new Transcript();
  const { id } = t.call(path);
  t.says(id, ...messages);
  t.apply(() => t.engine.pause(id));
  return { t, id };
}

const setResult = (t: Transcript, id: string, entry: number, result: EditedResult) =>
  t.apply(() => t.engine.setResult(id, entry, result));
const drop = (t: Transcript, id: string, after: number, more: { keepsSignals?: boolean; isDryRun?: boolean } = {}) =>
  t.apply(() => t.engine.dropAfter(id, { after, keepsSignals: true, isDryRun: false, ...more }));

function resume(t: Transcript, id: string): void {
  t.apply(() => t.engine.resume(id));
  expect(t.status(id)).toBe("running");
}

/** What the attempt replays: the names of the messages, with what notifications carry. */
function replayed(t: Transcript, id: string): string[] {
  const { start } = t.attemptOf(id);
  const frames = start.replay ?? t.engine.reads.replay(start.seq, 0, start.knownEntries, 1 << 20);
  return frames.map((frame) => {
    const type = frame.readUInt16BE(0);
    if (type < 0x8000) return messageTypeName(type);
    const { value: bytes, failure } = Notification.decode(frame.subarray(8));
    return `${messageTypeName(type)} ${failure === undefined ? (bytes?.toString() ?? "void") : failure.message}`;
  });
}

function events(t: Transcript, id: string): unknown[] {
  const { seq } = t.attemptOf(id).start;
  const { journal } = prepareStatements(t.storage.db);
  return journal.events.all(seq * 2 ** 20, (seq + 1) * 2 ** 20, EDIT_EVENT).map((event) => JSON.parse(event));
}

function state(t: Transcript, service: string, key: string): Record<string, string> {
  const { entries } = t.engine.describeInstance(service, undefined, key);
  return Object.fromEntries(entries.map(({ name, value: bytes }) => [name.toString(), bytes.toString()]));
}

describe("another result for an entry", () => {
  it("is what the next attempt replays, and the event says what was there", () => {
    const { t, id } = paused("Greeter/greet", run(1), propose(1, "old"), run(2));
    expect(setResult(t, id, 1, value("new"))).toEqual({ kind: "edited", detached: [] });
    expect(events(t, id)).toMatchObject([
      {
        ...{ ty: "JournalEdited", edit: "result", entry_index: 1, entry_type: "Run", entry_name: "step" },
        ...{ old: { value: "old" }, new: { value: "new" } },
      },
    ]);
    resume(t, id);
    expect(replayed(t, id)).toEqual(["InputCommand", "RunCommand", "RunCompletion new", "RunCommand"]);
  });

  it("may be named by its own index as well as by its command's, and may be a failure", () => {
    const { t, id } = paused("Greeter/greet", run(1), propose(1, "old"));
    setResult(t, id, 2, { kind: "failure", failure: { code: 418, message: "teapot" } });
    resume(t, id);
    expect(replayed(t, id)).toEqual(["InputCommand", "RunCommand", "RunCompletion teapot"]);
    expect(events(t, id)).toMatchObject([{ entry_index: 1, new: { failure: { code: 418, message: "teapot" } } }]);
  });

  it("can be the first one: a run that always fails, a sleep that is over now", () => {
    const t = new Transcript();
    const { id } = t.call("Greeter/greet");
    t.says(id, sleep(1, t.clock.nowMs() + 60_000), run(2));
    t.apply(() => t.engine.pause(id));
    expect(setResult(t, id, 1, VOID).kind).toBe("edited");
    setResult(t, id, 2, value("by hand"));
    t.advance(120_000);
    resume(t, id);
    const sequence = ["InputCommand", "SleepCommand", "RunCommand", "SleepCompletion void", "RunCompletion by hand"];
    expect(replayed(t, id)).toEqual(sequence);
    expect(t.heard(id)).toEqual([]);
  });

  it("of a call that goes on is the only one: the called invocation's own comes too late", () => {
    const { t, id } = paused("Greeter/greet", call("Counter/k/add", { idCompletion: 1, result: 2 }));
    const child = t.attempts.at(-1)?.start.id ?? "";
    expect(setResult(t, id, 1, value("mine"))).toEqual({ kind: "edited", detached: [child] });
    t.says(child, output("its own"), end);
    resume(t, id);
    expect(replayed(t, id)).toEqual([
      ...["InputCommand", "CallCommand", "CallInvocationIdCompletion void", "CallCompletion mine"],
    ]);
  });

  it("of a call that has ended before replaces its own", () => {
    const { t, id } = paused("Greeter/greet", call("Greeter/greet", { idCompletion: 1, result: 2 }));
    t.says(t.attempts.at(-1)?.start.id ?? "", output("its own"), end);
    setResult(t, id, 1, value("mine"));
    resume(t, id);
    expect(replayed(t, id).slice(3)).toEqual(["CallCompletion mine"]);
  });

  it("can be that of an awakeable, and of what was read of the state", () => {
    const { t, id } = paused("Counter/k/add", getState("n", "1"), getLazyState("m", 2));
    const awakeable = encodeSignalAwakeableId(t.attemptOf(id).start.idBytes, 17);
    t.apply(() => t.engine.completeAwakeable(awakeable, { kind: "value", value: Buffer.from("old") }));
    expect(setResult(t, id, 1, value("2")).kind).toBe("edited");
    expect(setResult(t, id, 2, value("3")).kind).toBe("edited");
    expect(setResult(t, id, 4, value("new")).kind).toBe("edited");
    expect(events(t, id)).toMatchObject([
      { entry_type: "GetEagerState", old: { value: "1" }, new: { value: "2" } },
      { entry_type: "GetLazyState", old: { void: true }, new: { value: "3" } },
      { entry_type: "Signal", old: { value: "old" }, new: { value: "new" } },
    ]);
    resume(t, id);
    expect(replayed(t, id).slice(3)).toEqual(["GetLazyStateCompletion 3", "SignalNotification new"]);
  });

  it("can be the names of the keys of the state", () => {
    const { t, id } = paused("Counter/names/add", setState("n", "1"), getStateKeys("n"), getLazyStateKeys(1));
    expect(setResult(t, id, 2, stateKeys("ä", "b")).kind).toBe("edited");
    expect(setResult(t, id, 3, stateKeys()).kind).toBe("edited");
    expect(setResult(t, id, 3, stateKeys("c")).kind).toBe("edited");
    expect(events(t, id)).toMatchObject([
      { entry_type: "GetEagerStateKeys", old: { state_keys: ["n"] }, new: { state_keys: ["ä", "b"] } },
      { entry_type: "GetLazyStateKeys", old: { state_keys: ["n"] }, new: { state_keys: [] } },
      { entry_type: "GetLazyStateKeys", old: { state_keys: [] }, new: { state_keys: ["c"] } },
    ]);
    resume(t, id);
    const { start } = t.attemptOf(id);
    const frames = start.replay ?? t.engine.reads.replay(start.seq, 0, start.knownEntries, 1 << 20);
    const [eager, lazy] = [frames[2], frames[4]].map((frame) => (frame as Buffer).subarray(8));
    expect(GetEagerStateKeysCommand.decode(eager as Buffer)).toMatchObject({
      name: "all",
      value: ["ä", "b"].map((name) => Buffer.from(name)),
    });
    expect(Notification.decode(lazy as Buffer)).toMatchObject({ completionId: 1, stateKeys: [Buffer.from("c")] });
  });

  it("is refused for names where a value is wanted, and the other way round", () => {
    const { t, id } = paused("Counter/k/add", getStateKeys("n"), getLazyStateKeys(1), getState("n"));
    const refused = (entryType: string, ...kinds: string[]) => ({ kind: "wrong-result", entryType, kinds });
    expect(setResult(t, id, 1, value("[]"))).toEqual(refused("GetEagerStateKeys", "state_keys"));
    expect(setResult(t, id, 2, VOID)).toEqual(refused("GetLazyStateKeys", "state_keys"));
    expect(setResult(t, id, 4, stateKeys("n"))).toEqual(refused("GetEagerState", "value", "void"));
  });

  it("is refused where there is none, where it is of another kind, and unless paused", () => {
    const { t, id } = paused("Counter/k/add", sleep(1, 0), setState("n", "1"));
    const journalLength = t.engine.describe(id)?.journalLength ?? 0;
    expect(setResult(t, id, 1, value("1"))).toEqual({ kind: "wrong-result", entryType: "Sleep", kinds: ["void"] });
    expect(setResult(t, id, 2, value("1"))).toEqual({ kind: "no-result", entryType: "SetState" });
    expect(setResult(t, id, 0, value("1"))).toEqual({ kind: "no-result", entryType: "Input" });
    expect(setResult(t, id, journalLength, VOID)).toEqual({ kind: "no-entry", journalLength });
    expect(setResult(t, "inv_1", 1, VOID)).toEqual({ kind: "unknown" });
    resume(t, id);
    expect(setResult(t, id, 1, VOID)).toEqual({ kind: "not-paused" });
    expect(drop(t, id, 0)).toEqual({ kind: "not-paused" });
    expect(events(t, id)).toEqual([]);
  });

  it("is named by length and hash in the event when it is large", () => {
    const { t, id } = paused("Greeter/greet", run(1), propose(1, "x".repeat(5000)));
    setResult(t, id, 1, { kind: "value", value: Buffer.from([0xff]) });
    expect(events(t, id)).toMatchObject([
      {
        old: { value_length: 5000, value_sha256: expect.stringMatching(/^[0-9a-f]{64}$/) },
        new: { value_base64: "/w==" },
      },
    ]);
    const names = paused("Counter/many/add", getStateKeys(...Array.from({ length: 1000 }, (_, n) => `key ${n}`)));
    const bytes: EditedResult = { kind: "state_keys", keys: [Buffer.from([0xff])] };
    setResult(names.t, names.id, 1, bytes);
    expect(events(names.t, names.id)).toMatchObject([
      {
        old: { state_key_count: 1000, state_keys_sha256: expect.stringMatching(/^[0-9a-f]{64}$/) },
        new: { state_keys_base64: ["/w=="] },
      },
    ]);
  });

  it("begins the count of failed attempts anew", () => {
    const t = new Transcript();
    const { id } = t.call("Greeter/greet");
    t.says(id, run(1));
    t.says(id, error("boom"));
    t.apply(() => t.engine.pause(id));
    setResult(t, id, 1, value("by hand"));
    expect(t.engine.describe(id)).toMatchObject({ status: "paused", retryCount: 0, lastFailure: undefined });
    resume(t, id);
    t.says(id, error("bang"));
    // The retry of before would be due first.
    t.advance(499);
    expect(t.status(id)).toBe("backing-off");
    t.advance(1);
    expect(t.status(id)).toBe("running");
  });
});

describe("a journal whose end is dropped", () => {
  it("is replayed up to there, and what comes next is stored behind it", () => {
    const { t, id } = paused("Greeter/greet", run(1), propose(1, "one"), run(2), propose(2, "two"), run(3));
    expect(drop(t, id, 2)).toMatchObject({ kind: "dropped", entryCount: 2, journalLength: 3 });
    resume(t, id);
    expect(replayed(t, id)).toEqual(["InputCommand", "RunCommand", "RunCompletion one"]);
    t.says(id, run(2), propose(2, "again"), output("done"), end);
    const ended = t.engine.output({ kind: "id", id });
    expect(ended.kind === "done" && textOf(ended.completion.outcome)).toBe("done");
  });

  it("keeps results that kept entries got later", () => {
    const t = new Transcript();
    const { id } = t.call("Greeter/greet");
    t.says(id, call("Greeter/greet", { idCompletion: 1, result: 2 }), run(3), propose(3, "x"));
    t.says(t.attempts.at(-1)?.start.id ?? "", output("late"), end);
    t.apply(() => t.engine.pause(id));
    drop(t, id, 1);
    resume(t, id);
    expect(replayed(t, id)).toEqual([
      ...["InputCommand", "CallCommand", "CallInvocationIdCompletion void", "CallCompletion late"],
    ]);
  });

  it("lets kept entries that wait have their results still", () => {
    const t = new Transcript();
    const { id } = t.call("Greeter/greet");
    t.says(id, call("Greeter/greet", { idCompletion: 1, result: 2 }), run(3), propose(3, "x"));
    const child = t.attempts.at(-1)?.start.id ?? "";
    t.apply(() => t.engine.pause(id));
    expect(drop(t, id, 2)).toMatchObject({ detached: [] });
    t.says(child, output("later"), end);
    resume(t, id);
    expect(replayed(t, id).at(-1)).toBe("CallCompletion later");
  });

  it("hears nothing of the calls, sleeps, promises and attachments that it has dropped", () => {
    const t = new Transcript();
    const other = t.send("Greeter/greet");
    const { id } = t.call("Flow/k/run");
    const shared = t.send("Flow/k/shared");
    t.says(
      id,
      call("Counter/k/add", { idCompletion: 1, result: 2 }),
      sleep(3, t.clock.nowMs() + 1000),
      getPromise("go", 4),
      attach(other, 5),
    );
    const child = t.attempts.find(({ start }) => start.service === "Counter")?.start.id ?? "";
    t.apply(() => t.engine.pause(id));
    expect(drop(t, id, 0)).toMatchObject({ detached: [child], entryCount: 4, journalLength: 1 });
    resume(t, id);
    // The same ids are given out again, for something else.
    t.says(id, run(1), run(2), run(3), run(4), run(5), suspendOn(1));
    t.apply(() => t.engine.pause(id));
    t.says(child, output("stale"), end);
    t.advance(5000);
    t.says(shared, completePromise("go", "stale", 1));
    t.says(other, output("stale"), end);
    expect(t.status(child)).toBe("completed");
    resume(t, id);
    expect(replayed(t, id)).toEqual(["InputCommand", ...Array<string>(5).fill("RunCommand")]);
  });

  it("keeps signals that came later, or drops them", () => {
    for (const keepsSignals of [true, false]) {
      const { t, id } = paused("Greeter/greet", run(1), propose(1, "x"));
      const awakeable = encodeSignalAwakeableId(t.attemptOf(id).start.idBytes, 17);
      t.apply(() => t.engine.completeAwakeable(awakeable, { kind: "value", value: Buffer.from("a") }));
      t.apply(() => t.engine.signal(id, "named", { kind: "value", value: Buffer.from("b") }));
      expect(drop(t, id, 0, { keepsSignals })).toMatchObject({ signalCount: 2 });
      resume(t, id);
      expect(replayed(t, id)).toEqual([
        "InputCommand",
        ...(keepsSignals ? ["SignalNotification a", "SignalNotification b"] : []),
      ]);
    }
  });

  it("gives keys of the state the values of that point, as far as the journal knows them, and names the others", () => {
    const t = new Transcript();
    const name = (text: string) => Buffer.from(text).toString("base64");
    t.apply(() =>
      t.engine.mutateState("Counter", undefined, "k", {
        entries: ["read", "blind", "late", "edited"].map((key) => [name(key), name("before")] as const),
      }),
    );
    const { id } = t.call("Counter/k/add");
    t.says(id, getState("edited", "before"), setState("written", "kept"), run(1));
    t.says(id, getState("read", "before"), setState("read", "after"), setState("blind", "after"));
    t.says(id, setState("written", "after"), setState("late", "after"), getState("late", "after"), getState("new"));
    t.says(id, setState("new", "after"), setState("edited", "after"));
    t.apply(() => t.engine.pause(id));
    setResult(t, id, 1, value("never was"));
    const expected = { restoredKeys: ["read", "written", "new"], changedKeys: ["blind", "late", "edited"] };
    const after = { blind: "after", edited: "after", late: "after", new: "after", read: "after", written: "after" };
    expect(drop(t, id, 3, { isDryRun: true })).toMatchObject(expected);
    expect(state(t, "Counter", "k")).toEqual(after);
    expect(drop(t, id, 3)).toMatchObject(expected);
    expect(state(t, "Counter", "k")).toEqual({
      ...{ blind: "after", edited: "after", late: "after" },
      ...{ read: "before", written: "kept" },
    });
    expect(events(t, id).at(-1)).toMatchObject({ restored_keys: expected.restoredKeys });
  });

  it("gives back what a dropped clearing of all state took, as far as the journal knows it", () => {
    const { t, id } = paused("Counter/k/add", setState("a", "1"), setState("b", "2"), clearAll, setState("c", "3"));
    expect(drop(t, id, 2)).toMatchObject({ restoredKeys: ["a", "b"], changedKeys: ["c"], hasClearedAll: true });
    expect(state(t, "Counter", "k")).toEqual({ a: "1", b: "2", c: "3" });
    const cleared = paused("Counter/k/add", clearAll, setState("a", "1"));
    expect(drop(cleared.t, cleared.id, 1)).toMatchObject({
      restoredKeys: ["a"],
      changedKeys: [],
      hasClearedAll: false,
    });
    expect(state(cleared.t, "Counter", "k")).toEqual({});
  });

  it("changes nothing in a dry run, and nothing when nothing is behind", () => {
    const { t, id } = paused("Greeter/greet", run(1), propose(1, "one"));
    expect(drop(t, id, 0, { isDryRun: true })).toMatchObject({
      entries: [{ index: 1, type: "Run", name: "step" }],
      journalLength: 1,
    });
    expect(drop(t, id, 1)).toEqual({ kind: "nothing-behind" });
    expect(drop(t, id, 3)).toEqual({ kind: "no-entry", journalLength: 3 });
    expect(events(t, id)).toEqual([]);
    resume(t, id);
    expect(replayed(t, id)).toEqual(["InputCommand", "RunCommand", "RunCompletion one"]);
  });

  it("survives a restart of the server", () => {
    const { t, id } = paused("Greeter/greet", run(1), propose(1, "one"), run(2));
    drop(t, id, 2);
    t.restart();
    resume(t, id);
    expect(replayed(t, id)).toEqual(["InputCommand", "RunCommand", "RunCompletion one"]);
  });
});
