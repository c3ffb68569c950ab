/**
 * Type numbers of the frame header (service protocol v5 to v7). Commands are 0x0400 plus an ordinal; the completion
 * of a command is 0x8000 plus the same ordinal. `CallInvocationIdCompletion` completes both kinds of call.
 */
export const MessageType = {
  Start: 0x0000,
  Suspension: 0x0001,
  Error: 0x0002,
  End: 0x0003,
  CommandAck: 0x0004,
  ProposeRunCompletion: 0x0005,
  AwaitingOn: 0x0006,
  ProposeRunCompletionAck: 0x0007,

  InputCommand: 0x0400,
  OutputCommand: 0x0401,
  GetLazyStateCommand: 0x0402,
  SetStateCommand: 0x0403,
  ClearStateCommand: 0x0404,
  ClearAllStateCommand: 0x0405,
  GetLazyStateKeysCommand: 0x0406,
  GetEagerStateCommand: 0x0407,
  GetEagerStateKeysCommand: 0x0408,
  GetPromiseCommand: 0x0409,
  PeekPromiseCommand: 0x040a,
  CompletePromiseCommand: 0x040b,
  SleepCommand: 0x040c,
  CallCommand: 0x040d,
  OneWayCallCommand: 0x040e,
  SendSignalCommand: 0x0410,
  RunCommand: 0x0411,
  AttachInvocationCommand: 0x0412,
  GetInvocationOutputCommand: 0x0413,
  CompleteAwakeableCommand: 0x0414,

  GetLazyStateCompletion: 0x8002,
  GetLazyStateKeysCompletion: 0x8006,
  GetPromiseCompletion: 0x8009,
  PeekPromiseCompletion: 0x800a,
  CompletePromiseCompletion: 0x800b,
  SleepCompletion: 0x800c,
  CallCompletion: 0x800d,
  CallInvocationIdCompletion: 0x800e,
  RunCompletion: 0x8011,
  AttachInvocationCompletion: 0x8012,
  GetInvocationOutputCompletion: 0x8013,

  SignalNotification: 0xfbff,
} as const;
export type MessageType = (typeof MessageType)[keyof typeof MessageType];

export const FIRST_COMMAND = 0x0400;
/** A completion has the number of its command, beginning here. */
export const FIRST_NOTIFICATION = 0x8000;
export const FIRST_CUSTOM = 0xfc00;
const LAST = 0xffff;

const NAMES: ReadonlyMap<number, string> = new Map(Object.entries(MessageType).map(([name, type]) => [type, name]));

/** Name of a type number: `SleepCommand`; `Custom(0xfc01)` for a custom entry, `Unknown(0x0499)` for the rest. */
export function messageTypeName(type: number): string {
  const name = NAMES.get(type);
  if (name !== undefined) return name;
  return `${isCustomEntry(type) ? "Custom" : "Unknown"}(0x${type.toString(16).padStart(4, "0")})`;
}

/** Whether the type is a journal command: a built-in one, or a custom entry (which needs no completion). */
export function isCommand(type: number): boolean {
  return (type >= FIRST_COMMAND && type < FIRST_NOTIFICATION) || isCustomEntry(type);
}

/** Whether the type is a notification: a completion or a signal. */
export function isNotification(type: number): boolean {
  return type >= FIRST_NOTIFICATION && type < FIRST_CUSTOM;
}

/** Whether the type is in the range that the protocol leaves to custom entries. */
export function isCustomEntry(type: number): boolean {
  return type >= FIRST_CUSTOM && type <= LAST;
}
