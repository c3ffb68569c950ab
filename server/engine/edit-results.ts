import { createHash } from "node:crypto";
import {
  CommandTemplate,
  FIRST_COMMAND,
  FIRST_NOTIFICATION,
  GetEagerStateCommand,
  GetEagerStateKeysCommand,
  isCommand,
  isNotification,
  MessageType,
  messageTypeName,
  Notification,
} from "../../sdk/protocol/index.ts";
import type { JournalRow } from "../storage/index.ts";

/** What somebody writes into a journal in the place of a result. */
export type EditedResult =
  | { readonly kind: "value"; readonly value: Buffer }
  | { readonly kind: "failure"; readonly failure: { readonly code: number; readonly message: string } }
  /** Names of keys of the state. */
  | { readonly kind: "state_keys"; readonly keys: readonly Buffer[] }
  /** Nothing: a sleep is over, a key of the state is not set. */
  | { readonly kind: "void" };

type Kind = EditedResult["kind"];

/** The results that a protocol message can carry, by its type. What is not here cannot be edited. */
const KINDS: ReadonlyMap<number, readonly Kind[]> = new Map<number, readonly Kind[]>([
  [MessageType.RunCompletion, ["value", "failure"]],
  [MessageType.CallCompletion, ["value", "failure"]],
  [MessageType.SleepCompletion, ["void"]],
  [MessageType.SignalNotification, ["value", "failure"]],
  [MessageType.GetLazyStateCompletion, ["value", "void"]],
  [MessageType.GetEagerStateCommand, ["value", "void"]],
  [MessageType.GetLazyStateKeysCompletion, ["state_keys"]],
  [MessageType.GetEagerStateKeysCommand, ["state_keys"]],
  [MessageType.GetPromiseCompletion, ["value", "failure"]],
  [MessageType.PeekPromiseCompletion, ["value", "failure", "void"]],
  [MessageType.CompletePromiseCompletion, ["void", "failure"]],
  [MessageType.AttachInvocationCompletion, ["value", "failure"]],
  [MessageType.GetInvocationOutputCompletion, ["value", "failure", "void"]],
]);

/** Where the result of an entry is, or would be. */
export interface ResultPlace {
  /** Index of the command; of the signal itself. */
  readonly entry: number;
  readonly command: JournalRow;
  /** Type of the message that carries the result. */
  readonly type: number;
  /** Of the completion; `undefined` for a signal and for state that came with the start. */
  readonly completionId: number | undefined;
  /** Index of the message that carries it; `undefined`: there is none yet. */
  readonly index: number | undefined;
  readonly kinds: readonly Kind[];
}

/** Finds the result that belongs to the entry at `index`, be it the command or the completion; `undefined`: it has none. */
export function resultPlace(rows: readonly JournalRow[], index: number): ResultPlace | undefined {
  const row = rows[index];
  if (row === undefined) return undefined;
  if (isNotification(row.type) && row.type !== MessageType.SignalNotification) {
    const command = rows.findIndex((other) => resultIdOf(other) === row.notification && row.notification !== null);
    return command === -1 || row.type === MessageType.CallInvocationIdCompletion
      ? undefined
      : resultPlace(rows, command);
  }
  const resultId = resultIdOf(row);
  const type = resultId === undefined ? row.type : row.type - FIRST_COMMAND + FIRST_NOTIFICATION;
  const kinds = KINDS.get(type);
  // A signal without a value is the request to cancel, which is no result.
  if (kinds === undefined || (type === MessageType.SignalNotification && Notification.decode(row.body).void)) {
    return undefined;
  }
  if (resultId === undefined) return { entry: index, command: row, type, completionId: undefined, index, kinds };
  const at = rows.findIndex(({ notification }) => notification === resultId);
  return { entry: index, command: row, type, completionId: resultId, index: at === -1 ? undefined : at, kinds };
}

/** The id of the completion that a command gets as its result. */
function resultIdOf({ type, body }: JournalRow): number | undefined {
  return isCommand(type) ? CommandTemplate.decode(body).resultCompletionId : undefined;
}

/** The ids of all completions that a command gets. */
export function completionIdsOf({ type, body }: JournalRow): number[] {
  if (!isCommand(type)) return [];
  const { resultCompletionId, invocationIdNotificationIdx } = CommandTemplate.decode(body);
  return [resultCompletionId, invocationIdNotificationIdx].filter((id) => id !== undefined);
}

/** The body of the message that carries `result`. */
export function bodyWith(place: ResultPlace, result: EditedResult): Buffer {
  if (place.type === MessageType.GetEagerStateCommand) {
    const { key, name } = GetEagerStateCommand.decode(place.command.body);
    return GetEagerStateCommand.encode(
      result.kind === "value" ? { key, name, value: result.value } : { key, name, void: true },
    );
  }
  if (place.type === MessageType.GetEagerStateKeysCommand) {
    const { name } = GetEagerStateKeysCommand.decode(place.command.body);
    return GetEagerStateKeysCommand.encode({ name, value: result.kind === "state_keys" ? result.keys : [] });
  }
  const fields = fieldsOf(result);
  if (place.completionId !== undefined) return Notification.encode({ completionId: place.completionId, ...fields });
  const { signalId, signalName } = Notification.decode(place.command.body);
  return Notification.encode(signalName === undefined ? { signalId, ...fields } : { signalName, ...fields });
}

function fieldsOf(result: EditedResult) {
  switch (result.kind) {
    case "value":
      return { value: result.value };
    case "failure":
      return { failure: result.failure };
    case "state_keys":
      return { stateKeys: result.keys };
    case "void":
      return { void: true as const };
  }
}

/** Values beyond it are named by their length and hash. */
const SHOWN_BYTES = 4096;

/** A result as it stands in an event of the journal. */
export function shownResult(type: number, body: Buffer): object {
  if (type === MessageType.GetEagerStateCommand) return shownValue(GetEagerStateCommand.decode(body).value);
  if (type === MessageType.GetEagerStateKeysCommand) {
    return shownKeys(GetEagerStateKeysCommand.decode(body).value ?? []);
  }
  const { value, failure, stateKeys } = Notification.decode(body);
  if (failure !== undefined) return { failure: { code: failure.code, message: failure.message } };
  return stateKeys === undefined ? shownValue(value) : shownKeys(stateKeys);
}

function shownValue(value: Buffer | undefined): object {
  if (value === undefined) return { void: true };
  if (value.length > SHOWN_BYTES) {
    return { value_length: value.length, value_sha256: createHash("sha256").update(value).digest("hex") };
  }
  return isText(value) ? { value: value.toString() } : { value_base64: value.toString("base64") };
}

function shownKeys(keys: readonly Buffer[]): object {
  const list = keys.every(isText)
    ? { state_keys: keys.map((key) => key.toString()) }
    : { state_keys_base64: keys.map((key) => key.toString("base64")) };
  const json = JSON.stringify(Object.values(list)[0]);
  if (json.length <= SHOWN_BYTES) return list;
  return { state_key_count: keys.length, state_keys_sha256: createHash("sha256").update(json).digest("hex") };
}

const isText = (bytes: Buffer): boolean => Buffer.from(bytes.toString()).equals(bytes);

/** `Run`, `Signal`, …: an entry's type as SQL spells it. */
export function entryTypeOf(type: number): string {
  return messageTypeName(type).replace(/(Command|Notification|Completion)$/, "");
}
