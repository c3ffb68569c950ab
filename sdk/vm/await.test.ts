import { describe, expect, it } from "vitest";
import {
  CombinatorType,
  ProposeRunCompletionAck,
  RunCommand,
  RunCompletion,
  SignalNotification,
  SleepCommand,
  SleepCompletion,
} from "../protocol/index.ts";
import { type AttemptVm, type Awaited, type Handle, JournalMismatchError, type Vm, VmClosedError } from "./index.ts";
import { begin, heard, line, say } from "./transcript.fixture.ts";

const slept = (completionId: number) => line(SleepCompletion, { completionId, void: true });
const ran = (completionId: number) => line(RunCompletion, { completionId, value: Buffer.from("ok") });
const broke = (completionId: number) =>
  line(RunCompletion, { completionId, failure: { code: 500, message: "broken" } });
const race = (...of: Awaited[]): Awaited => ({ combinator: CombinatorType.FirstCompleted, of });
const unknown = (...of: Awaited[]): Awaited => ({ combinator: CombinatorType.Unknown, of });
const allSettled = (...of: Awaited[]): Awaited => ({ combinator: CombinatorType.AllCompleted, of });
const any = (...of: Awaited[]): Awaited => ({ combinator: CombinatorType.FirstSucceededOrAllFailed, of });
const all = (...of: Awaited[]): Awaited => ({ combinator: CombinatorType.AllSucceededOrFirstFailed, of });

/** An attempt with four sleeps, of which some are over, in this order. */
function sleeping(...notifications: Buffer[]): [AttemptVm, Handle, Handle, Handle, Handle] {
  const vm = begin();
  const handles = [1, 2, 3, 4].map((wakeUpTime) => vm.sleep(wakeUpTime)) as [Handle, Handle, Handle, Handle];
  vm.takeOutput();
  say(vm, ...notifications);
  return [vm, ...handles];
}

/** What becomes of an await point over four sleeps, of which some are over. */
function outcome(tree: (a: Handle, b: Handle, c: Handle, d: Handle) => Awaited, ...notifications: Buffer[]) {
  const [vm, a, b, c, d] = sleeping(...notifications);
  vm.inputClosed();
  const progress = vm.progress(tree(a, b, c, d)).kind;
  const ready = [a, b, c, d].filter((handle) => vm.isCompleted(handle)).map((handle) => handle - a + 1);
  return `${progress} ${ready}`;
}

