import { Components, type HandlerComponent, type LogMetadata } from "../authoring/index.ts";
import {
  AttachInvocationCompletion,
  CallCompletion,
  CallInvocationIdCompletion,
  type Codec,
  CompletePromiseCompletion,
  codecOf,
  type Draft,
  encodeFrame,
  type Failure,
  type Frame,
  FrameDecoder,
  GetLazyStateCompletion,
  GetLazyStateKeysCompletion,
  GetPromiseCompletion,
  InputCommand,
  isCommand,
  MessageType,
  messageTypeName,
  PeekPromiseCompletion,
  ProposeRunCompletionAck,
  RunCompletion,
  SignalNotification,
  SleepCompletion,
  Start,
} from "../protocol/index.ts";
import { type AttemptEnvironment, type RunningAttempt, startAttempt } from "./index.ts";

/**
 * A server for tests, in memory: keeps the journal of one invocation, runs attempts against it, and answers commands
 * when the test says so. Not part of the SDK.
 */

/** A message of the attempt: its name, and its fields with bytes as text. */
export interface Heard {
  readonly name: string;
  /** The name of the entry; that of a signal, too. */
  readonly entry: string;
  // biome-ignore lint/suspicious/noExplicitAny: reason: fields of any message, looked at by tests only
  readonly [field: string]: any;
}

/** How calls are answered: by a value, a failure, or not at all. */
export type CallAnswer = (command: Heard) => unknown;

export interface Script {
  readonly version?: 5 | 6 | 7;
  readonly input?: unknown;
  readonly key?: string;
  readonly seed?: bigint;
  readonly headers?: Readonly<Record<string, string>>;
  readonly start?: Draft<ReturnType<typeof Start.decode>>;
  readonly state?: Readonly<Record<string, unknown>>;
  /** State does not come with the start message. */
  readonly lazyState?: boolean;
  readonly call?: CallAnswer;
  /** Results of durable promises; absent ones are not settled. */
  readonly promises?: Readonly<Record<string, unknown>>;
  readonly environment?: Partial<AttemptEnvironment>;
}

/** A failure instead of a value, in a script. */
export class Fails {
  readonly failure: Failure;
  constructor(code: number, message: string, metadata?: Record<string, string>) {
    const pairs = Object.entries(metadata ?? {}).map(([key, value]) => ({ key, value }));
    this.failure = { code, message, ...(pairs.length > 0 && { metadata: pairs }) };
  }
}

export const NEVER = Symbol("never answered");
const INVOCATION = Buffer.alloc(24, 7);
export const NOW_MS = 1_700_000_000_000;

/** The only handler of a definition, or the one with this name. */
export function handlerOf(definition: unknown, name?: string): HandlerComponent {
  const [service] = new Components([definition]).services.values();
  const handlers = [...(service?.handlers.values() ?? [])];
  const found = name === undefined ? handlers[0] : handlers.find((handler) => handler.name === name);
  if (found === undefined) throw new Error("no such handler");
  return found;
}

export class ScriptedServer {
  readonly handler: HandlerComponent;
  readonly script: Script;
  /** Commands and notifications, the input first. */
  readonly journal: Buffer[] = [];
  /** Answers that have not been given: each belongs to a command of the journal. */
  readonly unanswered: Buffer[] = [];
  readonly logs: {
    readonly level: string;
    readonly source: string;
    readonly replaying: boolean;
    readonly text: string;
  }[] = [];

  constructor(handler: HandlerComponent, script: Script = {}, journal?: readonly Buffer[]) {
    this.handler = handler;
    this.script = script;
    if (journal === undefined) {
      const headers = Object.entries(script.headers ?? {}).map(([key, value]) => ({ key, value }));
      this.journal.push(InputCommand.frame({ headers, value: json(script.input) }));
    } else {
      this.journal.push(...journal);
    }
  }

  get version(): 5 | 6 | 7 {
    return this.script.version ?? 7;
  }

  /** Starts an attempt with the journal as it is, and gives it that much of a chance to go on alone. */
  async attempt(options: { inputClosed?: boolean } = {}): Promise<ServedAttempt> {
    const attempt = new ServedAttempt(this);
    attempt.begin();
    if (options.inputClosed) attempt.running.inputClosed();
    await settled();
    return attempt;
  }

