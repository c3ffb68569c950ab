import { codec } from "./codec.ts";
import { bool, bytes, type MessageOf, millis, oneof, optional, repeated, string, uint32, uint64 } from "./fields.ts";
import { MessageType } from "./message-type.ts";
import { failure, future, stateEntries } from "./nested.ts";

/** Messages that steer an attempt: its start, its end, and the acknowledgements between. */

const startFields = {
  /** The 24 bytes of the invocation id. */
  id: bytes(1),
  /** The textual invocation id. */
  debugId: string(2),
  /** Commands and notifications that are replayed after this message. */
  knownEntries: uint32(3),
  stateMap: stateEntries(4),
  /** Whether `stateMap` may lack keys. */
  partialState: bool(5),
  /** Key of the virtual object or workflow, otherwise empty. */
  key: string(6),
  retryCountSinceLastStoredEntry: uint32(7),
  /** Milliseconds. */
  durationSinceLastStoredEntry: millis(8),
  /** Since v6. */
  randomSeed: uint64(9),
  /** Since v7. */
  scope: optional(string(10)),
  /** Since v7. */
  limitKey: optional(string(11)),
  /** Since v7. */
  idempotencyKey: optional(string(12)),
};
export const Start = codec(MessageType.Start, startFields);
export type StartMessage = MessageOf<typeof startFields>;

const suspensionFields = {
  /** v5 and v6: any one of the three lists resumes the invocation. */
  waitingCompletions: repeated(uint32(1)),
  waitingSignals: repeated(uint32(2)),
  waitingNamedSignals: repeated(string(3)),
  /** v7, instead of the three lists. */
  awaitingOn: future(4),
};
export const Suspension = codec(MessageType.Suspension, suspensionFields);
export type SuspensionMessage = MessageOf<typeof suspensionFields>;

/** What an SDK wants done about an error (v7). */
export const ErrorBehavior = { Retry: 0, Pause: 1, Fail: 2 } as const;
export type ErrorBehavior = (typeof ErrorBehavior)[keyof typeof ErrorBehavior];

/** `ErrorMessage.code` of a journal that does not fit the code. */
export const JOURNAL_MISMATCH = 570;
/** `ErrorMessage.code` of a message that came when it must not. */
export const PROTOCOL_VIOLATION = 571;

const errorFields = {
  /** An HTTP status code, `JOURNAL_MISMATCH` or `PROTOCOL_VIOLATION`. */
  code: uint32(1),
  message: string(2),
  stacktrace: string(3),
  relatedCommandIndex: optional(uint32(4)),
  relatedCommandName: optional(string(5)),
  relatedCommandType: optional(uint32(6)),
  /** Milliseconds; overrides the retry policy for the next attempt. */
  nextRetryDelay: optional(millis(8)),
  /** An `ErrorBehavior`; a newer protocol may know more of them. Since v7. */
  behavior: uint32(9),
};
export const ErrorMessage = codec(MessageType.Error, errorFields);
export type ErrorMessageMessage = MessageOf<typeof errorFields>;

const endFields = {};
export const End = codec(MessageType.End, endFields);

const commandAckFields = { commandIndex: uint32(1) };
export const CommandAck = codec(MessageType.CommandAck, commandAckFields);

const proposeRunCompletionFields = {
  resultCompletionId: uint32(1),
  /** Unlike the results of notifications, `value` is plain bytes on the wire. */
  ...oneof({ value: bytes(14), failure: failure(15) }),
};
export const ProposeRunCompletion = codec(MessageType.ProposeRunCompletion, proposeRunCompletionFields);

const awaitingOnFields = {
  awaitingOn: future(1),
  /** Whether the SDK is still executing a `run` that it waits for. */
  executingSideEffects: bool(2),
};
export const AwaitingOn = codec(MessageType.AwaitingOn, awaitingOnFields);

const proposeRunCompletionAckFields = { completionId: uint32(1) };
export const ProposeRunCompletionAck = codec(MessageType.ProposeRunCompletionAck, proposeRunCompletionAckFields);
