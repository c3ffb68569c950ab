import { describe, expect, it } from "vitest";
import {
  BuiltInSignal,
  CallCommand,
  CallCompletion,
  CallInvocationIdCompletion,
  CombinatorType,
  SendSignalCommand,
  SignalNotification,
  SleepCompletion,
} from "../protocol/index.ts";
import { CANCEL_HANDLE, JournalMismatchError, type Vm } from "./index.ts";
import { begin, heard, line, say } from "./transcript.fixture.ts";

const CANCEL = line(SignalNotification, { idx: BuiltInSignal.Cancel, void: true });
const TARGET = { service: "Greeter", handler: "greet" };
const NO_BYTES = Buffer.alloc(0);
const idOf = (completionId: number, invocationId: string) =>
  line(CallInvocationIdCompletion, { completionId, invocationId });
const cancelling = (targetInvocationId: string) => ({
  SendSignalCommand: { targetInvocationId, idx: BuiltInSignal.Cancel, void: true },
});
const called = (first: number) =>
  line(CallCommand, {
    serviceName: "Greeter",
    handlerName: "greet",
    invocationIdNotificationIdx: first,
    resultCompletionId: first + 1,
  });
const call = (vm: Vm) => vm.call(TARGET, NO_BYTES);

describe("a cancellation", () => {
  it("ends a wait", () => {
    const vm = begin();
    const nap = vm.sleep(1);
    expect(vm.progress(nap)).toEqual({ kind: "wait" });
    say(vm, CANCEL);
    expect(vm.progress(nap)).toEqual({ kind: "cancelled" });
  });

  it("comes in the order of arrival", () => {
    const vm = begin();
    const [one, two] = [vm.sleep(1), vm.sleep(2)];
    say(vm, line(SleepCompletion, { completionId: 1, void: true }), CANCEL);
    say(vm, line(SleepCompletion, { completionId: 2, void: true }));
    expect(vm.progress(one)).toEqual({ kind: "completed" });
    expect(vm.progress(two)).toEqual({ kind: "cancelled" });
    expect(vm.progress(two)).toEqual({ kind: "completed" });
  });

  it("is told once, and is not awaited any more", () => {
    const vm = begin();
    const nap = vm.sleep(1);
    say(vm, CANCEL);
    expect(vm.progress(nap)).toEqual({ kind: "cancelled" });
    vm.takeOutput();
    vm.inputClosed();
    expect(vm.progress({ combinator: CombinatorType.AllCompleted, of: [nap] })).toEqual({ kind: "suspended" });
    expect(heard(vm)).toEqual([
      { Suspension: { awaitingOn: { waitingCompletions: [1], combinatorType: CombinatorType.AllCompleted } } },
    ]);
  });

  it("can happen again when the server says so", () => {
    const vm = begin();
    const nap = vm.sleep(1);
    say(vm, CANCEL, CANCEL);
    expect([vm.progress(nap), vm.progress(nap), vm.progress(nap)].map(({ kind }) => kind)).toEqual([
      "cancelled",
      "cancelled",
      "wait",
    ]);
  });

  it("does not execute runs", () => {
    const vm = begin();
    const { handle } = vm.run("step");
    say(vm, CANCEL);
    expect(vm.progress(handle)).toEqual({ kind: "cancelled" });
    expect(vm.progress(handle)).toEqual({ kind: "executeRun", handle });
  });
});

