import { bodyCodec, codec } from "./codec.ts";
import { empty, type MessageOf, oneof, string, uint32 } from "./fields.ts";
import { MessageType } from "./message-type.ts";
import { failure, stateKeys, value } from "./nested.ts";

/** Notifications of the journal: completions of commands, by completion id, and signals, by index or name. */
const notificationFields = {
  ...oneof({ completionId: uint32(1), signalId: uint32(2), signalName: string(3) }),
  ...oneof({
    void: empty(4),
    value: value(5),
    failure: failure(6),
    invocationId: string(16),
    stateKeys: stateKeys(17),
  }),
};
/** Reads and writes the body of any notification: they all follow one template. */
export const Notification = bodyCodec(notificationFields);
export type NotificationMessage = MessageOf<typeof notificationFields>;

const completed = { completionId: uint32(1) };
const valueOrFailureFields = { ...completed, ...oneof({ value: value(5), failure: failure(6) }) };
const voidValueOrFailureFields = {
  ...completed,
  ...oneof({ void: empty(4), value: value(5), failure: failure(6) }),
};

const getLazyStateFields = { ...completed, ...oneof({ void: empty(4), value: value(5) }) };
export const GetLazyStateCompletion = codec(MessageType.GetLazyStateCompletion, getLazyStateFields);

const getLazyStateKeysFields = { ...completed, stateKeys: stateKeys(17) };
export const GetLazyStateKeysCompletion = codec(MessageType.GetLazyStateKeysCompletion, getLazyStateKeysFields);

export const GetPromiseCompletion = codec(MessageType.GetPromiseCompletion, valueOrFailureFields);

export const PeekPromiseCompletion = codec(MessageType.PeekPromiseCompletion, voidValueOrFailureFields);

const completePromiseFields = { ...completed, ...oneof({ void: empty(4), failure: failure(6) }) };
export const CompletePromiseCompletion = codec(MessageType.CompletePromiseCompletion, completePromiseFields);

const sleepFields = { ...completed, void: empty(4) };
export const SleepCompletion = codec(MessageType.SleepCompletion, sleepFields);

export const CallCompletion = codec(MessageType.CallCompletion, valueOrFailureFields);

const callInvocationIdFields = { ...completed, invocationId: string(16) };
export const CallInvocationIdCompletion = codec(MessageType.CallInvocationIdCompletion, callInvocationIdFields);

export const RunCompletion = codec(MessageType.RunCompletion, valueOrFailureFields);

export const AttachInvocationCompletion = codec(MessageType.AttachInvocationCompletion, valueOrFailureFields);

export const GetInvocationOutputCompletion = codec(MessageType.GetInvocationOutputCompletion, voidValueOrFailureFields);

/** Signal indexes with a meaning of their own; awakeables start at 17, 2 to 15 are reserved. */
export const BuiltInSignal = { Cancel: 1 } as const;

const signalFields = {
  ...oneof({ idx: uint32(2), name: string(3) }),
  ...oneof({ void: empty(4), value: value(5), failure: failure(6) }),
};
export const SignalNotification = codec(MessageType.SignalNotification, signalFields);
export type SignalNotificationMessage = MessageOf<typeof signalFields>;
