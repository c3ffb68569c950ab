import { describe, expect, it } from "vitest";
import {
  AttachInvocationCommand,
  AttachInvocationCompletion,
  CallCommand,
  CallCompletion,
  CallInvocationIdCompletion,
  ClearAllStateCommand,
  ClearStateCommand,
  type Codec,
  CompleteAwakeableCommand,
  CompletePromiseCommand,
  CompletePromiseCompletion,
  type Draft,
  GetEagerStateCommand,
  GetEagerStateKeysCommand,
  GetInvocationOutputCommand,
  GetInvocationOutputCompletion,
  GetLazyStateCommand,
  GetLazyStateCompletion,
  GetLazyStateKeysCommand,
  GetLazyStateKeysCompletion,
  GetPromiseCommand,
  GetPromiseCompletion,
  messageTypeName,
  OneWayCallCommand,
  OutputCommand,
  PeekPromiseCommand,
  PeekPromiseCompletion,
  RunCommand,
  RunCompletion,
  SendSignalCommand,
  SetStateCommand,
  SleepCommand,
  SleepCompletion,
} from "../protocol/index.ts";
import { type Handle, JournalMismatchError, type Result, type Vm } from "./index.ts";
import { begin, framesOf, heard, type Line, line } from "./transcript.fixture.ts";

const bytes = (text: string) => Buffer.from(text);
const TARGET = {
  service: "Greeter",
  handler: "greet",
  key: "Ada",
  headers: [{ key: "lang", value: "en" }],
  idempotencyKey: "once",
  scope: "tenant",
  limitKey: "limit",
  name: "hello",
};
const CALLED = {
  serviceName: "Greeter",
  handlerName: "greet",
  key: "Ada",
  parameter: bytes("hi"),
  headers: [{ key: "lang", value: "en" }],
  idempotencyKey: "once",
  scope: "tenant",
  limitKey: "limit",
  name: "hello",
  invocationIdNotificationIdx: 1,
};
const VALUE: Result = { kind: "value", bytes: bytes("v") };
const FAILED: Result = { kind: "failure", failure: { code: 409, message: "no", metadata: undefined } };
const FAILURE = { code: 409, message: "no" };

interface Case {
  readonly title: string;
  /** What the handler does. */
  readonly act: (vm: Vm) => unknown;
  readonly recorded: Line;
  /** Answers of the server, and what they look like. */
  readonly answers?: readonly (readonly [Line, Result])[];
  readonly awaits?: number[];
  /** Differences that count. */
  readonly differing: readonly Line[];
  /** Differences that do not. */
  readonly same?: readonly Line[];
  /** Differences of values, which only count with payload checks. */
  readonly otherPayloads?: readonly Line[];
}

/** The command as it should be recorded, and variations of it that a replay must, or must not, tell apart. */
function recorded<T>(
  codec: Codec<T>,
  draft: Draft<T>,
  differing: readonly Draft<T>[],
  more: { readonly same?: readonly Draft<T>[]; readonly otherPayloads?: readonly Draft<T>[] } = {},
) {
  const variation = (changed: Draft<T>) => line(codec, { ...draft, ...changed });
  return {
    recorded: line(codec, draft),
    differing: differing.map(variation),
    same: more.same?.map(variation) ?? [],
    otherPayloads: more.otherPayloads?.map(variation) ?? [],
  };
}

const completable = [{ resultCompletionId: 9 }, { name: "other" }];
const existing = [{ invocationId: "inv_2" }, { invocationId: undefined, workflowTarget: { workflowName: "w" } }];