  /** The same invocation as it was when the first entries of the journal were known, all but the output by default. */
  replica(entries: number = this.journal.filter((entry) => !isOutput(entry)).length): ScriptedServer {
    const known = this.journal.filter((entry) => !isOutput(entry)).slice(0, entries);
    const replica = new ScriptedServer(this.handler, this.script, known);
    // What was asked and not yet answered when the journal was cut off there.
    for (const entry of known) {
      for (const { frame, heard } of framesOf(entry)) {
        if (isCommand(frame.type)) replica.unanswered.push(...replica.answersTo(heard));
      }
    }
    for (const entry of known) {
      const index = replica.unanswered.findIndex((answer) => answer.equals(entry));
      if (index >= 0) replica.unanswered.splice(index, 1);
    }
    return replica;
  }

  /** What the server does about a message of an attempt. */
  receive(frame: Frame, heard: Heard): void {
    if (isCommand(frame.type)) {
      this.journal.push(encodeFrame(frame.type, Buffer.from(frame.body), frame.flags));
      this.unanswered.push(...this.answersTo(heard));
    } else if (frame.type === MessageType.ProposeRunCompletion) {
      const { resultCompletionId: completionId, value, failure } = heard;
      const result = value !== undefined ? { completionId, value: Buffer.from(value) } : { completionId, failure };
      this.unanswered.push(RunCompletion.frame(result));
    }
  }

  /** The answers to a command, in the order in which they may come. */
  answersTo(command: Heard): Buffer[] {
    const { script } = this;
    const { resultCompletionId: completionId, key } = command;
    switch (command.name) {
      case "GetLazyStateCommand":
        return [GetLazyStateCompletion.frame({ completionId, ...valueOrVoid(script.state?.[key]) })];
      case "GetLazyStateKeysCommand": {
        const keys = Object.keys(script.state ?? {}).map((name) => Buffer.from(name));
        return [GetLazyStateKeysCompletion.frame({ completionId, stateKeys: keys })];
      }
      case "SleepCommand":
        return [SleepCompletion.frame({ completionId, void: true })];
      case "GetPromiseCommand":
        return answer(
          GetPromiseCompletion,
          completionId,
          key in (script.promises ?? {}) ? script.promises?.[key] : NEVER,
        );
      case "PeekPromiseCommand":
        return key in (script.promises ?? {})
          ? answer(PeekPromiseCompletion, completionId, script.promises?.[key])
          : [PeekPromiseCompletion.frame({ completionId, void: true })];
      case "CompletePromiseCommand":
        return [CompletePromiseCompletion.frame({ completionId, void: true })];
      case "AttachInvocationCommand":
        return answer(AttachInvocationCompletion, completionId, script.call?.(command));
      case "CallCommand": {
        const id = callId(command.invocationIdNotificationIdx);
        return [id, ...answer(CallCompletion, completionId, script.call?.(command))];
      }
      case "OneWayCallCommand":
        return [callId(command.invocationIdNotificationIdx)];
      default:
        return [];
    }
  }
}

/** An attempt that runs against a scripted server. */
export class ServedAttempt {
  readonly server: ScriptedServer;
  readonly heard: Heard[] = [];
  /** How often the attempt has written. */
  writes = 0;
  hasEnded = false;
  running!: RunningAttempt;

  constructor(server: ScriptedServer) {
    this.server = server;
  }

  begin(): void {
    const { server } = this;
    const { script } = server;
    this.running = startAttempt(
      server.handler,
      {
        version: server.version,
        headers: { "x-attempt": "1" },
        extraArgs: ["extra"],
        sink: {
          write: (bytes) => this.#received(bytes),
          end: () => {
            if (this.hasEnded) throw new Error("the response ended twice");
            this.hasEnded = true;
          },
        },
      },
      {
        now: () => NOW_MS,
        logger: (metadata: LogMetadata, ...parts: unknown[]) => {
          const { level, source, replaying } = metadata;
          server.logs.push({ level, source, replaying, text: parts.map(String).join(" ") });
        },
        ...script.environment,
      },
    );
    const state = script.lazyState ? [] : Object.entries(script.state ?? {});
    const start = Start.frame({
      id: INVOCATION,
      debugId: "inv_1test",
      knownEntries: server.journal.length,
      key: script.key ?? "",
      randomSeed: script.seed ?? 42n,
      partialState: script.lazyState ?? false,
      stateMap: state.map(([key, value]) => ({ key: Buffer.from(key), value: json(value) })),
      ...script.start,
    });
    this.running.push(Buffer.concat([start, ...server.journal]));
  }

  /** The next answer, or the one at this position, if it is not given yet. */
  async answer(position = 0): Promise<void> {
    const [frame] = this.server.unanswered.splice(position, 1);
    if (frame === undefined) throw new Error("nothing to answer");
    this.give(frame);
    await settled();
  }

