import { describe, expect, it } from "vitest";
import {
  type Codec,
  CompletePromiseCommand,
  type Draft,
  InputCommand,
  OutputCommand,
  RunCommand,
  SleepCommand,
  Start,
} from "../protocol/index.ts";
import { AttemptVm, type CallTarget, JournalMismatchError, type Vm, VmClosedError } from "./index.ts";
import { arrive, begin, framesOf, heard, INVOCATION, line, say } from "./transcript.fixture.ts";

const bytes = (text: string) => Buffer.from(text);
const NAP = line(SleepCommand, { name: "nap", resultCompletionId: 1 });

describe("the input", () => {
  const start = { key: "Ada", randomSeed: 7n, scope: "s", limitKey: "l", idempotencyKey: "i" };
  const known = { id: INVOCATION, debugId: "inv_1x", knownEntries: 1, ...start };
  const input = line(InputCommand, { value: bytes("hi"), headers: [{ key: "a", value: "b" }] });

  it("says who is called with what", () => {
    const vm = new AttemptVm({ version: 7 });
    expect([vm.phase, vm.isReady, vm.lastCommandIndex]).toEqual(["waitingStart", false, -1]);
    say(vm, line(Start, known));
    expect([vm.phase, vm.isReady]).toEqual(["waitingStart", false]);
    say(vm, input);
    expect([vm.phase, vm.isReady]).toEqual(["replaying", true]);
    expect(vm.input()).toEqual({
      invocationId: "inv_1x",
      key: "Ada",
      headers: [{ key: "a", value: "b" }],
      body: bytes("hi"),
      randomSeed: 7n,
      idempotencyKey: "i",
      scope: "s",
      limitKey: "l",
    });
    expect([vm.phase, vm.lastCommandIndex]).toEqual(["processing", 0]);
  });

  it.each([
    [6, 7n],
    // What the official SDK 1.17.2 derives from this id.
    [5, 0xcaee_651b_a58d_1b6an],
  ] as const)("has no fields of v7 in v%i", (version, randomSeed) => {
    const vm = new AttemptVm({ version });
    say(vm, line(Start, known), line(InputCommand));
    expect(vm.input()).toMatchObject({
      body: bytes(""),
      randomSeed,
      idempotencyKey: undefined,
      scope: undefined,
      limitKey: undefined,
    });
  });

  it("arrives with the whole known journal, cut anywhere", () => {
    const stream = Buffer.concat([line(Start, { ...known, knownEntries: 2 }), input, NAP]);
    for (let size = 1; size <= stream.length; size++) {
      const vm = new AttemptVm({ version: 7 });
      for (let at = 0; at < stream.length; at += size) {
        expect(vm.isReady).toBe(false);
        vm.push(new Uint8Array(stream.subarray(at, at + size)));
      }
      expect(vm.isReady).toBe(true);
      vm.input();
      vm.sleep(1, "nap");
      expect(vm.phase).toBe("processing");
    }
  });
});

describe("the end of a handler", () => {
  it("follows its output", () => {
    const vm = begin();
    vm.writeOutput(bytes("bye"));
    vm.end();
    expect(heard(vm)).toEqual([{ OutputCommand: { value: "bye" } }, { End: {} }]);
    expect(vm.phase).toBe("closed");
  });

  it("follows a recorded output", () => {
    const vm = begin({ journal: [line(OutputCommand, { value: bytes("bye") })] });
    vm.writeOutput(bytes("bye"));
    vm.end();
    expect(heard(vm)).toEqual([{ End: {} }]);
  });

  it("does not match a journal with more commands", () => {
    const early = begin({ journal: [NAP] });
    expect(() => early.writeOutput(bytes("bye"))).toThrow("the journal has 'sleep 'nap'', the handler tries to return");
    const late = begin({ journal: [line(OutputCommand, { value: bytes("bye") }), NAP] });
    late.writeOutput(bytes("bye"));
    expect(() => late.end()).toThrow("at command 2, the journal has 'sleep 'nap'', the handler tries to end");
    expect(heard(late)).toMatchObject([{ Error: { code: 570, relatedCommandIndex: 2 } }]);
  });

  it("can come once", () => {
    const vm = begin();
    vm.end();
    vm.takeOutput();
    vm.end();
    expect(() => vm.writeOutput(bytes("again"))).toThrow(VmClosedError);
    expect(() => vm.input()).toThrow("The attempt has ended: the invocation is complete.");
    expect(vm.takeOutput()).toBeUndefined();
  });
});

