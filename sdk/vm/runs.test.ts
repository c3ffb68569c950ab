import { describe, expect, it } from "vitest";
import { ProposeRunCompletionAck, REQUESTED_ACK, RunCommand, RunCompletion } from "../protocol/index.ts";
import type { AttemptVm, Handle, RunOutcome, RunRetryPolicy } from "./index.ts";
import { begin, framesOf, heard, line, type Scene, say } from "./transcript.fixture.ts";

const VALUE: RunOutcome = { kind: "value", bytes: Buffer.from("ok") };
const FAILURE: RunOutcome = { kind: "failure", failure: { code: 409, message: "no" } };
const COMMAND = line(RunCommand, { name: "step", resultCompletionId: 1 });

/** An attempt that executes a run. */
function executing(scene: Scene = {}): [AttemptVm, Handle] {
  const vm = begin(scene);
  const { handle } = vm.run("step");
  expect(vm.progress(handle)).toEqual({ kind: "executeRun", handle });
  vm.takeOutput();
  return [vm, handle];
}

function retry(attemptDurationMs: number, policy?: RunRetryPolicy, delayMs?: number): RunOutcome {
  return { kind: "retry", error: { message: "flaky", stack: "at step" }, attemptDurationMs, policy, delayMs };
}

describe("the result of a run", () => {
  it.each([5, 6] as const)("comes back from the server in v%i", (version) => {
    const [vm, handle] = executing({ version });
    vm.proposeRun(handle, VALUE);
    expect(vm.isCompleted(handle)).toBe(false);
    const frames = framesOf(vm.takeOutput());
    expect(frames.map(({ flags }) => flags)).toEqual([0]);
    say(vm, line(RunCompletion, { completionId: 1, value: Buffer.from("stored") }));
    expect(vm.progress(handle)).toEqual({ kind: "completed" });
    expect(vm.take(handle)).toEqual({ kind: "value", bytes: Buffer.from("stored") });
  });

  it.each([
    ["value", VALUE, { value: "ok" }, { kind: "value", bytes: Buffer.from("ok") }],
    ["failure", FAILURE, { failure: { code: 409, message: "no" } }, FAILURE],
  ] as const)("is acknowledged by the server in v7 (%s)", (_title, outcome, said, result) => {
    const [vm, handle] = executing();
    vm.proposeRun(handle, outcome);
    const output = vm.takeOutput();
    expect(framesOf(output).map(({ flags }) => flags)).toEqual([REQUESTED_ACK]);
    expect(vm.progress(handle)).toEqual({ kind: "wait" });
    say(vm, line(ProposeRunCompletionAck, { completionId: 1 }));
    expect(vm.progress(handle)).toEqual({ kind: "completed" });
    expect(vm.take(handle)).toEqual(result);

    const [again, same] = executing();
    again.proposeRun(same, outcome);
    expect(heard(again)).toEqual([{ ProposeRunCompletion: { resultCompletionId: 1, ...said } }]);
  });

  it("can be empty", () => {
    const [vm, handle] = executing();
    vm.proposeRun(handle, { kind: "value", bytes: Buffer.alloc(0) });
    expect(heard(vm)).toEqual([{ ProposeRunCompletion: { resultCompletionId: 1, value: "" } }]);
  });

  it("may not be acknowledged without a proposal, nor twice", () => {
    const [vm, handle] = executing();
    vm.proposeRun(handle, VALUE);
    vm.takeOutput();
    const ack = line(ProposeRunCompletionAck, { completionId: 1 });
    say(vm, ack, ack);
    expect(heard(vm)).toMatchObject([{ Error: { code: 571 } }]);
  });

  it("cannot be proposed for what is not being executed", () => {
    const [vm, handle] = executing();
    vm.proposeRun(handle, VALUE);
    expect(() => vm.proposeRun(handle, VALUE)).toThrow(RangeError);
    expect(() => vm.proposeRun(vm.run("later").handle, VALUE)).toThrow(RangeError);
  });

  it("is dropped when the attempt has ended", () => {
    const [vm, handle] = executing();
    vm.fail({ message: "elsewhere" });
    vm.takeOutput();
    vm.proposeRun(handle, VALUE);
    expect(vm.takeOutput()).toBeUndefined();
  });

  it("cannot be a failure with metadata before v6", () => {
    const metadata = [{ key: "k", value: "v" }];
    const outcome: RunOutcome = { kind: "failure", failure: { code: 409, message: "no", metadata } };
    const [vm, handle] = executing({ version: 5 });
    expect(() => vm.proposeRun(handle, outcome)).toThrow("metadata of terminal errors");
    expect(heard(vm)).toMatchObject([{ Error: { code: 573 } }]);
    const [newer, same] = executing({ version: 6 });
    newer.proposeRun(same, outcome);
    expect(heard(newer)).toEqual([
      { ProposeRunCompletion: { resultCompletionId: 1, failure: { code: 409, message: "no", metadata } } },
    ]);
  });
});