describe("an await point", () => {
  it.each([
    ["one", (a: Handle) => a, [], "suspended "],
    ["one that is over", (a: Handle) => a, [slept(1)], "completed 1"],
    ["one behind others", (_a: Handle, b: Handle) => b, [slept(3), slept(1), slept(2), slept(4)], "completed 1,2,3"],
    ["a race", race, [slept(2), slept(1)], "completed 2"],
    ["a race that a failure decides", race, [broke(2)], "completed 2"],
    ["a race of nothing", () => race(), [], "suspended "],
    ["a mapped promise", unknown, [slept(3)], "completed 3"],
    ["allSettled", allSettled, [slept(3), slept(1), broke(2)], "suspended 1,2,3"],
    ["allSettled that is over", allSettled, [slept(3), slept(4), slept(1), broke(2)], "completed 1,2,3,4"],
    ["allSettled of nothing", () => allSettled(), [], "completed "],
    ["any", any, [broke(3), broke(1), broke(2)], "suspended 1,2,3"],
    ["any with a success", any, [broke(3), slept(1), broke(2)], "completed 1,3"],
    ["any of failures", any, [broke(3), broke(1), broke(2), broke(4)], "completed 1,2,3,4"],
    ["all", all, [slept(3), slept(1), slept(2)], "suspended 1,2,3"],
    ["all that are over", all, [slept(3), slept(1), slept(2), slept(4)], "completed 1,2,3,4"],
    ["all with a failure", all, [slept(3), broke(1), slept(2)], "completed 1,3"],
    [
      "a race of alls",
      (a: Handle, b: Handle, c: Handle, d: Handle) => race(all(a, b), all(c, d)),
      [slept(1), slept(3), slept(4), slept(2)],
      "completed 1,3,4",
    ],
    [
      "an all of races, seen one by one",
      (a: Handle, b: Handle, c: Handle, d: Handle) => all(race(a, b), race(c, d)),
      [slept(1), slept(3)],
      "completed 1",
    ],
    [
      "an inner failure that decides",
      (a: Handle, b: Handle, c: Handle, d: Handle) => allSettled(all(a, b), c, d),
      [broke(2), slept(1)],
      "completed 2",
    ],
    [
      "failures up to an any",
      (a: Handle, b: Handle, c: Handle, d: Handle) => all(any(a, b), c, d),
      [broke(1), broke(2), slept(3)],
      "completed 1,2",
    ],
    [
      "successes up to an any",
      (a: Handle, b: Handle, c: Handle, d: Handle) => any(all(a, b), c, d),
      [slept(1), slept(2), slept(3)],
      "completed 1,2",
    ],
    [
      "an allSettled of failures, which is a success",
      (a: Handle, b: Handle, c: Handle) => any(allSettled(a, b), c),
      [broke(1), broke(2), broke(3)],
      "completed 1,2",
    ],
    ["one handle twice", (a: Handle) => all(a, allSettled(a)), [slept(1)], "completed 1"],
    ["nesting without end", (a: Handle) => race(race(race(race(all(allSettled(a)))))), [slept(1)], "completed 1"],
  ] as const)("of %s goes on when it should", (_title, tree, notifications, expected) => {
    expect(outcome(tree, ...notifications)).toBe(expected);
  });

  it("sees what arrived meanwhile in the order of arrival, one at a time", () => {
    const [vm, a, b] = sleeping(slept(2), slept(1));
    expect(vm.progress(race(a, b)).kind).toBe("completed");
    expect([vm.isCompleted(a), vm.isCompleted(b)]).toEqual([false, true]);
    vm.take(b);
    expect(vm.progress(race(a)).kind).toBe("completed");
    expect(vm.take(a)).toEqual({ kind: "void" });
  });

  it("can be asked about results that were seen before", () => {
    const [vm, a, b] = sleeping(slept(1), slept(2));
    vm.progress(all(a, b));
    expect(vm.progress(b).kind).toBe("completed");
    expect([vm.take(b), vm.take(a)]).toEqual([{ kind: "void" }, { kind: "void" }]);
  });
});

describe("a suspension", () => {
  const tree = (a: Handle, b: Handle, c: Handle, d: Handle) => any(a, all(b, c), race(d, allSettled(a, b)));

  it("says what is awaited as a tree, without what is over", () => {
    const [vm, a, b, c, d] = sleeping(slept(2));
    vm.inputClosed();
    expect(vm.progress(tree(a, b, c, d)).kind).toBe("suspended");
    expect(heard(vm)).toEqual([
      {
        Suspension: {
          awaitingOn: {
            waitingSignals: [1],
            combinatorType: CombinatorType.FirstCompleted,
            nestedFutures: [
              {
                waitingCompletions: [1],
                combinatorType: CombinatorType.FirstSucceededOrAllFailed,
                nestedFutures: [
                  { waitingCompletions: [3], combinatorType: CombinatorType.AllSucceededOrFirstFailed },
                  {
                    waitingCompletions: [4],
                    combinatorType: CombinatorType.FirstCompleted,
                    nestedFutures: [{ waitingCompletions: [1], combinatorType: CombinatorType.AllCompleted }],
                  },
                ],
              },
            ],
          },
        },
      },
    ]);
  });

  it("leaves out a combination that is over", () => {
    const [vm, a, b, c] = sleeping(slept(1), slept(2));
    vm.inputClosed();
    vm.progress(allSettled(allSettled(a, b), c));
    expect(heard(vm)).toMatchObject([
      { Suspension: { awaitingOn: { nestedFutures: [{ waitingCompletions: [3], combinatorType: 2 }] } } },
    ]);
  });

  it.each([5, 6] as const)("says in v%i only what could go on", (version) => {
    const vm = begin({ version });
    const [a, b, c, d] = [vm.sleep(1), vm.sleep(2), vm.awakeable().handle, vm.signal("go")];
    vm.takeOutput();
    vm.inputClosed();
    expect(vm.progress(tree(a, b, c, d)).kind).toBe("suspended");
    expect(heard(vm)).toEqual([
      { Suspension: { waitingCompletions: [1, 2, 1, 2], waitingSignals: [1, 17], waitingNamedSignals: ["go"] } },
    ]);
  });

  it("is the last thing that an attempt says", () => {
    const [vm, a] = sleeping();
    vm.inputClosed();
    vm.progress(a);
    vm.takeOutput();
    expect(() => vm.sleep(1)).toThrow(VmClosedError);
    expect(() => vm.progress(a)).toThrow("The attempt has ended: the invocation is suspended.");
    vm.end();
    vm.fail({ message: "late" });
    vm.push(slept(1));
    expect([vm.takeOutput(), vm.phase]).toEqual([undefined, "closed"]);
  });
});

