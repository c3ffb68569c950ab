import { describe, expect, it } from "vitest";
import {
  type Draft,
  decodeAwakeableId,
  SignalNotification,
  type SignalNotificationMessage,
  SleepCommand,
} from "../protocol/index.ts";
import type { Vm } from "./index.ts";
import { begin, heard, INVOCATION, line, say } from "./transcript.fixture.ts";

const signal = (name: string, value: string) => line(SignalNotification, { name, value: Buffer.from(value) });
const text = (vm: Vm, handle: number) => {
  const result = vm.take(handle);
  return result?.kind === "value" ? Buffer.from(result.bytes).toString() : result?.kind;
};

describe("an awakeable", () => {
  it("is a signal of this invocation, with numbers from 17", () => {
    const vm = begin();
    const ids = [vm.awakeable(), vm.awakeable()].map(({ id }) => decodeAwakeableId(id));
    expect(ids).toEqual([17, 18].map((index) => ({ invocation: INVOCATION, kind: "signal", index })));
    expect([vm.lastCommandIndex, vm.takeOutput()]).toEqual([0, undefined]);
  });

  it.each([
    ["void", { void: true }, { kind: "void" }],
    ["a value", { value: Buffer.from("v") }, { kind: "value", bytes: Buffer.from("v") }],
    ["a failure", { failure: { code: 1, message: "m" } }, { kind: "failure", failure: { code: 1, message: "m" } }],
  ])("is completed with %s", (_title, result, expected) => {
    const vm = begin();
    const { handle } = vm.awakeable();
    say(vm, line(SignalNotification, { idx: 17, ...result } as Draft<SignalNotificationMessage>));
    expect(vm.progress(handle)).toEqual({ kind: "completed" });
    expect(vm.take(handle)).toEqual(expected);
  });

  it("may be completed before it exists", () => {
    const vm = begin({
      journal: [line(SignalNotification, { idx: 17, void: true }), line(SleepCommand, { resultCompletionId: 1 })],
    });
    const { handle } = vm.awakeable();
    expect(vm.progress(handle)).toEqual({ kind: "completed" });
    expect(vm.take(handle)).toEqual({ kind: "void" });
  });

  it("suspends with its number", () => {
    const vm = begin({ version: 6 });
    const { handle } = vm.awakeable();
    vm.inputClosed();
    vm.progress(handle);
    expect(heard(vm)).toEqual([{ Suspension: { waitingSignals: [17, 1] } }]);
  });
});

describe("a named signal", () => {
  it("is resolved by a signal with its name", () => {
    const vm = begin();
    const [go, stop] = [vm.signal("go"), vm.signal("stop")];
    say(vm, signal("stop", "1"));
    expect(vm.progress(stop)).toEqual({ kind: "completed" });
    expect([vm.isCompleted(go), text(vm, stop)]).toEqual([false, "1"]);
  });

  it("is resolved by as many signals as it is awaited, in turn", () => {
    const vm = begin();
    const [one, two, three] = [vm.signal("go"), vm.signal("go"), vm.signal("go")];
    const nap = vm.sleep(1);
    say(vm, signal("go", "1"), signal("go", "2"), signal("go", "3"));
    vm.progress(nap);
    expect([one, two, three].map((handle) => text(vm, handle))).toEqual(["1", "2", "3"]);
  });

  it("is resolved once: the next signal is for the next promise", () => {
    const vm = begin();
    const [one, two] = [vm.signal("go"), vm.signal("go")];
    say(vm, signal("go", "1"), signal("go", "2"));
    vm.progress(vm.sleep(1));
    expect([text(vm, one), text(vm, one), vm.isCompleted(one), text(vm, two)]).toEqual(["1", undefined, false, "2"]);
  });

  it("waits for the next when all so far are taken", () => {
    const vm = begin();
    const [one, two] = [vm.signal("go"), vm.signal("go")];
    say(vm, signal("go", "1"));
    vm.progress(one);
    expect(text(vm, one)).toBe("1");
    expect(vm.progress(two)).toEqual({ kind: "wait" });
    say(vm, signal("go", "2"));
    expect(vm.progress(two)).toEqual({ kind: "completed" });
    expect(text(vm, two)).toBe("2");
  });

  it("suspends with its name", () => {
    const vm = begin();
    const go = vm.signal("go");
    vm.inputClosed();
    vm.progress(go);
    expect(heard(vm)).toEqual([
      { Suspension: { awaitingOn: { waitingNamedSignals: ["go"], waitingSignals: [1], combinatorType: 1 } } },
    ]);
  });
});
