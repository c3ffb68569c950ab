import { bodyReader, codec } from "./codec.ts";
import { bytes, empty, type MessageOf, millis, oneof, optional, string, uint32 } from "./fields.ts";
import { MessageType } from "./message-type.ts";
import { failure, headers, idempotentRequestTarget, stateKeys, value, workflowTarget } from "./nested.ts";

/**
 * Commands of the journal. Those that are completed later carry the completion id of their result; `name` is the
 * entry's name, a label without meaning to the protocol.
 */
const named = { name: string(12) };
const completable = { resultCompletionId: uint32(11), ...named };

const commandTemplateFields = {
  invocationIdNotificationIdx: optional(uint32(10)),
  resultCompletionId: optional(uint32(11)),
  entryName: string(12),
};
/** Reads what commands have in common from the body of any of them, custom entries included. */
export const CommandTemplate = bodyReader(commandTemplateFields);

const inputFields = { headers: headers(1), value: value(14), ...named };
export const InputCommand = codec(MessageType.InputCommand, inputFields);

const outputFields = { ...oneof({ value: value(14), failure: failure(15) }), ...named };
export const OutputCommand = codec(MessageType.OutputCommand, outputFields);
export type OutputCommandMessage = MessageOf<typeof outputFields>;

const getLazyStateFields = { key: bytes(1), ...completable };
export const GetLazyStateCommand = codec(MessageType.GetLazyStateCommand, getLazyStateFields);

const setStateFields = { key: bytes(1), value: value(3), ...named };
export const SetStateCommand = codec(MessageType.SetStateCommand, setStateFields);

const clearStateFields = { key: bytes(1), ...named };
export const ClearStateCommand = codec(MessageType.ClearStateCommand, clearStateFields);

const clearAllStateFields = { ...named };
export const ClearAllStateCommand = codec(MessageType.ClearAllStateCommand, clearAllStateFields);

const getLazyStateKeysFields = { ...completable };
export const GetLazyStateKeysCommand = codec(MessageType.GetLazyStateKeysCommand, getLazyStateKeysFields);

const getEagerStateFields = { key: bytes(1), ...oneof({ void: empty(13), value: value(14) }), ...named };
export const GetEagerStateCommand = codec(MessageType.GetEagerStateCommand, getEagerStateFields);

const getEagerStateKeysFields = { value: stateKeys(14), ...named };
export const GetEagerStateKeysCommand = codec(MessageType.GetEagerStateKeysCommand, getEagerStateKeysFields);

const getPromiseFields = { key: string(1), ...completable };
export const GetPromiseCommand = codec(MessageType.GetPromiseCommand, getPromiseFields);

const peekPromiseFields = { key: string(1), ...completable };
export const PeekPromiseCommand = codec(MessageType.PeekPromiseCommand, peekPromiseFields);

const completePromiseFields = {
  key: string(1),
  ...oneof({ completionValue: value(2), completionFailure: failure(3) }),
  ...completable,
};
export const CompletePromiseCommand = codec(MessageType.CompletePromiseCommand, completePromiseFields);

const sleepFields = {
  /** Milliseconds since the epoch. */
  wakeUpTime: millis(1),
  ...completable,
};
export const SleepCommand = codec(MessageType.SleepCommand, sleepFields);

const callFields = {
  serviceName: string(1),
  handlerName: string(2),
  parameter: bytes(3),
  headers: headers(4),
  /** Empty for a service without keys. */
  key: string(5),
  idempotencyKey: optional(string(6)),
  /** Since v7. */
  scope: optional(string(7)),
  /** Since v7. */
  limitKey: optional(string(8)),
  invocationIdNotificationIdx: uint32(10),
  ...completable,
};
export const CallCommand = codec(MessageType.CallCommand, callFields);

const oneWayCallFields = {
  serviceName: string(1),
  handlerName: string(2),
  parameter: bytes(3),
  /** Milliseconds since the epoch; 0 or past: at once. */
  invokeTime: millis(4),
  headers: headers(5),
  /** Empty for a service without keys. */
  key: string(6),
  idempotencyKey: optional(string(7)),
  /** Since v7. */
  scope: optional(string(8)),
  /** Since v7. */
  limitKey: optional(string(9)),
  invocationIdNotificationIdx: uint32(10),
  ...named,
};
export const OneWayCallCommand = codec(MessageType.OneWayCallCommand, oneWayCallFields);

const sendSignalFields = {
  targetInvocationId: string(1),
  /** `name` is the signal's. */
  ...oneof({ idx: uint32(2), name: string(3) }),
  ...oneof({ void: empty(4), value: value(5), failure: failure(6) }),
  entryName: string(12),
};
export const SendSignalCommand = codec(MessageType.SendSignalCommand, sendSignalFields);

const runFields = { ...completable };
export const RunCommand = codec(MessageType.RunCommand, runFields);

const existingInvocation = oneof({
  invocationId: string(1),
  idempotentRequestTarget: idempotentRequestTarget(3),
  workflowTarget: workflowTarget(4),
});

const attachInvocationFields = { ...existingInvocation, ...completable };
export const AttachInvocationCommand = codec(MessageType.AttachInvocationCommand, attachInvocationFields);
export type AttachInvocationCommandMessage = MessageOf<typeof attachInvocationFields>;

const getInvocationOutputFields = { ...existingInvocation, ...completable };
export const GetInvocationOutputCommand = codec(MessageType.GetInvocationOutputCommand, getInvocationOutputFields);

const completeAwakeableFields = {
  /** Both forms of awakeable ids occur here. */
  awakeableId: string(1),
  ...oneof({ value: value(2), failure: failure(3) }),
  ...named,
};
export const CompleteAwakeableCommand = codec(MessageType.CompleteAwakeableCommand, completeAwakeableFields);
