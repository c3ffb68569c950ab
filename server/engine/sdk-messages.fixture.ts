/** For tests: what an SDK says, as the arguments of `Transcript.says`. */
import {
  AttachInvocationCommand,
  AwaitingOn,
  BuiltInSignal,
  CallCommand,
  CompleteAwakeableCommand,
  CompletePromiseCommand,
  End,
  ErrorMessage,
  type ErrorMessageMessage,
  type FutureMessage,
  GetPromiseCommand,
  MessageType,
  OneWayCallCommand,
  OutputCommand,
  ProposeRunCompletion,
  REQUESTED_ACK,
  RunCommand,
  SendSignalCommand,
  SetStateCommand,
  SleepCommand,
  Suspension,
} from "../../sdk/protocol/index.ts";

export type Said = readonly [type: number, body: Buffer, flags?: number];

const bytes = (text: string) => Buffer.from(text);

export const end: Said = [MessageType.End, End.encode({})];

export const output = (text: string): Said => [MessageType.OutputCommand, OutputCommand.encode({ value: bytes(text) })];

export const outputFailure = (code: number, message: string): Said => [
  MessageType.OutputCommand,
  OutputCommand.encode({ failure: { code, message } }),
];

export const run = (completionId: number): Said => [
  MessageType.RunCommand,
  RunCommand.encode({ resultCompletionId: completionId, name: "step" }),
];

export const propose = (completionId: number, text: string, options: { ack?: boolean } = {}): Said => [
  MessageType.ProposeRunCompletion,
  ProposeRunCompletion.encode({ resultCompletionId: completionId, value: bytes(text) }),
  options.ack === true ? REQUESTED_ACK : 0,
];

export const sleep = (completionId: number, wakeUpTime: number): Said => [
  MessageType.SleepCommand,
  SleepCommand.encode({ resultCompletionId: completionId, wakeUpTime }),
];

export const setState = (name: string, text: string): Said => [
  MessageType.SetStateCommand,
  SetStateCommand.encode({ key: bytes(name), value: bytes(text) }),
];

export const call = (
  path: string,
  ids: { idCompletion: number; result: number },
  more: { idempotencyKey?: string; scope?: string; limitKey?: string } = {},
): Said => {
  const parts = path.split("/");
  return [
    MessageType.CallCommand,
    CallCommand.encode({
      serviceName: parts[0] ?? "",
      handlerName: parts[2] ?? parts[1] ?? "",
      key: parts.length === 3 ? (parts[1] ?? "") : "",
      parameter: bytes("1"),
      invocationIdNotificationIdx: ids.idCompletion,
      resultCompletionId: ids.result,
      ...more,
    }),
  ];
};

export const oneWayCall = (path: string, idCompletion: number, invokeTime = 0): Said => {
  const parts = path.split("/");
  return [
    MessageType.OneWayCallCommand,
    OneWayCallCommand.encode({
      serviceName: parts[0] ?? "",
      handlerName: parts[2] ?? parts[1] ?? "",
      key: parts.length === 3 ? (parts[1] ?? "") : "",
      parameter: bytes("1"),
      invocationIdNotificationIdx: idCompletion,
      invokeTime,
    }),
  ];
};

export const attach = (invocationId: string, completionId: number): Said => [
  MessageType.AttachInvocationCommand,
  AttachInvocationCommand.encode({ invocationId, resultCompletionId: completionId }),
];

export const getPromise = (name: string, completionId: number): Said => [
  MessageType.GetPromiseCommand,
  GetPromiseCommand.encode({ key: name, resultCompletionId: completionId }),
];

export const completePromise = (name: string, text: string, completionId: number): Said => [
  MessageType.CompletePromiseCommand,
  CompletePromiseCommand.encode({ key: name, completionValue: bytes(text), resultCompletionId: completionId }),
];

export const completeAwakeable = (awakeableId: string, text: string): Said => [
  MessageType.CompleteAwakeableCommand,
  CompleteAwakeableCommand.encode({ awakeableId, value: bytes(text) }),
];

/** The flat form of v5 and v6. */
export const suspendOn = (...completionIds: number[]): Said => [
  MessageType.Suspension,
  Suspension.encode({ waitingCompletions: completionIds, waitingSignals: [1] }),
];

/** The tree of v7. */
export const suspendOnTree = (awaitingOn: Partial<FutureMessage>): Said => [
  MessageType.Suspension,
  Suspension.encode({ awaitingOn }),
];

/** What the handler waits for while its request is open (v7). */
export const awaitingOn = (awaited: Partial<FutureMessage>, executingSideEffects = false): Said => [
  MessageType.AwaitingOn,
  AwaitingOn.encode({ awaitingOn: awaited, executingSideEffects }),
];

export const error = (message: string, more: Partial<ErrorMessageMessage> = {}): Said => [
  MessageType.Error,
  ErrorMessage.encode({ code: 500, message, ...more }),
];

export const cancel = (invocationId: string): Said => [
  MessageType.SendSignalCommand,
  SendSignalCommand.encode({ targetInvocationId: invocationId, idx: BuiltInSignal.Cancel, void: true }),
];