describe("a failed attempt", () => {
  const error = { message: "oh", stack: "at here" };

  it("says what happened", () => {
    const vm = begin();
    vm.fail(error);
    expect(heard(vm)).toEqual([{ Error: { code: 500, message: "oh", stacktrace: "at here" } }]);
    expect(vm.phase).toBe("closed");
    vm.fail(error);
    expect(vm.takeOutput()).toBeUndefined();
  });

  it.each([
    [
      { at: 1, kind: "run", name: "step" },
      { relatedCommandIndex: 1, relatedCommandName: "step", type: 0x411 },
    ],
    [
      { at: 0, kind: "input" },
      { relatedCommandIndex: 0, type: 0x400 },
    ],
    [{ next: "setState" }, { relatedCommandIndex: 2, type: 0x403 }],
    [{ next: "call" }, { relatedCommandIndex: 2, type: 0x40d }],
  ] as const)("may point to a command: %o", (related, { type, ...expected }) => {
    const vm = begin();
    vm.run("step");
    vm.takeOutput();
    vm.fail(error, { related });
    expect(heard(vm)).toEqual([
      { Error: { code: 500, message: "oh", stacktrace: "at here", ...expected, relatedCommandType: type } },
    ]);
  });

  it("may ask for a delay, also for none", () => {
    for (const delayMs of [0, 1500]) {
      const vm = begin();
      vm.fail({ message: "oh" }, { delayMs });
      expect(heard(vm)).toEqual([{ Error: { code: 500, message: "oh", nextRetryDelay: delayMs } }]);
    }
  });

  it("may fail before it begins", () => {
    const vm = new AttemptVm({ version: 7 });
    vm.fail(error);
    expect([vm.isReady, vm.phase]).toEqual([true, "closed"]);
    expect(() => vm.input()).toThrow(VmClosedError);
  });
});

describe("a journal mismatch", () => {
  it.each([
    [7, undefined, undefined],
    [7, "retry", undefined],
    [7, "pause", 1],
    [7, "fail", 2],
    [6, "pause", undefined],
    [5, "fail", undefined],
  ] as const)("asks the server in v%i to %s", (version, onJournalMismatch, behavior) => {
    const vm = begin({ version, journal: [NAP], ...(onJournalMismatch === undefined ? {} : { onJournalMismatch }) });
    expect(() => vm.run("step")).toThrow(JournalMismatchError);
    const [error] = heard(vm) as [{ Error: object }];
    expect(error.Error).toMatchObject({
      code: 570,
      relatedCommandIndex: 1,
      relatedCommandName: "step",
      relatedCommandType: RunCommand.type,
    });
    expect((error.Error as { behavior?: number }).behavior).toBe(behavior);
    expect(() => vm.run("step")).toThrow(VmClosedError);
  });

  it("shows both sides, and where they differ", () => {
    const call = { service: "Greeter", handler: "greet", key: "Bob" };
    const vm = begin({
      journal: [
        line(CompletePromiseCommand, { key: "p", completionValue: Buffer.from([0xff, 0x00]), resultCompletionId: 1 }),
      ],
    });
    expect(() => vm.completePromise("p", { code: 400, message: "no" })).toThrow(
      "They differ in:\n - result: 0xff00 in the journal, failure 400 'no' now",
    );
    expect(() => begin({ journal: [NAP] }).call(call, bytes(""))).toThrow(
      "at command 1, the journal has 'sleep 'nap'', the handler tries to call 'Greeter/greet'.",
    );
  });

  it("cuts long values", () => {
    const journal = [line(OutputCommand, { value: Buffer.alloc(5000, "a") })];
    expect(() => begin({ journal }).writeOutput(Buffer.alloc(5000, 0x80))).toThrow(
      /'a{200}…' \(5000 characters\) in the journal, 0x(80){40}… \(5000 bytes\) now$/,
    );
  });
});