  /** Answers in order until there is nothing to answer or the attempt is over. */
  async answerAll(): Promise<void> {
    while (!this.hasEnded && this.server.unanswered.length > 0) {
      await this.answer();
    }
  }

  /** Sends a notification that no command asked for. */
  async notify(frame: Buffer): Promise<void> {
    this.give(frame);
    await settled();
  }

  async signal(draft: Draft<ReturnType<typeof SignalNotification.decode>>): Promise<void> {
    await this.notify(SignalNotification.frame(draft));
  }

  /** Stores a notification in the journal, and sends it in the form that this version of the protocol has for it. */
  give(notification: Buffer): void {
    this.server.journal.push(notification);
    this.running.push(this.#asSent(notification));
  }

  /** From v7 on, the result of a run is not sent back to the attempt that has proposed it. */
  #asSent(notification: Buffer): Buffer {
    if (notification.readUInt16BE(0) !== MessageType.RunCompletion || this.server.version < 7) return notification;
    const { completionId } = RunCompletion.decode(notification.subarray(8));
    const isOfThisAttempt = this.named("ProposeRunCompletion").some((run) => run.resultCompletionId === completionId);
    return isOfThisAttempt ? ProposeRunCompletionAck.frame({ completionId }) : notification;
  }

  /** What was heard under a name. */
  named(name: string): Heard[] {
    return this.heard.filter((message) => message.name === name);
  }

  /** The one message with this name. */
  the(name: string): Heard {
    const [first, ...more] = this.named(name);
    if (first === undefined || more.length > 0) {
      throw new Error(`${more.length + (first ? 1 : 0)} × ${name} in ${this.names().join(", ")}`);
    }
    return first;
  }

  names(): string[] {
    return this.heard.map(({ name }) => name);
  }

  /** What the handler answered: its value, or `{ failure }`. Undefined as long as there is none. */
  get output(): unknown {
    const [output] = this.named("OutputCommand");
    if (output === undefined) return undefined;
    return output.failure === undefined ? parse(output.value) : { failure: output.failure };
  }

  #received(bytes: Uint8Array): void {
    if (this.hasEnded) throw new Error("written after the end");
    this.writes += 1;
    for (const { frame, heard } of framesOf(bytes)) {
      this.heard.push(heard);
      this.server.receive(frame, heard);
    }
  }
}

/** Every write consists of whole messages. */
function framesOf(bytes: Uint8Array): { readonly frame: Frame; readonly heard: Heard }[] {
  const decoder = new FrameDecoder(Number.MAX_SAFE_INTEGER);
  decoder.push(Buffer.from(bytes));
  const frames = [];
  for (let frame = decoder.next(); frame !== undefined; frame = decoder.next()) {
    const codec = codecOf(frame.type) as Codec<Record<string, unknown>>;
    const fields = Object.entries(codec.decode(frame.body)).map(([name, value]) => [name, readable(value)]);
    const { name: entry, ...rest } = Object.fromEntries(fields);
    frames.push({ frame, heard: { ...rest, entry, name: messageTypeName(frame.type) } as Heard });
  }
  decoder.end();
  return frames;
}

function isOutput(entry: Buffer): boolean {
  return entry.readUInt16BE(0) === MessageType.OutputCommand;
}

/** Until neither microtasks nor the turn of the event loop have anything left to do. */
export async function settled(): Promise<void> {
  for (let turn = 0; turn < 3; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}

export function json(value: unknown): Buffer {
  return Buffer.from(value === undefined ? "" : JSON.stringify(value));
}

function parse(text: string): unknown {
  return text === "" ? undefined : JSON.parse(text);
}

function readable(value: unknown): unknown {
  if (value instanceof Uint8Array) return Buffer.from(value).toString();
  return Array.isArray(value) ? value.map(readable) : value;
}

function valueOrVoid(value: unknown): { value: Buffer } | { void: true } {
  return value === undefined ? { void: true } : { value: json(value) };
}

interface ValueOrFailure {
  readonly completionId: number;
  readonly value?: Buffer;
  readonly failure?: Failure;
}

function answer(codec: { frame(draft: ValueOrFailure): Buffer }, completionId: number, result: unknown): Buffer[] {
  if (result === NEVER) return [];
  return [
    result instanceof Fails
      ? codec.frame({ completionId, failure: result.failure })
      : codec.frame({ completionId, value: json(result) }),
  ];
}

function callId(completionId: number): Buffer {
  return CallInvocationIdCompletion.frame({ completionId, invocationId: `inv_1called${completionId}` });
}
