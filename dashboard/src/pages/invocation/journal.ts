import { quoted, sql } from "../../api/sql.ts";
import { msOf } from "../../ui/time.ts";

/** Entries that a page asks for; longer journals are shown up to there, and said to be longer. */
export const ENTRY_LIMIT = 2000;

/** The code of the protocol. */
const JOURNAL_MISMATCH = 570;

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
  /** By which those who wait for it name it. */
  readonly completionIds: readonly number[];
  readonly size: number;
  readonly callee: Callee | undefined;
  /** Of a sleep or a delayed send. */
  readonly dueMs: number | undefined;
  /** Somebody has edited its result. */
  readonly isEdited: boolean;
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
  readonly commandType: string | undefined;
  /** The handler took another path than the one in its journal. */
  readonly isMismatch: boolean;
}

/** What the server or a person did. */
export interface Intervention {
  readonly kind: "event";
  readonly after: number;
  readonly atMs: number;
  readonly type: string;
  readonly detail: string;
}

/** Somebody has changed the journal while it was paused. */
export interface Edit {
  readonly kind: "edit";
  readonly after: number;
  readonly atMs: number;
  readonly what:
    | {
        readonly kind: "result";
        readonly entry: number;
        readonly type: string;
        readonly name: string | undefined;
        /** `null`: there was none. */
        readonly old: unknown;
        readonly new: unknown;
      }
    | {
        readonly kind: "drop";
        readonly after: number;
        readonly entryCount: number;
        /** Keys of the state that the dropped entries changed, and that stayed so. */
        readonly changedKeys: readonly string[];
        readonly hasClearedAll: boolean;
      };
  readonly detail: string;
}

export type Line = Entry | FailedAttempts | Intervention | Edit;

export interface Journal {
  /** In the order of the journal, with events behind the entry that they came after. */
  readonly lines: readonly Line[];
  readonly isCut: boolean;
  /** How often somebody has edited it. */
  readonly edits: number;
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
      completionIds: [resultId, number(fields.invocation_id_completion_id)].filter((id) => id !== undefined),
      size: entry.raw_length + (completion?.size ?? 0),
      callee: calleeOf(type, fields),
      dueMs: number(fields.wake_up_time) || number(fields.invoke_time) || undefined,
      isEdited: false,
    });
  }
  const told = events.map(eventLine);
  const edited = editedEntries(told);
  const marked = read.map((entry) => (edited.has(entry.index) ? { ...entry, isEdited: true } : entry));
  return {
    lines: withEvents(marked, beforeDrops(told)),
    isCut: entries.length === ENTRY_LIMIT,
    edits: told.filter(({ kind }) => kind === "edit").length,
  };
}

/** Entries whose results were edited, and that have not been dropped since. */
function editedEntries(events: readonly Line[]): Set<number> {
  const edited = new Set<number>();
  for (const line of events) {
    if (line.kind !== "edit") continue;
    const { what } = line;
    if (what.kind === "result") edited.add(what.entry);
    else for (const index of edited) if (index > what.after) edited.delete(index);
  }
  return edited;
}

/** What came after an entry that was dropped later came, as the journal is now, after the last one that was kept. */
function beforeDrops(events: readonly EventLine[]): EventLine[] {
  let last = Number.POSITIVE_INFINITY;
  return [...events]
    .reverse()
    .map((line) => {
      const placed = line.after > last ? { ...line, after: last } : line;
      if (line.kind === "edit" && line.what.kind === "drop") last = Math.min(last, line.what.after);
      return placed;
    })
    .reverse();
}

function withEvents(entries: readonly Entry[], events: readonly EventLine[]): Line[] {
  const lines: Line[] = [...entries];
  let last: FailedAttempts | undefined;
  for (const line of events) {
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

type EventLine = Exclude<Line, Entry>;

function eventLine({ after_journal_entry_index = 0, appended_at, event_type, event_json }: StoredEvent): EventLine {
  const event = parsed(event_json);
  const atMs = msOf(appended_at) as number;
  if (event_type === "JournalEdited") {
    const what = editOf(event);
    return { kind: "edit", after: after_journal_entry_index, atMs, what, detail: event_json };
  }
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
    commandType: text(event.related_command_type),
    isMismatch: event.restate_doc_error_code === "RT0016" || event.error_code === JOURNAL_MISMATCH,
  };
}

function editOf(event: Fields): Edit["what"] {
  if (event.edit === "drop") {
    return {
      kind: "drop",
      after: number(event.after) ?? 0,
      entryCount: number(event.entry_count) ?? 0,
      changedKeys: Array.isArray(event.changed_keys) ? event.changed_keys.map(String) : [],
      hasClearedAll: event.cleared_all === true,
    };
  }
  return {
    kind: "result",
    entry: number(event.entry_index) ?? 0,
    type: text(event.entry_type) ?? "entry",
    name: text(event.entry_name),
    old: event.old,
    new: event.new,
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
    completionIds: [],
    size: entry.raw_length,
    callee: undefined,
    dueMs: undefined,
    isEdited: false,
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
