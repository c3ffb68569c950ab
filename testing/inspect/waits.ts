import {
  CommandTemplate,
  type FutureMessage,
  isCommand,
  isNotification,
  MessageType,
  Notification,
  Suspension,
} from "../../sdk/protocol/index.ts";
import { describeEntry } from "./describe.ts";
import { masked, type StoredEntry } from "./journal.ts";

/** Something that a suspended invocation waits for. */
export interface Wait {
  /** `sleep`, `call`, `attach`, `promise`, `awakeable`, `signal`, … */
  readonly type: string;
  readonly name: string | undefined;
  /** Whether time or another invocation ends the wait, so that nobody outside has to do anything. */
  readonly isForTime: boolean;
  /** In one line, without ids. */
  readonly line: string;
}

const CANCEL = 1;
const BY_TIME: ReadonlySet<number> = new Set([
  MessageType.SleepCommand,
  MessageType.CallCommand,
  MessageType.OneWayCallCommand,
  MessageType.AttachInvocationCommand,
  MessageType.GetInvocationOutputCommand,
]);

/** What a suspended invocation waits for: what its suspension names, without what has arrived. */
export function readWaits(suspension: Buffer | null, journal: readonly StoredEntry[]): Wait[] {
  if (suspension === null) return [];
  const message = Suspension.decode(suspension);
  const leaves = { completions: new Set<number>(), signals: new Set<number>(), names: new Set<string>() };
  const collect = (
    future: Pick<FutureMessage, "waitingCompletions" | "waitingSignals" | "waitingNamedSignals"> & {
      nestedFutures?: readonly FutureMessage[];
    },
  ) => {
    for (const id of future.waitingCompletions) leaves.completions.add(id);
    for (const index of future.waitingSignals) if (index !== CANCEL) leaves.signals.add(index);
    for (const name of future.waitingNamedSignals) leaves.names.add(name);
    for (const nested of future.nestedFutures ?? []) collect(nested);
  };
  collect(message.awaitingOn ?? message);
  for (const { type, body } of journal) {
    if (!isNotification(type)) continue;
    const { completionId, signalId, signalName } = Notification.decode(body);
    if (completionId !== undefined) leaves.completions.delete(completionId);
    if (signalId !== undefined) leaves.signals.delete(signalId);
    if (signalName !== undefined) leaves.names.delete(signalName);
  }
  const waits: Wait[] = [];
  for (const { type, body } of journal) {
    if (!isCommand(type)) continue;
    const { resultCompletionId } = CommandTemplate.decode(body);
    if (resultCompletionId === undefined || !leaves.completions.has(resultCompletionId)) continue;
    const { type: what, name } = describeEntry(type, body);
    waits.push(waitOf(what, name, BY_TIME.has(type)));
  }
  for (const _index of leaves.signals) waits.push(waitOf("awakeable", undefined, false));
  for (const name of leaves.names) waits.push(waitOf("signal", name, false));
  return waits;
}

function waitOf(type: string, name: string | undefined, isForTime: boolean): Wait {
  return { type, name, isForTime, line: name === undefined || name === "" ? type : `${type} ${masked(name)}` };
}
