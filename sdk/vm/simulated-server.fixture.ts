import {
  ClearStateCommand,
  CommandTemplate,
  type Draft,
  encodeFrame,
  type Frame,
  GetLazyStateCommand,
  isCommand,
  MessageType,
  messageTypeName,
  Notification,
  type NotificationMessage,
  ProposeRunCompletion,
  ProposeRunCompletionAck,
  RunCompletion,
  SetStateCommand,
  Start,
} from "../protocol/index.ts";
import type { AttemptVm } from "./index.ts";
import { framesOf, INPUT, INVOCATION } from "./transcript.fixture.ts";

/** Completions have the type of their command with another base. */
const COMPLETION_BASE = MessageType.SleepCompletion - MessageType.SleepCommand;

interface Answer {
  readonly type: number;
  readonly body: () => Draft<NotificationMessage>;
}

/**
 * The server's side of one invocation, for property tests: it keeps the journal, and answers commands when it is told
 * to. Not part of the SDK.
 */
export class SimulatedServer {
  readonly #version: number;
  readonly #isStatePartial: boolean;
  /** Commands and notifications in order, the input first. */
  readonly journal: Buffer[];
  /** What could be answered now. */
  readonly pending: Answer[] = [];
  readonly #signals = new Map<string, number>();
  /** Last words of the attempt. */
  last: Frame | undefined;

  constructor(version: number, isStatePartial: boolean, journal: readonly Buffer[] = [INPUT]) {
    this.#version = version;
    this.#isStatePartial = isStatePartial;
    this.journal = [...journal];
    for (const frame of journal) this.#expect(frame);
    for (const frame of journal) this.#forget(frame);
  }

  /** Starts an attempt with what is known. */
  begin(vm: AttemptVm): void {
    this.last = undefined;
    const stateMap = this.#isStatePartial
      ? []
      : [...this.#state()].map(([key, value]) => ({ key: Buffer.from(key), value }));
    const start = Start.frame({
      id: INVOCATION,
      debugId: "inv_1test",
      knownEntries: this.journal.length,
      stateMap,
      partialState: this.#isStatePartial,
    });
    vm.push(Buffer.concat([start, ...this.journal]));
  }

  /** Takes what an attempt has to say, and stores proposed results at once. */
  hear(vm: AttemptVm): void {
    for (const frame of framesOf(vm.takeOutput())) {
      if (this.last !== undefined) throw new Error(`${messageTypeName(frame.type)} after the last words`);
      if (isCommand(frame.type)) {
        this.journal.push(encodeFrame(frame.type, frame.body));
        this.#expect(frame);
      } else if (frame.type === MessageType.ProposeRunCompletion) {
        this.#store(vm, frame);
      } else if (frame.type !== MessageType.AwaitingOn) {
        this.last = frame;
      }
    }
  }

  /** The handler may wait for a signal from now on: there will be one, once for each that it waits for. */
  willSignal(body: Draft<NotificationMessage>, times: number): void {
    const key = signalKey(body) as string;
    for (let sent = this.#signals.get(key) ?? 0; sent < times; sent++) {
      this.#signals.set(key, sent + 1);
      this.pending.push({ type: MessageType.SignalNotification, body: () => body });
    }
  }

  /** Gives one of the pending answers. */
  answer(vm: AttemptVm | undefined, choice: number): void {
    const [answer] = this.pending.splice(choice % this.pending.length, 1) as [Answer];
    const frame = encodeFrame(answer.type, Notification.encode(answer.body()));
    this.journal.push(frame);
    vm?.push(frame);
  }

  /** Repeats a notification of a former attempt. */
  repeat(vm: AttemptVm, frame: Buffer): void {
    this.#forget(frame);
    this.journal.push(frame);
    vm.push(frame);
  }

  #store(vm: AttemptVm, frame: Frame): void {
    const { resultCompletionId: completionId, value, failure } = ProposeRunCompletion.decode(frame.body);
    const stored = RunCompletion.frame(failure === undefined ? { completionId, value } : { completionId, failure });
    this.journal.push(stored);
    vm.push(this.#version < 7 ? stored : ProposeRunCompletionAck.frame({ completionId }));
  }

  #expect(frame: Buffer | Frame): void {
    const { type, body } = Buffer.isBuffer(frame) ? (framesOf(frame)[0] as Frame) : frame;
    if (!isCommand(type)) return;
    const { invocationIdNotificationIdx: id, resultCompletionId: result } = CommandTemplate.decode(body);
    if (id !== undefined) {
      const invocationId = `inv_${id}`;
      this.pending.push({
        type: MessageType.CallInvocationIdCompletion,
        body: () => ({ completionId: id, invocationId }),
      });
    }
    if (result === undefined || type === MessageType.RunCommand) return;
    this.pending.push({
      type: type + COMPLETION_BASE,
      body: () => ({ completionId: result, ...this.#result(type, body, result) }),
    });
  }

  #result(type: number, body: Buffer, completionId: number): Draft<NotificationMessage> {
    const state = this.#state();
    switch (type) {
      case MessageType.SleepCommand:
      case MessageType.PeekPromiseCommand:
        return { void: true };
      case MessageType.GetLazyStateCommand: {
        const value = state.get(GetLazyStateCommand.decode(body).key.toString());
        return value === undefined ? { void: true } : { value };
      }
      case MessageType.GetLazyStateKeysCommand:
        return { stateKeys: [...state.keys()].sort().map((key) => Buffer.from(key)) };
      default:
        // Some calls, promises and the like fail.
        if (completionId % 3 === 0) return { failure: { code: 400, message: `failure ${completionId}` } };
        return { value: Buffer.from(`result ${completionId}`) };
    }
  }

  /** An answer that is in the journal is not pending any more. */
  #forget(frame: Buffer): void {
    const { type, body } = framesOf(frame)[0] as Frame;
    if (isCommand(type)) return;
    const message = Notification.decode(body);
    const key = signalKey(message);
    if (key !== undefined) this.#signals.set(key, (this.#signals.get(key) ?? 0) + 1);
    const index = this.pending.findIndex((answer) => {
      const { completionId } = answer.body();
      return completionId !== undefined && completionId === message.completionId;
    });
    if (index >= 0) this.pending.splice(index, 1);
  }

  /** The state that the commands so far amount to. */
  #state(): Map<string, Buffer> {
    const state = new Map<string, Buffer>([["a", Buffer.from("initial")]]);
    for (const { type, body } of this.journal.flatMap((frame) => framesOf(frame))) {
      if (type === MessageType.ClearAllStateCommand) state.clear();
      if (type === MessageType.ClearStateCommand) state.delete(ClearStateCommand.decode(body).key.toString());
      if (type === MessageType.SetStateCommand) {
        const { key, value } = SetStateCommand.decode(body);
        state.set(key.toString(), value as Buffer);
      }
    }
    return state;
  }
}

/** What tells signals apart; undefined for a completion. */
export function signalKey({ signalId, signalName }: Draft<NotificationMessage>): string | undefined {
  return signalName ?? (signalId === undefined ? undefined : `#${signalId}`);
}