const CASES: readonly Case[] = [
  {
    title: "output of a value",
    act: (vm) => vm.writeOutput(bytes("bye")),
    ...recorded(OutputCommand, { value: bytes("bye") }, [{ name: "x" }, { value: undefined, failure: FAILURE }], {
      otherPayloads: [{ value: bytes("ciao") }],
    }),
  },
  {
    title: "output of a failure",
    act: (vm) => vm.writeOutput(FAILURE),
    ...recorded(OutputCommand, { failure: FAILURE }, [
      { failure: { ...FAILURE, message: "nope" } },
      { failure: { ...FAILURE, code: 410 } },
      { failure: { ...FAILURE, metadata: [{ key: "k", value: "v" }] } },
      { failure: undefined, value: bytes("") },
    ]),
  },
  {
    title: "lazy state",
    act: (vm) => vm.getState("k"),
    ...recorded(GetLazyStateCommand, { key: bytes("k"), resultCompletionId: 1 }, [...completable, { key: bytes("q") }]),
    awaits: [1],
    answers: [
      [line(GetLazyStateCompletion, { completionId: 1, value: bytes("v") }), VALUE],
      [line(GetLazyStateCompletion, { completionId: 1, void: true }), { kind: "void" }],
    ],
  },
  {
    title: "lazy state keys",
    act: (vm) => vm.getStateKeys(),
    ...recorded(GetLazyStateKeysCommand, { resultCompletionId: 1 }, completable),
    awaits: [1],
    answers: [
      [
        line(GetLazyStateKeysCompletion, { completionId: 1, stateKeys: [bytes("a"), bytes("ü")] }),
        { kind: "stateKeys", keys: ["a", "ü"] },
      ],
    ],
  },
  {
    title: "set state",
    act: (vm) => vm.setState("k", bytes("v")),
    ...recorded(SetStateCommand, { key: bytes("k"), value: bytes("v") }, [{ key: bytes("q") }, { name: "n" }], {
      otherPayloads: [{ value: bytes("w") }],
    }),
  },
  {
    title: "clear state",
    act: (vm) => vm.clearState("k"),
    ...recorded(ClearStateCommand, { key: bytes("k") }, [{ key: bytes("q") }, { name: "n" }]),
  },
  {
    title: "clear all state",
    act: (vm) => vm.clearAllState(),
    ...recorded(ClearAllStateCommand, {}, [{ name: "n" }]),
  },
  {
    title: "sleep",
    act: (vm) => vm.sleep(1000, "nap"),
    ...recorded(SleepCommand, { wakeUpTime: 1000, name: "nap", resultCompletionId: 1 }, [{ name: "doze" }], {
      same: [{ wakeUpTime: 5 }],
    }),
    awaits: [1],
    answers: [[line(SleepCompletion, { completionId: 1, void: true }), { kind: "void" }]],
  },
  {
    title: "call",
    act: (vm) => vm.call(TARGET, bytes("hi")).result,
    ...recorded(
      CallCommand,
      { ...CALLED, resultCompletionId: 2 },
      [
        { serviceName: "Other" },
        { handlerName: "other" },
        { key: "Bob" },
        { headers: [] },
        { headers: [{ key: "lang", value: "de" }] },
        { idempotencyKey: undefined },
        { scope: "other" },
        { limitKey: undefined },
        { name: "other" },
        { invocationIdNotificationIdx: 8 },
        { resultCompletionId: 8 },
      ],
      { otherPayloads: [{ parameter: bytes("ho") }] },
    ),
    awaits: [2],
    answers: [
      [line(CallCompletion, { completionId: 2, value: bytes("v") }), VALUE],
      [line(CallCompletion, { completionId: 2, failure: FAILURE }), FAILED],
    ],
  },
  {
    title: "the invocation id of a call",
    act: (vm) => vm.call({ service: "Greeter", handler: "greet" }, bytes("")).invocationId,
    ...recorded(
      CallCommand,
      { serviceName: "Greeter", handlerName: "greet", invocationIdNotificationIdx: 1, resultCompletionId: 2 },
      [{ key: "Bob" }, { idempotencyKey: "once" }],
    ),
    awaits: [1],
    answers: [
      [
        line(CallInvocationIdCompletion, { completionId: 1, invocationId: "inv_3" }),
        { kind: "invocationId", id: "inv_3" },
      ],
    ],
  },
  {
    title: "send",
    act: (vm) => vm.send(TARGET, bytes("hi"), 1000).invocationId,
    ...recorded(
      OneWayCallCommand,
      { ...CALLED, invokeTime: 1000 },
      [
        { serviceName: "Other" },
        { handlerName: "other" },
        { key: "Bob" },
        { headers: [] },
        { idempotencyKey: "twice" },
        { scope: undefined },
        { limitKey: "other" },
        { name: "other" },
        { invocationIdNotificationIdx: 8 },
      ],
      { same: [{ invokeTime: 2 }], otherPayloads: [{ parameter: bytes("ho") }] },
    ),
    awaits: [1],
    answers: [
      [
        line(CallInvocationIdCompletion, { completionId: 1, invocationId: "inv_3" }),
        { kind: "invocationId", id: "inv_3" },
      ],
    ],
  },
  {
    title: "attach",
    act: (vm) => vm.attachInvocation("inv_1"),
    ...recorded(AttachInvocationCommand, { invocationId: "inv_1", resultCompletionId: 1 }, [
      ...completable,
      ...existing,
    ]),
    awaits: [1],
    answers: [[line(AttachInvocationCompletion, { completionId: 1, failure: FAILURE }), FAILED]],
  },
  {
    title: "output of an invocation",
    act: (vm) => vm.getInvocationOutput("inv_1"),
    ...recorded(GetInvocationOutputCommand, { invocationId: "inv_1", resultCompletionId: 1 }, [
      ...completable,
      ...existing,
    ]),
    awaits: [1],
    answers: [
      [line(GetInvocationOutputCompletion, { completionId: 1, void: true }), { kind: "void" }],
      [line(GetInvocationOutputCompletion, { completionId: 1, value: bytes("v") }), VALUE],
    ],
  },
  {
    title: "cancel",
    act: (vm) => vm.cancelInvocation("inv_1"),
    ...recorded(SendSignalCommand, { targetInvocationId: "inv_1", idx: 1, void: true }, [
      { targetInvocationId: "inv_2" },
      { idx: 17 },
      { idx: undefined, name: "x" },
      { void: undefined, value: bytes("") },
      { entryName: "x" },
    ]),
  },
  {
    title: "send signal",
    act: (vm) => vm.sendSignal("inv_1", "go", bytes("v")),
    ...recorded(
      SendSignalCommand,
      { targetInvocationId: "inv_1", name: "go", value: bytes("v") },
      [{ name: "stop" }, { value: undefined, failure: FAILURE }, { value: undefined, void: true }],
      { otherPayloads: [{ value: bytes("w") }] },
    ),
  },
  {
    title: "complete awakeable",
    act: (vm) => vm.completeAwakeable("sign_1abc", bytes("v")),
    ...recorded(
      CompleteAwakeableCommand,
      { awakeableId: "sign_1abc", value: bytes("v") },
      [{ awakeableId: "sign_1x" }, { value: undefined, failure: FAILURE }, { name: "n" }],
      { otherPayloads: [{ value: bytes("w") }] },
    ),
  },
  {
    title: "reject awakeable of the older form",
    act: (vm) => vm.completeAwakeable("prom_1abc", FAILURE),
    ...recorded(CompleteAwakeableCommand, { awakeableId: "prom_1abc", failure: FAILURE }, [
      { failure: { ...FAILURE, code: 1 } },
    ]),
  },
  {
    title: "get promise",
    act: (vm) => vm.getPromise("p"),
    ...recorded(GetPromiseCommand, { key: "p", resultCompletionId: 1 }, [...completable, { key: "q" }]),
    awaits: [1],
    answers: [[line(GetPromiseCompletion, { completionId: 1, value: bytes("v") }), VALUE]],
  },
  {
    title: "peek promise",
    act: (vm) => vm.peekPromise("p"),
    ...recorded(PeekPromiseCommand, { key: "p", resultCompletionId: 1 }, [...completable, { key: "q" }]),
    awaits: [1],
    answers: [[line(PeekPromiseCompletion, { completionId: 1, void: true }), { kind: "void" }]],
  },
  {
    title: "complete promise",
    act: (vm) => vm.completePromise("p", bytes("v")),
    ...recorded(
      CompletePromiseCommand,
      { key: "p", completionValue: bytes("v"), resultCompletionId: 1 },
      [...completable, { key: "q" }, { completionValue: undefined, completionFailure: FAILURE }],
      { otherPayloads: [{ completionValue: bytes("w") }] },
    ),
    awaits: [1],
    answers: [[line(CompletePromiseCompletion, { completionId: 1, failure: FAILURE }), FAILED]],
  },
  {
    title: "reject promise",
    act: (vm) => vm.completePromise("p", FAILURE),
    ...recorded(CompletePromiseCommand, { key: "p", completionFailure: FAILURE, resultCompletionId: 1 }, [
      { completionFailure: { ...FAILURE, message: "other" } },
    ]),
    awaits: [1],
    answers: [[line(CompletePromiseCompletion, { completionId: 1, void: true }), { kind: "void" }]],
  },
  {
    title: "run",
    act: (vm) => vm.run("step").handle,
    ...recorded(RunCommand, { name: "step", resultCompletionId: 1 }, completable),
    answers: [
      [line(RunCompletion, { completionId: 1, value: bytes("v") }), VALUE],
      [line(RunCompletion, { completionId: 1, failure: FAILURE }), FAILED],
    ],
  },
];

