import { quoted, sql } from "../../api/sql.ts";
import { msOf } from "../../ui/time.ts";

/** Entries that a page asks for; longer journals are shown up to there, and said to be longer. */
export const ENTRY_LIMIT = 2000;

interface StoredEntry {
  readonly index: number;
  readonly entry_type: string;
  readonly name?: string;
  readonly raw_length: number;
  readonly entry_lite_json?: string;
  readonly appended_at?: string;
}

interface StoredEvent {
  readonly after_journal_entry_index?: number;
  readonly appended_at: string;
  readonly event_type: string;
  readonly event_json: string;
}

/** An invocation that an entry has made. */
export interface Callee {
  readonly id: string;
  readonly target: string;
  readonly isAwaited: boolean;
}

/** What a handler did, with the notification that completed it. */
export interface Entry {
  readonly kind: "entry";
  readonly index: number;
  /** Index among the commands, by which errors name one. */
  readonly commandIndex: number | undefined;
  /** `Run`, `Call`, `Sleep`, …; `Signal` for one that was received. */
  readonly type: string;
  readonly name: string | undefined;
  readonly atMs: number | undefined;
  readonly endMs: number | undefined;
  /** It has no result yet, and will have one. */
  readonly isPending: boolean;
  readonly hasFailed: boolean;
  readonly completedBy: number | undefined;
  readonly size: number;
  readonly callee: Callee | undefined;
  /** Of a sleep or a delayed send. */
  readonly dueMs: number | undefined;
}

/** Attempts that failed at the same point with the same words. */
export interface FailedAttempts {
  readonly kind: "failure";
  readonly after: number;
  readonly atMs: readonly number[];
  readonly code: number;
  readonly restateCode: string | undefined;
  readonly message: string;
  readonly stacktrace: string | undefined;
  readonly commandIndex: number | undefined;
  readonly commandName: string | undefined;
}

/** What the server or a person did. */
export interface Intervention {
  readonly kind: "event";
  readonly after: number;
  readonly atMs: number;
  readonly type: string;
  readonly detail: string;
}

export type Line = Entry | FailedAttempts | Intervention;

export interface Journal {
  /** In the order of the journal, with events behind the entry that they came after. */
  readonly lines: readonly Line[];
  readonly isCut: boolean;
}

export async function journalOf(id: string, signal: AbortSignal): Promise<Journal> {
  const [entries, events] = await Promise.all([
    sql<StoredEntry>(
      `SELECT index, entry_type, name, raw_length, entry_lite_json, appended_at FROM sys_journal WHERE id = ${quoted(id)} ORDER BY index LIMIT ${ENTRY_LIMIT}`,
      signal,
    ),
    sql<StoredEvent>(
      `SELECT after_journal_entry_index, appended_at, event_type, event_json FROM sys_journal_events WHERE id = ${quoted(id)} ORDER BY appended_at LIMIT 1000`,
      signal,
    ),
  ]);
  return readJournal(entries, events);
}

/** Puts commands, their completions and the events together. */
export function readJournal(entries: readonly StoredEntry[], events: readonly StoredEvent[]): Journal {
  const completions = new Map<number, { index: number; atMs: number | undefined; hasFailed: boolean; size: number }>();
  for (const entry of entries) {
    const notification = notificationOf(entry);
    if (notification?.completionId === undefined) continue;
    const { completionId, hasFailed } = notification;
    const atMs = msOf(entry.appended_at);
    completions.set(completionId, { index: entry.index, atMs, hasFailed, size: entry.raw_length });
  }
  const read: Entry[] = [];
  let commandIndex = 0;
  for (const entry of entries) {
    const type = entry.entry_type.replace(/^\w+: /, "");
    if (entry.entry_type.startsWith("Notification")) {
      const notification = notificationOf(entry);
      if (notification?.completionId === undefined) read.push(signalOf(entry, notification?.hasFailed ?? false));
      continue;
    }
    const fields = fieldsOf(entry, "Command", type);
    const resultId = number(fields.result_completion_id) ?? number(fields.completion_id);
    const completion = resultId === undefined ? undefined : completions.get(resultId);
    const atMs = msOf(entry.appended_at);
    read.push({
      kind: "entry",
      index: entry.index,
      commandIndex: commandIndex++,
      type,
      name: nonEmpty(entry.name) ?? text(fields.name) ?? text(fields.key) ?? text(fields.awakeable_id),
      atMs,
      endMs: resultId === undefined ? atMs : completion?.atMs,
      isPending: resultId !== undefined && completion === undefined,
      hasFailed: completion?.hasFailed ?? fields.result === "Failure",
      completedBy: completion?.index,
      size: entry.raw_length + (completion?.size ?? 0),
      callee: calleeOf(type, fields),
      dueMs: number(fields.wake_up_time) || number(fields.invoke_time) || undefined,
    });
  }
  return { lines: withEvents(read, events), isCut: entries.length === ENTRY_LIMIT };
}