describe("a feature that the protocol version does not have", () => {
  const target = { service: "Greeter", handler: "greet" };
  const metadata = [{ key: "k", value: "v" }];
  const call = (more: Partial<CallTarget>) => (vm: Vm) => vm.call({ ...target, ...more }, bytes(""));
  const send = (more: Partial<CallTarget>) => (vm: Vm) => vm.send({ ...target, ...more }, bytes(""));
  const failure = { code: 400, message: "no", metadata };

  it.each([
    ["a scope of a call", 6, call({ scope: "s" })],
    ["a scope of a send", 6, send({ scope: "s" })],
    ["a limit key of a call", 6, call({ limitKey: "s" })],
    ["a limit key of a send", 5, send({ limitKey: "s" })],
    ["metadata of an output", 5, (vm: Vm) => vm.writeOutput(failure)],
    ["metadata of a promise", 5, (vm: Vm) => vm.completePromise("p", failure)],
    ["metadata of an awakeable", 5, (vm: Vm) => vm.completeAwakeable("sign_1", failure)],
    ["metadata of a signal", 5, (vm: Vm) => vm.sendSignal("inv_1", "go", failure)],
  ] as const)("ends the attempt: %s in v%i", (_title, version, act) => {
    const old = begin({ version });
    expect(() => act(old)).toThrow(VmClosedError);
    expect(heard(old)).toMatchObject([{ Error: { code: 573 } }]);
    const next = begin({ version: version < 6 && !/limit/.test(_title) ? 6 : 7 });
    act(next);
    expect(next.phase).toBe("processing");
  });

  it.each([
    ["idempotency key", { idempotencyKey: "" }],
    ["scope", { scope: "" }],
    ["limit key", { limitKey: "" }],
  ])("is not an empty %s, which is a mistake", (what, more) => {
    for (const act of [call(more), send(more)]) {
      const vm = begin();
      expect(() => act(vm)).toThrow(`The ${what} of a call is empty`);
      expect(heard(vm)).toMatchObject([{ Error: { code: 500 } }]);
    }
  });
});

describe("output", () => {
  it("is given out once, in one piece", () => {
    const vm = begin();
    vm.sleep(1);
    vm.sleep(2);
    expect(framesOf(vm.takeOutput())).toHaveLength(2);
    expect(vm.takeOutput()).toBeUndefined();
  });
});

describe("a command", () => {
  it("cannot be made before the journal is there", () => {
    const vm = new AttemptVm({ version: 7 });
    expect(() => vm.sleep(1)).toThrow(VmClosedError);
    expect(heard(vm)).toMatchObject([{ Error: { code: 571 } }]);
  });

  it("cannot be made before the input is taken", () => {
    const vm = arrive();
    expect(() => vm.sleep(1)).toThrow(JournalMismatchError);
  });

  it("names a recorded command that it cannot read", () => {
    const custom = (codec: Codec<unknown>, draft: Draft<unknown>) => line(codec, draft);
    const broken = custom(SleepCommand as Codec<unknown>, {});
    const vm = begin({ journal: [Buffer.concat([broken.subarray(0, 4), Buffer.from([0, 0, 0, 1, 0xff])])] });
    expect(() => vm.run("step")).toThrow("the journal has 'sleep', the handler tries to run 'step'");
  });
});
