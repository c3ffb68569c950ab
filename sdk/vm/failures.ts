import { MessageType } from "../protocol/index.ts";
import type { CommandKind } from "./types.ts";

/** Codes of `ErrorMessage` beside those that the protocol names itself. */
export const INTERNAL = 500;
export const UNSUPPORTED_FEATURE = 573;

/** The attempt has ended: suspended, failed or complete. What the handler still does has no effect. */
export class VmClosedError extends Error {
  override readonly name = "VmClosedError";
}

/** The handler did something else than what its journal says. The machine is closed and its message written. */
export class JournalMismatchError extends Error {
  override readonly name = "JournalMismatchError";
}

/** A command that an `ErrorMessage` points to. */
export interface FailedCommand {
  readonly index: number;
  readonly type: number;
  /** Empty or absent: the entry has no name. */
  readonly name?: string | undefined;
}

const TYPES: Readonly<Record<CommandKind, number>> = {
  input: MessageType.InputCommand,
  output: MessageType.OutputCommand,
  getState: MessageType.GetLazyStateCommand,
  getStateKeys: MessageType.GetLazyStateKeysCommand,
  setState: MessageType.SetStateCommand,
  clearState: MessageType.ClearStateCommand,
  clearAllState: MessageType.ClearAllStateCommand,
  getPromise: MessageType.GetPromiseCommand,
  peekPromise: MessageType.PeekPromiseCommand,
  completePromise: MessageType.CompletePromiseCommand,
  sleep: MessageType.SleepCommand,
  call: MessageType.CallCommand,
  oneWayCall: MessageType.OneWayCallCommand,
  sendSignal: MessageType.SendSignalCommand,
  run: MessageType.RunCommand,
  attachInvocation: MessageType.AttachInvocationCommand,
  getInvocationOutput: MessageType.GetInvocationOutputCommand,
  completeAwakeable: MessageType.CompleteAwakeableCommand,
};

/** The message type by which an error points to a command of this kind. */
export function commandType(kind: CommandKind): number {
  return TYPES[kind];
}