function withEvents(entries: readonly Entry[], events: readonly StoredEvent[]): Line[] {
  const lines: Line[] = [...entries];
  let last: FailedAttempts | undefined;
  for (const event of events) {
    const line = eventLine(event);
    if (line.kind === "failure" && last !== undefined && isSame(last, line)) {
      const joined: FailedAttempts = { ...last, atMs: [...last.atMs, ...line.atMs] };
      lines[lines.indexOf(last)] = joined;
      last = joined;
    } else {
      lines.push(line);
      last = line.kind === "failure" ? line : undefined;
    }
  }
  // Stable: what comes after the same entry stays in the order of time.
  return lines.sort((a, b) => placeOf(a) - placeOf(b));
}

const placeOf = (line: Line): number => (line.kind === "entry" ? line.index : line.after + 0.5);

const isSame = (a: FailedAttempts, b: FailedAttempts): boolean =>
  a.after === b.after && a.message === b.message && a.code === b.code && a.commandIndex === b.commandIndex;

function eventLine({ after_journal_entry_index = 0, appended_at, event_type, event_json }: StoredEvent): Line {
  const event = parsed(event_json);
  const atMs = msOf(appended_at) as number;
  if (event_type !== "TransientError") {
    return { kind: "event", after: after_journal_entry_index, atMs, type: event_type, detail: event_json };
  }
  return {
    kind: "failure",
    after: after_journal_entry_index,
    atMs: [atMs],
    code: number(event.error_code) ?? 500,
    restateCode: text(event.restate_doc_error_code),
    message: text(event.error_message) ?? "unknown",
    stacktrace: text(event.error_stacktrace),
    commandIndex: number(event.related_command_index),
    commandName: text(event.related_command_name),
  };
}

type Fields = Readonly<Record<string, unknown>>;

function parsed(json: string | undefined): Fields {
  if (json === undefined) return {};
  try {
    const value = JSON.parse(json) as unknown;
    return typeof value === "object" && value !== null ? (value as Fields) : {};
  } catch {
    return {};
  }
}

function inside(value: unknown, name: string): Fields {
  const inner = typeof value === "object" && value !== null ? (value as Fields)[name] : undefined;
  return typeof inner === "object" && inner !== null ? (inner as Fields) : {};
}

function fieldsOf(entry: StoredEntry, kind: string, type: string): Fields {
  return inside(inside(parsed(entry.entry_lite_json), kind), type);
}

function notificationOf(entry: StoredEntry): { completionId: number | undefined; hasFailed: boolean } | undefined {
  if (!entry.entry_type.startsWith("Notification")) return undefined;
  const notification = inside(parsed(entry.entry_lite_json), "Notification");
  const { CompletionId } = inside(notification, "id");
  return { completionId: number(CompletionId), hasFailed: notification.result === "Failure" };
}

function signalOf(entry: StoredEntry, hasFailed: boolean): Entry {
  const atMs = msOf(entry.appended_at);
  const { SignalIndex, SignalName } = inside(inside(parsed(entry.entry_lite_json), "Notification"), "id");
  const isCancel = SignalIndex === 1;
  return {
    kind: "entry",
    index: entry.index,
    commandIndex: undefined,
    type: isCancel ? "Cancel" : "Signal",
    name: isCancel
      ? undefined
      : (text(SignalName) ?? (SignalIndex === undefined ? undefined : `#${String(SignalIndex)}`)),
    atMs,
    endMs: atMs,
    isPending: false,
    hasFailed,
    completedBy: undefined,
    size: entry.raw_length,
    callee: undefined,
    dueMs: undefined,
  };
}

function calleeOf(type: string, fields: Fields): Callee | undefined {
  const id = text(fields.invocation_id);
  if (id === undefined) return undefined;
  const target = Object.values(inside(fields, "invocation_target"))[0] as Fields | undefined;
  const parts = [target?.name, target?.key, target?.handler].map(text).filter((part) => part !== undefined);
  return { id, target: parts.join("/"), isAwaited: type === "Call" };
}

const number = (value: unknown): number | undefined => (typeof value === "number" ? value : undefined);
const nonEmpty = (value: string | undefined): string | undefined => (value === "" ? undefined : value);
const text = (value: unknown): string | undefined => (typeof value === "string" && value !== "" ? value : undefined);
