import {
  CommandTemplate,
  isCommand,
  MessageType,
  Notification,
  type NotificationMessage,
} from "../../sdk/protocol/index.ts";
import { describeEntry } from "./describe.ts";
import { decoded, type EntryResult, plain } from "./values.ts";

/** A journal as it is stored. */
export interface StoredEntry {
  readonly type: number;
  readonly body: Buffer;
}

/** A step of a handler, with its result; or a signal that came from outside. */
export interface JournalEntry {
  /** Position among the commands of the journal, from 0, as errors count them; that of the one before for a signal. */
  readonly command: number;
  /** `input`, `run`, `sleep`, `call`, `send`, `get state`, `set state`, `awakeable`, `signal`, `output`, … */
  readonly type: string;
  /** What it is about: the name of a step, `Service/handler`, the name of a state entry, … */
  readonly name: string | undefined;
  /** The argument of a call, the value of a state entry, what the handler returned. */
  readonly value: unknown;
  readonly result: EntryResult | undefined;
  /** All of it in one line, without ids and times, the same in every run. */
  readonly line: string;
}

/** What a journal says, command by command: results beside the commands that they belong to. */
export function readJournal(entries: readonly StoredEntry[]): JournalEntry[] {
  const results = new Map<number, EntryResult>();
  for (const { type, body } of entries) {
    if (isCommand(type) || type === MessageType.SignalNotification || type === MessageType.CallInvocationIdCompletion)
      continue;
    const message = Notification.decode(body);
    if (message.completionId !== undefined) results.set(message.completionId, resultOf(message));
  }
  const journal: JournalEntry[] = [];
  let command = -1;
  for (const { type, body } of entries) {
    if (isCommand(type)) {
      command += 1;
      const { resultCompletionId } = CommandTemplate.decode(body);
      const own = describeEntry(type, body);
      const result = own.result ?? (resultCompletionId === undefined ? undefined : results.get(resultCompletionId));
      journal.push(entryOf(command, own.type, own.name, own.value, result));
    } else if (type === MessageType.SignalNotification) {
      const message = Notification.decode(body);
      const { signalId, signalName } = message;
      const kind = signalName !== undefined ? "signal" : signalId === 1 ? "cancelled" : "awakeable";
      journal.push(entryOf(command, kind, signalName, undefined, kind === "cancelled" ? undefined : resultOf(message)));
    }
  }
  return journal;
}

function resultOf(message: NotificationMessage): EntryResult {
  const { value, failure, stateKeys, invocationId } = message;
  if (failure !== undefined) return { failure: plain(failure) };
  if (value !== undefined) return { value: decoded(value) };
  if (stateKeys !== undefined) return { value: stateKeys.map((key) => Buffer.from(key).toString()) };
  return invocationId === undefined ? {} : { value: invocationId };
}

function entryOf(
  command: number,
  type: string,
  name: string | undefined,
  value: unknown,
  result: EntryResult | undefined,
): JournalEntry {
  const subject = name === undefined || name === "" ? "" : ` ${masked(name)}`;
  const argument = value === undefined ? "" : ` = ${shown(value)}`;
  return { command, type, name, value, result, line: `${type}${subject}${argument}${shownResult(result)}` };
}

function shownResult(result: EntryResult | undefined): string {
  if (result === undefined) return "";
  if ("failure" in result) return ` → failed with ${result.failure.code}: ${masked(result.failure.message)}`;
  return result.value === undefined ? " → done" : ` → ${shown(result.value)}`;
}

function shown(value: unknown): string {
  if (value instanceof Uint8Array) return `${value.length} bytes`;
  return masked(JSON.stringify(value) ?? "nothing");
}

/** Ids are other ones in every run. */
export function masked(text: string): string {
  return text
    .replace(/\binv_1[0-9A-Za-z]{10,}/g, "<invocation>")
    .replace(/\b(?:sign|prom)_1[\w-]{10,}/g, "<awakeable>")
    .replace(/\bdp_1[0-9A-Za-z]{10,}/g, "<deployment>");
}