/** With state that only the server knows. */
const LAZY = { partialState: true };
/** A command that no case makes. */
const OTHER = line(SleepCommand, { name: "something else" });
const typeOf = (frame: Line) => framesOf(frame)[0]?.type as number;

describe.each(CASES)("$title", ({ act, recorded, answers = [], differing, same = [], otherPayloads = [] }) => {
  it("is sent when it is new", () => {
    const vm = begin({ start: LAZY });
    act(vm);
    expect(vm.takeOutput()).toEqual(recorded);
    expect([vm.phase, vm.lastCommandIndex]).toEqual(["processing", 1]);
  });

  it("is not sent again when it is recorded", () => {
    for (const known of [recorded, ...same]) {
      const vm = begin({ journal: [known, OTHER] });
      expect(vm.phase).toBe("replaying");
      act(vm);
      expect(vm.phase).toBe("replaying");
      vm.sleep(0, "something else");
      expect([vm.phase, vm.lastCommandIndex]).toEqual(["processing", 2]);
      expect(vm.takeOutput()).toBeUndefined();
    }
  });

  it.each(answers.map(([answer, result]) => [result.kind, answer, result] as const))(
    "is answered with %s, recorded or not",
    (_kind, answer, result) => {
      const replayed = begin({ journal: [recorded, answer] });
      const handle = act(replayed) as Handle;
      expect(replayed.isCompleted(handle)).toBe(false);
      expect(replayed.progress(handle)).toEqual({ kind: "completed" });
      expect(replayed.isCompleted(handle)).toBe(true);
      expect(replayed.take(handle)).toEqual(result);
      expect(replayed.take(handle)).toBeUndefined();
      expect(replayed.takeOutput()).toBeUndefined();

      const live = begin({ start: LAZY });
      act(live);
      live.push(answer);
      expect(live.progress(handle)).toEqual({ kind: "completed" });
      expect(live.take(handle)).toEqual(result);
    },
  );

  it("does not match another kind of command", () => {
    const other = typeOf(recorded) === SleepCommand.type ? line(RunCommand, { name: "something else" }) : OTHER;
    const vm = begin({ journal: [other] });
    expect(() => act(vm)).toThrow(JournalMismatchError);
    expect(vm.phase).toBe("closed");
    const [error] = heard(vm) as [{ Error: { message: string } }];
    expect(error).toMatchObject({ Error: { code: 570, relatedCommandIndex: 1, relatedCommandType: typeOf(recorded) } });
    expect(error.Error.message).toMatch(/at command 1, the journal has '(sleep|run) 'something else'', the handler/);
  });

  it("does not match a recorded one that differs", () => {
    for (const known of [...differing, ...otherPayloads]) {
      const vm = begin({ journal: [known] });
      expect(() => act(vm), messageTypeName(typeOf(known))).toThrow(
        /They differ in:(\n - .+ in the journal, .+ now)+$/,
      );
      expect(heard(vm)).toMatchObject([{ Error: { code: 570, relatedCommandIndex: 1 } }]);
    }
  });

  it("may differ in its payload when payloads are not checked", () => {
    for (const known of otherPayloads) {
      const vm = begin({ journal: [known], checkPayloads: false });
      act(vm);
      expect([vm.phase, vm.takeOutput()]).toEqual(["processing", undefined]);
    }
    for (const known of differing) {
      expect(() => act(begin({ journal: [known], checkPayloads: false }))).toThrow(JournalMismatchError);
    }
  });
});

