import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  AwaitingOn,
  CommandAck,
  End,
  encodeFrame,
  InputCommand,
  OutputCommand,
  ProposeRunCompletionAck,
  SleepCommand,
  SleepCompletion,
  Start,
  Suspension,
} from "../protocol/index.ts";
import { AttemptVm, VmClosedError } from "./index.ts";
import { begin, heard, INPUT, INVOCATION, line, say } from "./transcript.fixture.ts";

const START = line(Start, { id: INVOCATION, debugId: "inv_1test", knownEntries: 1 });
const HEADER_BYTES = 8;
/** The result of a notification, and no id. */
const VOID = Buffer.from([0x22, 0]);
/** A message with a body that no decoder reads. */
const unreadable = (frame: Buffer) => encodeFrame(frame.readUInt16BE(0), Buffer.from([0xff]));

describe("input that is not the protocol", () => {
  it.each([
    ["an input without a start", [INPUT], "the first message was InputCommand instead of Start"],
    ["a notification first", [line(SleepCompletion, { void: true })], "the first message was SleepCompletion"],
    ["an end first", [line(End)], "the first message was End"],
    ["a second start", [START, START], "a Start, which it never should"],
    ["a start without entries", [line(Start, { id: INVOCATION })], "announces no entries"],
    ["a start with half an id", [line(Start, { id: Buffer.alloc(12), knownEntries: 1 })], "12 bytes instead of 24"],
    ["an unreadable start", [unreadable(START)], "not the service protocol"],
    ["a suspension", [START, line(Suspension)], "a Suspension, which"],
    ["what only an SDK says", [START, line(AwaitingOn)], "an? AwaitingOn, which"],
    ["an acknowledgement of a command", [START, line(CommandAck)], "a CommandAck, which"],
    ["an unknown command", [START, encodeFrame(0x0499, Buffer.alloc(0))], "unknown type: Unknown\\(0x0499\\)"],
    ["an unknown notification", [START, encodeFrame(0x8099, Buffer.alloc(0))], "unknown type: Unknown\\(0x8099\\)"],
    ["a custom entry", [START, encodeFrame(0xfc01, Buffer.alloc(0))], "unknown type: Custom\\(0xfc01\\)"],
    ["a frame without end", [START, Buffer.alloc(HEADER_BYTES, 0xff)], "not the service protocol"],
    ["an unreadable notification", [START, unreadable(line(SleepCompletion))], "not the service protocol"],
    ["a notification without an id", [START, encodeFrame(SleepCompletion.type, VOID)], "without an id"],
    ["a notification without a result", [START, line(SleepCompletion, { completionId: 3 })], "without a result"],
    ["a command behind the journal", [START, INPUT, line(SleepCommand)], "after the known journal"],
    [
      "an acknowledgement of nothing",
      [START, INPUT, line(ProposeRunCompletionAck)],
      "that this attempt did not propose",
    ],
  ])("ends the attempt: %s", (_title, lines, message) => {
    const vm = new AttemptVm({ version: 7 });
    say(vm, ...lines);
    expect([vm.phase, vm.isReady]).toEqual(["closed", true]);
    const [error, ...others] = heard(vm) as { Error: { message: string } }[];
    expect(error).toMatchObject({ Error: { code: 571 } });
    expect(error?.Error.message).toMatch(new RegExp(message));
    expect(others).toEqual([]);
    expect(() => vm.input()).toThrow(VmClosedError);
    say(vm, START, INPUT);
    vm.inputClosed();
    expect(vm.takeOutput()).toBeUndefined();
  });

  it.each([
    ["nothing", [], "before the start message"],
    ["half a start", [START.subarray(0, 12)], "before the start message"],
    ["a start alone", [START], "1 entries short"],
    ["half the journal", [line(Start, { id: INVOCATION, knownEntries: 3 }), INPUT], "2 entries short"],
  ])("ends the attempt: an end of the request after %s", (_title, lines, message) => {
    const vm = new AttemptVm({ version: 7 });
    say(vm, ...lines);
    expect([vm.isReady, vm.takeOutput()]).toEqual([false, undefined]);
    vm.inputClosed();
    expect(vm.isReady).toBe(true);
    expect(heard(vm)).toEqual([{ Error: { code: 571, message: `Protocol violation: the request ended ${message}.` } }]);
  });

  it("ends the attempt when the journal begins with something else", () => {
    const vm = new AttemptVm({ version: 7 });
    say(vm, START, line(OutputCommand));
    expect(() => vm.input()).toThrow("the journal has 'return', the handler tries to take its input");
    const without = new AttemptVm({ version: 7 });
    say(without, START, line(SleepCompletion, { completionId: 1, void: true }));
    expect(() => without.input()).toThrow("there is no input");
    expect(heard(without)).toMatchObject([{ Error: { code: 571 } }]);
  });

  it("ends the attempt when a recorded command is unreadable", () => {
    for (const [journal, act] of [
      [unreadable(line(SleepCommand)), (vm: AttemptVm) => vm.sleep(1)],
      [unreadable(line(OutputCommand)), (vm: AttemptVm) => vm.writeOutput(Buffer.alloc(0))],
    ] as const) {
      const vm = begin({ journal: [journal] });
      expect(() => act(vm)).toThrow("command 1 of the journal is unreadable");
      expect(heard(vm)).toMatchObject([{ Error: { code: 571 } }]);
    }
    const vm = new AttemptVm({ version: 7 });
    say(vm, START, unreadable(line(InputCommand)));
    expect(() => vm.input()).toThrow("command 0 of the journal is unreadable");
  });

  it("never makes push throw", () => {
    const stream = Buffer.concat([line(Start, { id: INVOCATION, knownEntries: 3 }), INPUT, line(SleepCommand)]);
    const damage = fc.array(fc.tuple(fc.nat({ max: stream.length - 1 }), fc.nat({ max: 255 })), { minLength: 1 });
    fc.assert(
      fc.property(damage, fc.uint8Array(), (places, tail) => {
        const bytes = Buffer.concat([stream, tail]);
        for (const [at, byte] of places) bytes[at] = byte;
        const vm = new AttemptVm({ version: 7 });
        vm.push(bytes);
        vm.inputClosed();
        return vm.isReady;
      }),
    );
  });
});
