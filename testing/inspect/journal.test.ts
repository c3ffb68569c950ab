import { describe, expect, it } from "vitest";
import {
  CallCommand,
  InputCommand,
  MessageType,
  Notification,
  OutputCommand,
  RunCommand,
  SetStateCommand,
  SleepCommand,
  Suspension,
} from "../../sdk/protocol/index.ts";
import { readJournal, type StoredEntry } from "./journal.ts";
import { readWaits } from "./waits.ts";

const json = (value: unknown) => Buffer.from(JSON.stringify(value));
const entry = (type: number, body: Buffer): StoredEntry => ({ type, body });
const input = entry(MessageType.InputCommand, InputCommand.encode({ value: json("Ada") }));
const run = entry(MessageType.RunCommand, RunCommand.encode({ name: "charge", resultCompletionId: 1 }));
const ran = entry(MessageType.RunCompletion, Notification.encode({ completionId: 1, value: json({ ok: true }) }));
const sleep = entry(MessageType.SleepCommand, SleepCommand.encode({ wakeUpTime: 5, resultCompletionId: 2 }));
const call = entry(
  MessageType.CallCommand,
  CallCommand.encode({
    serviceName: "Mailer",
    handlerName: "send",
    parameter: json(["inv_1gdNzyBlc3vX1Tu0J0sj1fAqrkVpRrw1"]),
    invocationIdNotificationIdx: 3,
    resultCompletionId: 4,
  }),
);
const failed = entry(
  MessageType.CallCompletion,
  Notification.encode({ completionId: 4, failure: { code: 500, message: "no mail", metadata: [] } }),
);

describe("a journal", () => {
  it("has each result beside its command, whatever came in between", () => {
    const state = entry(MessageType.SetStateCommand, SetStateCommand.encode({ key: Buffer.from("n"), value: json(2) }));
    const output = entry(MessageType.OutputCommand, OutputCommand.encode({ value: json("bye") }));
    const journal = readJournal([input, run, sleep, ran, call, state, failed, output]);
    expect(journal.map(({ line }) => line)).toEqual([
      'input = "Ada"',
      'run charge → {"ok":true}',
      "sleep",
      'call Mailer/send = ["<invocation>"] → failed with 500: no mail',
      "set state n = 2",
      'output = "bye"',
    ]);
    expect(journal[1]).toMatchObject({ command: 1, type: "run", name: "charge", result: { value: { ok: true } } });
  });

  it("shows what came from outside", () => {
    const awakeable = entry(MessageType.SignalNotification, Notification.encode({ signalId: 17, value: json("yes") }));
    const cancel = entry(MessageType.SignalNotification, Notification.encode({ signalId: 1, void: true }));
    expect(readJournal([input, awakeable, cancel]).map(({ line }) => line)).toEqual([
      'input = "Ada"',
      'awakeable → "yes"',
      "cancelled",
    ]);
  });
});

describe("what a suspended invocation waits for", () => {
  const journal = [input, run, ran, sleep, call];
  it("is what its suspension names and its journal does not have", () => {
    const suspension = Suspension.encode({ waitingCompletions: [1, 2, 4], waitingSignals: [1, 17] });
    const waits = readWaits(suspension, journal);
    expect(waits.map(({ line, isForTime }) => [line, isForTime])).toEqual([
      ["sleep", true],
      ["call Mailer/send", true],
      ["awakeable", false],
    ]);
  });

  it("is nothing while it is not suspended", () => {
    expect(readWaits(null, journal)).toEqual([]);
  });
});
