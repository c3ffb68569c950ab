import {
  AttachInvocationCommand,
  CallCommand,
  ClearAllStateCommand,
  ClearStateCommand,
  type Codec,
  CompleteAwakeableCommand,
  CompletePromiseCommand,
  type Draft,
  GetEagerStateCommand,
  GetEagerStateKeysCommand,
  GetInvocationOutputCommand,
  GetLazyStateCommand,
  GetLazyStateKeysCommand,
  GetPromiseCommand,
  InputCommand,
  OneWayCallCommand,
  OutputCommand,
  PeekPromiseCommand,
  RunCommand,
  SendSignalCommand,
  SetStateCommand,
  SleepCommand,
} from "../protocol/index.ts";
import { type Aspect, Headers, OneOf, Payload, Plain } from "./aspect.ts";

/** A command that a handler makes: how it is written, and what must be the same when it is replayed. */
export interface Command<T> {
  readonly codec: Codec<T>;
  /** In the words of a handler's author. */
  readonly verb: string;
  /** What a replayed command must have in common with the recorded one. */
  readonly aspects: readonly Aspect[];
  /** The fields that say which one it was: shown behind the verb. */
  readonly subject: readonly string[];
}

function command<T>(codec: Codec<T>, verb: string, subject: string[], aspects: Aspect[]): Command<T> {
  const created: Command<T> = { codec, verb, aspects, subject };
  byType.set(codec.type, created as unknown as Command<unknown>);
  return created;
}

const byType = new Map<number, Command<unknown>>();

/** The command with this message type; undefined when there is none. */
export function commandOfType(type: number): Command<unknown> | undefined {
  return byType.get(type);
}

const name = new Plain("name");
const key = new Plain("key");
const stateKey = new Payload("key", false);
const resultCompletionId = new Plain("resultCompletionId", "completion id of the result");
const invocationIdNotificationIdx = new Plain("invocationIdNotificationIdx", "completion id of the invocation id");
const target = [
  new Plain("serviceName", "service"),
  new Plain("handlerName", "handler"),
  key,
  new Payload("parameter", true, "argument"),
  new Headers("headers"),
  new Plain("idempotencyKey", "idempotency key"),
  new Plain("scope"),
  new Plain("limitKey", "limit key"),
  name,
  invocationIdNotificationIdx,
];
const existing = new Plain("invocationId", "invocation");

export const Input = command(InputCommand, "take its input", [], []);
export const Output = command(OutputCommand, "return", [], [new OneOf("value", "failure"), name]);

export const GetLazyState = command(GetLazyStateCommand, "get state", ["key"], [stateKey, name, resultCompletionId]);
/** The recorded value is the answer, so there is nothing to compare it with. */
export const GetEagerState = command(GetEagerStateCommand, "get state", ["key"], [stateKey, name]);
export const GetLazyStateKeys = command(GetLazyStateKeysCommand, "get state keys", [], [name, resultCompletionId]);
export const GetEagerStateKeys = command(GetEagerStateKeysCommand, "get state keys", [], [name]);
export const SetState = command(SetStateCommand, "set state", ["key"], [stateKey, new Payload("value", true), name]);
export const ClearState = command(ClearStateCommand, "clear state", ["key"], [stateKey, name]);
export const ClearAllState = command(ClearAllStateCommand, "clear all state", [], [name]);

/** The recorded time of waking up counts; that of a replay is later. */
export const Sleep = command(SleepCommand, "sleep", ["name"], [name]);
export const Run = command(RunCommand, "run", ["name"], [name, resultCompletionId]);
export const Call = command(CallCommand, "call", ["serviceName", "handlerName"], [...target, resultCompletionId]);
/** As with a sleep, the time is the recorded one. */
export const Send = command(OneWayCallCommand, "send to", ["serviceName", "handlerName"], target);
export const Attach = command(
  AttachInvocationCommand,
  "attach to invocation",
  ["invocationId"],
  [existing, name, resultCompletionId],
);
export const GetInvocationOutput = command(
  GetInvocationOutputCommand,
  "get the output of invocation",
  ["invocationId"],
  [existing, name, resultCompletionId],
);

export const GetPromise = command(GetPromiseCommand, "get promise", ["key"], [key, name, resultCompletionId]);
export const PeekPromise = command(PeekPromiseCommand, "peek promise", ["key"], [key, name, resultCompletionId]);
export const CompletePromise = command(
  CompletePromiseCommand,
  "complete promise",
  ["key"],
  [key, new OneOf("completionValue", "completionFailure"), name, resultCompletionId],
);
export const CompleteAwakeable = command(
  CompleteAwakeableCommand,
  "complete awakeable",
  ["awakeableId"],
  [new Plain("awakeableId", "awakeable id"), new OneOf("value", "failure"), name],
);
export const SendSignal = command(
  SendSignalCommand,
  "send signal",
  ["name", "idx", "targetInvocationId"],
  [
    new Plain("targetInvocationId", "invocation"),
    new Plain("idx", "signal index"),
    new Plain("name", "signal name"),
    new OneOf("value", "failure", "void"),
    new Plain("entryName", "name"),
  ],
);

/** One line that says which command a message is. */
export function describeCommand<T>(of: Command<T>, message: Draft<T>): string {
  const fields = message as Readonly<Record<string, unknown>>;
  const subject = of.subject
    .map((field) => fields[field])
    .filter((part) => part !== undefined && String(part) !== "")
    .join("/");
  return subject === "" ? of.verb : `${of.verb} '${subject}'`;
}

/** The name that the handler gave an entry. */
export function entryName<T>(message: Draft<T>): string | undefined {
  const { entryName, name } = message as { entryName?: string; name?: string };
  return entryName ?? name;
}