describe("a run that fails", () => {
  const ERROR = {
    code: 500,
    message: "flaky",
    stacktrace: "at step",
    relatedCommandIndex: 1,
    relatedCommandName: "step",
    relatedCommandType: RunCommand.type,
  };
  const GIVEN_UP = [{ ProposeRunCompletion: { resultCompletionId: 1, failure: { code: 500, message: "flaky" } } }];
  /** A run whose command has been stored, and which has been retried since then. */
  const retried = (retryCountSinceLastStoredEntry: number, durationSinceLastStoredEntry = 0): Scene => ({
    start: { retryCountSinceLastStoredEntry, durationSinceLastStoredEntry },
    journal: [COMMAND],
  });

  it.each([
    ["no policy leaves the delay to the server", {}, retry(5), undefined],
    ["a limit alone does so, too", {}, retry(5, { maxAttempts: 2 }), undefined],
    ["the first failure waits the initial interval", {}, retry(5, { initialIntervalMs: 30 }), 30],
    ["the initial interval has a default", {}, retry(5, { factor: 3 }), 50],
    ["the interval doubles", retried(1), retry(5, { initialIntervalMs: 30 }), 60],
    ["the interval grows by the factor", retried(3), retry(5, { initialIntervalMs: 10, factor: 1.5 }), 33],
    ["up to its maximum", retried(3), retry(5, { initialIntervalMs: 30, maxIntervalMs: 100 }), 100],
    ["which has a default", retried(30), retry(5, { initialIntervalMs: 30 }), 10_000],
    ["the last attempt but one", retried(1), retry(5, { initialIntervalMs: 30, maxAttempts: 3 }), 60],
    ["a millisecond before the end", retried(1, 94), retry(5, { initialIntervalMs: 1, maxDurationMs: 100 }), 2],
    ["a delay of the error comes first", {}, retry(5, { initialIntervalMs: 30 }, 7), 7],
    ["a delay without a policy", {}, retry(5, undefined, 0), 0],
  ] as const)("is retried: %s", (_title, scene, outcome, nextRetryDelay) => {
    const [vm, handle] = executing(scene);
    vm.proposeRun(handle, outcome);
    expect(heard(vm)).toEqual([{ Error: nextRetryDelay === undefined ? ERROR : { ...ERROR, nextRetryDelay } }]);
    expect(vm.phase).toBe("closed");
  });

  it.each([
    ["its attempts", retried(2), retry(5, { maxAttempts: 3 })],
    ["its only attempt", {}, retry(5, { maxAttempts: 1 })],
    ["its time", retried(1, 95), retry(5, { maxDurationMs: 100 })],
    ["its time at once", {}, retry(100, { maxDurationMs: 100 })],
    ["its attempts, whatever delay it asks for", {}, retry(5, { maxAttempts: 1 }, 10)],
  ] as const)("fails for good when it has used up %s", (_title, scene, outcome) => {
    const [vm, handle] = executing(scene);
    vm.proposeRun(handle, outcome);
    expect(heard(vm)).toEqual(GIVEN_UP);
    say(vm, line(ProposeRunCompletionAck, { completionId: 1 }));
    expect(vm.progress(handle)).toEqual({ kind: "completed" });
    expect(vm.take(handle)).toEqual({ kind: "failure", failure: { code: 500, message: "flaky" } });
  });

  it("counts from the start when it is new, or behind something new", () => {
    const start = { retryCountSinceLastStoredEntry: 5, durationSinceLastStoredEntry: 1000 };
    const [fresh, handle] = executing({ start });
    fresh.proposeRun(handle, retry(5, { maxAttempts: 2, maxDurationMs: 6 }));
    expect(heard(fresh)).toEqual([{ Error: ERROR }]);

    const [behind, same] = executing({ start, journal: [COMMAND] });
    behind.sleep(1);
    behind.takeOutput();
    behind.proposeRun(same, retry(5, { maxAttempts: 2, maxDurationMs: 6 }));
    expect(heard(behind)).toEqual([{ Error: ERROR }]);
  });

  it("does not count the time before an attempt that is no retry", () => {
    const [vm, handle] = executing(retried(0, 1000));
    vm.proposeRun(handle, retry(5, { maxDurationMs: 6 }));
    expect(heard(vm)).toEqual([{ Error: ERROR }]);
  });

  it("has no name in the error when it has none", () => {
    const vm = begin();
    const { handle } = vm.run("");
    vm.progress(handle);
    vm.takeOutput();
    vm.proposeRun(handle, retry(1));
    const { relatedCommandName: _, ...unnamed } = ERROR;
    expect(heard(vm)).toEqual([{ Error: unnamed }]);
  });

  it("pauses the invocation when it asks for it", () => {
    const [vm, handle] = executing();
    vm.proposeRun(handle, { kind: "pause", error: { message: "flaky", stack: "at step" } });
    expect(heard(vm)).toEqual([{ Error: { ...ERROR, behavior: 1 } }]);
    expect(vm.phase).toBe("closed");
  });
});