describe("the calls of a cancelled invocation", () => {
  it("are cancelled first, those that were sent are not", () => {
    const vm = begin();
    const [one] = [call(vm), vm.send(TARGET, NO_BYTES), call(vm)];
    vm.takeOutput();
    say(vm, idOf(1, "inv_a"), idOf(3, "inv_b"), idOf(4, "inv_c"), CANCEL);
    expect(vm.progress(one.result)).toEqual({ kind: "cancelled" });
    expect(heard(vm)).toEqual([cancelling("inv_a"), cancelling("inv_c")]);
  });

  it("are cancelled whether they are complete or not, as the official SDK's are", () => {
    const vm = begin();
    const [{ result }, nap] = [call(vm), vm.sleep(1)];
    say(vm, idOf(1, "inv_a"), line(CallCompletion, { completionId: 2, value: NO_BYTES }));
    vm.progress(result);
    vm.take(result);
    vm.takeOutput();
    say(vm, CANCEL);
    expect(vm.progress(nap)).toEqual({ kind: "cancelled" });
    expect(heard(vm)).toEqual([cancelling("inv_a")]);
  });

  it("are cancelled when the handler has taken the invocation id", () => {
    const vm = begin();
    const { invocationId, result } = call(vm);
    say(vm, idOf(1, "inv_a"));
    vm.progress(invocationId);
    expect(vm.take(invocationId)).toEqual({ kind: "invocationId", id: "inv_a" });
    vm.takeOutput();
    say(vm, CANCEL);
    expect(vm.progress(result)).toEqual({ kind: "cancelled" });
    expect(heard(vm)).toEqual([cancelling("inv_a")]);
  });

  it("leave their invocation ids to the handler", () => {
    const vm = begin();
    const { invocationId, result } = call(vm);
    say(vm, idOf(1, "inv_a"), CANCEL);
    vm.progress(result);
    expect(vm.take(invocationId)).toEqual({ kind: "invocationId", id: "inv_a" });
  });

  it("are cancelled once: a second cancellation is for later calls", () => {
    const vm = begin();
    const { result } = call(vm);
    say(vm, idOf(1, "inv_a"), CANCEL);
    expect(vm.progress(result)).toEqual({ kind: "cancelled" });
    call(vm);
    vm.takeOutput();
    say(vm, idOf(3, "inv_b"), CANCEL);
    expect(vm.progress(result)).toEqual({ kind: "cancelled" });
    expect(heard(vm)).toEqual([cancelling("inv_b")]);
  });

  it("are waited for until their ids are known", () => {
    const vm = begin();
    const { result } = call(vm);
    vm.takeOutput();
    say(vm, CANCEL);
    expect(vm.progress(result)).toEqual({ kind: "wait" });
    expect(heard(vm)).toEqual([{ AwaitingOn: { awaitingOn: { waitingCompletions: [1], combinatorType: 1 } } }]);
    say(vm, idOf(1, "inv_a"));
    expect(vm.progress(result)).toEqual({ kind: "cancelled" });
    expect(heard(vm)).toEqual([cancelling("inv_a")]);
  });

  it("suspend the invocation until their ids are known", () => {
    const vm = begin();
    const { result } = call(vm);
    vm.takeOutput();
    say(vm, CANCEL);
    vm.inputClosed();
    expect(vm.progress(result)).toEqual({ kind: "suspended" });
    expect(heard(vm)).toEqual([{ Suspension: { awaitingOn: { waitingCompletions: [1], combinatorType: 1 } } }]);
  });

  it("are cancelled again on replay as far as that is recorded", () => {
    const recorded = line(SendSignalCommand, { targetInvocationId: "inv_a", idx: 1, void: true });
    const vm = begin({ journal: [called(1), idOf(1, "inv_a"), called(3), idOf(3, "inv_b"), CANCEL, recorded] });
    const [{ result }] = [call(vm), call(vm)];
    expect(vm.progress(result)).toEqual({ kind: "cancelled" });
    expect(heard(vm)).toEqual([cancelling("inv_b")]);
  });

  it("have to be those that are recorded", () => {
    const recorded = line(SendSignalCommand, { targetInvocationId: "inv_x", idx: 1, void: true });
    const vm = begin({ journal: [called(1), idOf(1, "inv_a"), CANCEL, recorded] });
    const { result } = call(vm);
    expect(() => vm.progress(result)).toThrow(JournalMismatchError);
  });
});

describe("an explicit cancellation", () => {
  it("is a signal like any other", () => {
    const vm = begin({ explicitCancellation: true });
    const { result } = call(vm);
    vm.takeOutput();
    say(vm, CANCEL);
    expect(vm.isCompleted(CANCEL_HANDLE)).toBe(false);
    expect(vm.progress({ combinator: CombinatorType.FirstCompleted, of: [result, CANCEL_HANDLE] })).toEqual({
      kind: "completed",
    });
    expect(vm.isCompleted(CANCEL_HANDLE)).toBe(true);
    expect(vm.take(CANCEL_HANDLE)).toEqual({ kind: "void" });
    expect(vm.take(CANCEL_HANDLE)).toBeUndefined();
    expect(vm.takeOutput()).toBeUndefined();
  });

  it.each([5, 7] as const)("does not end a wait for something else (v%i)", (version) => {
    const vm = begin({ explicitCancellation: true, version });
    const { result } = call(vm);
    vm.takeOutput();
    say(vm, CANCEL);
    vm.inputClosed();
    expect(vm.progress(result)).toEqual({ kind: "suspended" });
    const awaited = { waitingCompletions: [2] };
    expect(heard(vm)).toEqual([
      { Suspension: version < 7 ? awaited : { awaitingOn: { ...awaited, combinatorType: 1 } } },
    ]);
  });

  it("can be awaited on its own", () => {
    const vm = begin({ explicitCancellation: true });
    vm.inputClosed();
    expect(vm.progress(CANCEL_HANDLE)).toEqual({ kind: "suspended" });
    expect(heard(vm)).toEqual([{ Suspension: { awaitingOn: { waitingSignals: [1], combinatorType: 1 } } }]);
  });
});