describe("a wait", () => {
  it("tells the server what for (v7), once", () => {
    const [vm, a, b] = sleeping();
    expect(vm.progress(all(a, b))).toEqual({ kind: "wait" });
    const nestedFutures = [{ waitingCompletions: [1, 2], combinatorType: 4 }];
    expect(heard(vm)).toEqual([
      { AwaitingOn: { awaitingOn: { nestedFutures, waitingSignals: [1], combinatorType: 1 } } },
    ]);
    expect(vm.progress(all(a, b))).toEqual({ kind: "wait" });
    expect(vm.takeOutput()).toBeUndefined();
    say(vm, slept(3));
    expect(vm.progress(all(a, b))).toEqual({ kind: "wait" });
    expect(heard(vm)).toHaveLength(1);
    say(vm, slept(1));
    expect(vm.progress(all(a, b))).toEqual({ kind: "wait" });
    expect(heard(vm)).toMatchObject([{ AwaitingOn: { awaitingOn: { nestedFutures: [{ waitingCompletions: [2] }] } } }]);
  });

  it.each([5, 6] as const)("says nothing in v%i", (version) => {
    const vm = begin({ version });
    const handle = vm.sleep(1);
    vm.takeOutput();
    expect(vm.progress(handle)).toEqual({ kind: "wait" });
    expect(vm.takeOutput()).toBeUndefined();
  });

  it("says nothing while a closure runs", () => {
    const vm = begin();
    const { handle } = vm.run("step");
    const nap = vm.sleep(1);
    vm.takeOutput();
    expect(vm.progress(all(handle, nap))).toEqual({ kind: "executeRun", handle });
    expect(vm.progress(nap)).toEqual({ kind: "wait" });
    expect(vm.takeOutput()).toBeUndefined();
  });
});

describe("a run that is awaited", () => {
  it("is executed once, the earliest first", () => {
    const vm = begin();
    const [one, two, three] = [vm.run("1").handle, vm.run("2").handle, vm.run("3").handle];
    expect(vm.progress(two)).toEqual({ kind: "executeRun", handle: two });
    expect(vm.progress(all(three, race(two, one)))).toEqual({ kind: "executeRun", handle: one });
    expect(vm.progress(all(three, race(two, one)))).toEqual({ kind: "executeRun", handle: three });
    expect(vm.progress(all(three, race(two, one)))).toEqual({ kind: "wait" });
  });

  it("is not executed while there is something that lets the handler go on", () => {
    const vm = begin();
    const [{ handle }, nap] = [vm.run("1"), vm.sleep(1)];
    say(vm, slept(2));
    expect(vm.progress(race(handle, nap))).toEqual({ kind: "completed" });
    expect(vm.progress(handle)).toEqual({ kind: "executeRun", handle });
  });

  it("is not executed when its result is in the journal, however far behind", () => {
    const vm = begin({ journal: [line(RunCommand, { name: "1", resultCompletionId: 1 }), slept(2), ran(1)] });
    const { handle, isReplayed } = vm.run("1");
    expect(isReplayed).toBe(true);
    expect(vm.progress(handle)).toEqual({ kind: "completed" });
  });

  it("is executed after the request has ended, and the attempt suspends for the acknowledgement", () => {
    const vm = begin();
    vm.inputClosed();
    const { handle } = vm.run("1");
    expect(vm.progress(handle)).toEqual({ kind: "executeRun", handle });
    expect(vm.progress(handle)).toEqual({ kind: "wait" });
    vm.proposeRun(handle, { kind: "value", bytes: Buffer.from("ok") });
    expect(vm.progress(handle)).toEqual({ kind: "suspended" });
    expect(heard(vm).map((message) => Object.keys(message)[0])).toEqual([
      "RunCommand",
      "ProposeRunCompletion",
      "Suspension",
    ]);
  });

  it("does not keep an attempt from suspending for something else", () => {
    const vm = begin();
    const [{ handle }, nap] = [vm.run("1"), vm.sleep(1)];
    vm.progress(handle);
    vm.inputClosed();
    expect(vm.progress(race(handle, nap))).toEqual({ kind: "wait" });
    expect(vm.progress(nap)).toEqual({ kind: "suspended" });
  });
});