describe.each(CASES.filter(({ awaits }) => awaits !== undefined))("$title", ({ act, recorded, awaits }) => {
  it("suspends until it is answered", () => {
    const vm = begin({ journal: [recorded] });
    const handle = act(vm) as Handle;
    expect(vm.progress(handle)).toEqual({ kind: "wait" });
    vm.takeOutput();
    vm.inputClosed();
    expect(vm.progress(handle)).toEqual({ kind: "suspended" });
    expect(heard(vm)).toEqual([
      { Suspension: { awaitingOn: { waitingCompletions: awaits, waitingSignals: [1], combinatorType: 1 } } },
    ]);
    expect(vm.phase).toBe("closed");
  });
});

describe("eager state", () => {
  it("is not compared with what is known now: the recorded answer counts", () => {
    const vm = begin({
      start: { stateMap: [{ key: bytes("k"), value: bytes("new") }] },
      journal: [
        line(GetEagerStateCommand, { key: bytes("k"), value: bytes("old") }),
        line(GetEagerStateCommand, { key: bytes("k"), void: true }),
        line(GetEagerStateKeysCommand, { value: [bytes("x")] }),
      ],
    });
    const handles = [vm.getState("k"), vm.getState("k"), vm.getStateKeys()];
    expect(handles.map((handle) => vm.isCompleted(handle))).toEqual([true, true, true]);
    expect(handles.map((handle) => vm.take(handle))).toEqual([
      { kind: "value", bytes: bytes("old") },
      { kind: "void" },
      { kind: "stateKeys", keys: ["x"] },
    ]);
    expect(vm.takeOutput()).toBeUndefined();
  });

  it.each([
    ["another key", line(GetEagerStateCommand, { key: bytes("q"), void: true }), "key: 'q' in the journal, 'k' now"],
    ["a name", line(GetEagerStateCommand, { key: bytes("k"), name: "n", void: true }), "name: 'n' in the journal"],
  ])("does not match %s", (_title, known, difference) => {
    expect(() => begin({ journal: [known] }).getState("k")).toThrow(difference);
  });

  it("does not match keys with a name", () => {
    const vm = begin({ journal: [line(GetEagerStateKeysCommand, { name: "n", value: [] })] });
    expect(() => vm.getStateKeys()).toThrow("name: 'n' in the journal");
  });

  it.each([
    ["a value", line(GetEagerStateCommand, { key: bytes("k") }), (vm: Vm) => vm.getState("k")],
    ["keys", line(GetEagerStateKeysCommand), (vm: Vm) => vm.getStateKeys()],
  ])("is a violation of the protocol when it is recorded without %s", (_title, known, act) => {
    const vm = begin({ journal: [known] });
    expect(() => act(vm)).toThrow("has no result");
    expect(heard(vm)).toMatchObject([{ Error: { code: 571 } }]);
  });
});
