import { describe, expect, it } from "vitest";
import { ClearAllStateCommand, GetLazyStateCompletion, SetStateCommand } from "../protocol/index.ts";
import type { AttemptVm } from "./index.ts";
import { begin, heard, line, say } from "./transcript.fixture.ts";

const bytes = (text: string) => Buffer.from(text);
const STATE = [
  { key: bytes("b"), value: bytes("2") },
  { key: bytes("ä"), value: bytes("3") },
  { key: bytes("a"), value: bytes("") },
];
const complete = () => begin({ start: { stateMap: STATE } });
const partial = () => begin({ start: { stateMap: STATE, partialState: true } });

/** The value behind a key, if the attempt knows it. */
function value(vm: AttemptVm, key: string): string | undefined {
  const handle = vm.getState(key);
  expect(vm.isCompleted(handle)).toBe(true);
  const result = vm.take(handle);
  return result?.kind === "value" ? Buffer.from(result.bytes).toString() : undefined;
}

function keys(vm: AttemptVm): readonly string[] {
  const result = vm.take(vm.getStateKeys());
  return result?.kind === "stateKeys" ? result.keys : ["unknown"];
}

describe("state that came with the start", () => {
  it("is known without asking, and its values are in the journal", () => {
    const vm = complete();
    expect([value(vm, "b"), value(vm, "ä"), value(vm, "a"), value(vm, "x")]).toEqual(["2", "3", "", undefined]);
    expect(heard(vm)).toEqual([
      { GetEagerStateCommand: { key: "b", value: "2" } },
      { GetEagerStateCommand: { key: "ä", value: "3" } },
      { GetEagerStateCommand: { key: "a", value: "" } },
      { GetEagerStateCommand: { key: "x", void: true } },
    ]);
  });

  it("has its keys in order", () => {
    const vm = complete();
    expect(keys(vm)).toEqual(["a", "b", "ä"]);
    expect(heard(vm)).toEqual([{ GetEagerStateKeysCommand: { value: ["a", "b", "ä"] } }]);
  });

  it("may be a part of it: the server is asked for the rest", () => {
    const vm = partial();
    expect(value(vm, "b")).toBe("2");
    const handle = vm.getState("x");
    const allKeys = vm.getStateKeys();
    expect([vm.isCompleted(handle), vm.isCompleted(allKeys)]).toEqual([false, false]);
    expect(heard(vm)).toEqual([
      { GetEagerStateCommand: { key: "b", value: "2" } },
      { GetLazyStateCommand: { key: "x", resultCompletionId: 2 } },
      { GetLazyStateKeysCommand: { resultCompletionId: 3 } },
    ]);
    say(vm, line(GetLazyStateCompletion, { completionId: 2, value: bytes("v") }));
    expect(vm.progress(handle)).toEqual({ kind: "completed" });
    expect(vm.take(handle)).toEqual({ kind: "value", bytes: bytes("v") });
  });

  it("takes a completion id whether the server is asked or not, so that a replay counts the same", () => {
    const vm = complete();
    vm.getState("b");
    vm.getStateKeys();
    vm.takeOutput();
    vm.sleep(1);
    expect(heard(vm)).toMatchObject([{ SleepCommand: { resultCompletionId: 3 } }]);
  });
});

describe("state that the handler changes", () => {
  it("is known afterwards", () => {
    for (const vm of [complete(), partial()]) {
      vm.setState("b", bytes("new"));
      vm.setState("y", bytes("8"));
      vm.clearState("ä");
      expect([value(vm, "b"), value(vm, "y"), value(vm, "ä")]).toEqual(["new", "8", undefined]);
    }
  });

  it("changes the keys", () => {
    const vm = complete();
    vm.setState("y", bytes("8"));
    vm.clearState("b");
    expect(keys(vm)).toEqual(["a", "y", "ä"]);
  });

  it("is known in full once it was cleared", () => {
    const vm = partial();
    vm.clearAllState();
    expect([value(vm, "b"), value(vm, "x"), keys(vm)]).toEqual([undefined, undefined, []]);
    vm.setState("x", bytes("1"));
    expect([value(vm, "x"), keys(vm)]).toEqual(["1", ["x"]]);
  });

  it("changes on replay as well", () => {
    const journal = [line(ClearAllStateCommand), line(SetStateCommand, { key: bytes("k"), value: bytes("v") })];
    const vm = begin({ start: { stateMap: STATE, partialState: true }, journal });
    vm.clearAllState();
    vm.setState("k", bytes("v"));
    expect([value(vm, "k"), keys(vm)]).toEqual(["v", ["k"]]);
  });
});