describe("a replay", () => {
  it("sees a run's result where its acknowledgement was", () => {
    const names = (vm: Vm, handles: Handle[]) => {
      const seen: Handle[] = [];
      for (let left = handles; left.length > 0; left = left.filter((handle) => !seen.includes(handle))) {
        expect(vm.progress(race(...left)).kind).toBe("completed");
        seen.push(...left.filter((handle) => vm.take(handle) !== undefined));
      }
      return seen;
    };
    const live = begin();
    const handles = [live.sleep(1), live.run("step").handle, live.sleep(2)];
    expect(live.progress(race(...handles)).kind).toBe("executeRun");
    live.proposeRun(handles[1] as Handle, { kind: "value", bytes: Buffer.from("ok") });
    say(live, slept(3), line(ProposeRunCompletionAck, { completionId: 2 }), slept(1));
    const seen = names(live, handles);
    expect(seen.map((handle) => handles.indexOf(handle))).toEqual([2, 1, 0]);

    const replayed = begin({
      journal: [
        line(SleepCommand, { resultCompletionId: 1 }),
        line(RunCommand, { name: "step", resultCompletionId: 2 }),
        line(SleepCommand, { resultCompletionId: 3 }),
        slept(3),
        ran(2),
        slept(1),
      ],
    });
    replayed.sleep(1);
    replayed.run("step");
    replayed.sleep(2);
    expect(names(replayed, handles)).toEqual(seen);
  });

  it("does not match a handler that waits where it went on", () => {
    const vm = begin({
      journal: [
        line(RunCommand, { name: "step", resultCompletionId: 1 }),
        line(SleepCommand, { name: "nap", resultCompletionId: 2 }),
      ],
    });
    const { handle } = vm.run("step");
    const [{ id, handle: awakeable }, go] = [vm.awakeable(), vm.signal("go")];
    expect(() => vm.progress(race(handle, awakeable, go))).toThrow(JournalMismatchError);
    const [error] = heard(vm) as [{ Error: { message: string } }];
    expect(error).toMatchObject({
      Error: { code: 570, relatedCommandIndex: 1, relatedCommandName: "step", relatedCommandType: RunCommand.type },
    });
    expect(error.Error.message).toContain(
      `command 2 of the journal is 'sleep 'nap'', but before it the handler waits for results that the journal does ` +
        `not have: run 'step' (command 1), signal 'go', awakeable ${id}.`,
    );
  });

  it("names a completion or a cancellation that the journal does not have", () => {
    const journal = [line(SleepCommand, { resultCompletionId: 1 }), line(SleepCommand, { resultCompletionId: 2 })];
    const vm = begin({ journal });
    const nap = vm.sleep(1);
    expect(() => vm.progress(nap)).toThrow("not have: completion 1.");
    expect(() => begin({ journal, explicitCancellation: true }).progress(1)).toThrow("not have: cancellation.");
  });

  it("may wait once all commands are replayed", () => {
    const vm = begin({ journal: [line(SleepCommand, { resultCompletionId: 1 })] });
    const nap = vm.sleep(1);
    expect(vm.progress(nap)).toEqual({ kind: "wait" });
    say(vm, line(SignalNotification, { idx: 40, void: true }), slept(1));
    expect(vm.progress(nap)).toEqual({ kind: "completed" });
  });
});
