import { quoted, sql } from "../../api/sql.ts";
import { type Edit, ENTRY_LIMIT, type Line } from "./journal.ts";

/** What an entry of a journal says about the state of its object. */
export type StateStep =
  | {
      readonly kind: "read" | "write";
      readonly index: number;
      readonly key: string;
      /** `undefined`: there is none. */
      readonly value: Uint8Array | undefined;
      /** Somebody has edited what was read. */
      readonly isEdited: boolean;
    }
  | { readonly kind: "clear-all"; readonly index: number }
  /** Entries that were dropped behind `index` have changed these keys, to values that are not in the journal. */
  | { readonly kind: "dropped"; readonly index: number; readonly keys: readonly string[]; readonly all: boolean };

/** What is known of a key at a point of the journal. */
export interface KeyAt {
  readonly key: string;
  readonly known: /** `by`: the entry that says so. `later`: a read behind the point, with no write in between. */
    | { readonly kind: "value"; readonly value: Uint8Array; readonly by: number; readonly how: How }
    | { readonly kind: "absent"; readonly by: number; readonly how: How }
    /** The journal says what it became later, not what it was. */
    | { readonly kind: "unknown" };
}

/** `now`: nothing has touched it, and only this invocation can. */
export type How = "set" | "read" | "later" | "cleared" | "now";

export interface StateAt {
  readonly keys: readonly KeyAt[];
  /** All state was cleared before: keys that are not listed are not set. */
  readonly isComplete: boolean;
}

/**
 * The state of an object as of entry `upTo` of the journal of an exclusive handler, which alone writes while it runs:
 * what an entry up to there has written or read, or a later one has read before any wrote. All else is unknown.
 */
export function stateAt(steps: readonly StateStep[], upTo: number): StateAt {
  const at = new Map<string, KeyAt["known"]>();
  const blind = new Set<string>();
  let isComplete = false;
  let areOthersBlind = false;
  for (const step of steps) {
    const isBehind = step.index > upTo;
    if (step.kind === "clear-all") {
      if (isBehind) areOthersBlind = true;
      else {
        for (const key of at.keys()) at.set(key, { kind: "absent", by: step.index, how: "cleared" });
        blind.clear();
        isComplete = true;
      }
    } else if (step.kind === "dropped") {
      // After the entry with this index, so behind the point that is this entry.
      if (step.index >= upTo) {
        for (const key of step.keys) if (!at.has(key)) blind.add(key);
        areOthersBlind ||= step.all;
      } else {
        for (const key of step.keys) at.set(key, { kind: "unknown" });
      }
    } else if (step.kind === "write") {
      if (!isBehind) at.set(step.key, known(step, "set"));
      else if (!at.has(step.key)) blind.add(step.key);
    } else if (!step.isEdited) {
      // What somebody has put in the place of a read was never the state.
      const isNew = !at.has(step.key) || at.get(step.key)?.kind === "unknown";
      if (!isBehind) {
        if (isNew) at.set(step.key, known(step, "read"));
      } else if (!at.has(step.key) && !blind.has(step.key) && !areOthersBlind && !isComplete) {
        at.set(step.key, known(step, "later"));
      }
    }
  }
  const unknown = isComplete ? [] : [...blind].filter((key) => !at.has(key));
  const keys = [...at].map(([key, what]): KeyAt => ({ key, known: what }));
  keys.push(...unknown.map((key): KeyAt => ({ key, known: { kind: "unknown" } })));
  return { keys: keys.sort((a, b) => (a.key < b.key ? -1 : 1)), isComplete };
}

/** What a shared handler, which looks while others write, has seen last up to an entry. */
export function seenAt(steps: readonly StateStep[], upTo: number): StateAt {
  const seen = new Map<string, KeyAt>();
  for (const step of steps) {
    if (step.kind !== "read" || step.isEdited || step.index > upTo) continue;
    seen.set(step.key, { key: step.key, known: known(step, "read") });
  }
  return { keys: [...seen.values()].sort((a, b) => (a.key < b.key ? -1 : 1)), isComplete: false };
}

/** It may have cleared keys that nothing else mentions. */
export const hidesOthers = (step: StateStep): boolean =>
  step.kind === "clear-all" || (step.kind === "dropped" && step.all);

/** Keys that are stored now and that an unfinished exclusive handler has not touched: they were so all the time. */
export function untouched(
  steps: readonly StateStep[],
  at: StateAt,
  stored: ReadonlyMap<string, Uint8Array>,
): readonly KeyAt[] {
  const touched = new Set(at.keys.map(({ key }) => key));
  for (const step of steps) {
    if (hidesOthers(step)) return [];
    if (step.kind === "write") touched.add(step.key);
    if (step.kind === "dropped") for (const key of step.keys) touched.add(key);
  }
  return [...stored]
    .filter(([key]) => !touched.has(key))
    .map(([key, value]) => ({ key, known: { kind: "value", value, by: 0, how: "now" } }));
}

function known({ index, value }: Extract<StateStep, { value: unknown }>, how: How): KeyAt["known"] {
  if (value !== undefined) return { kind: "value", value, by: index, how };
  return { kind: "absent", by: index, how: how === "set" ? "cleared" : how };
}

interface StoredStep {
  readonly index: number;
  readonly entry_type: string;
  readonly entry_json?: string;
}

const TYPES = ["SetState", "ClearState", "ClearAllState", "GetLazyState", "GetEagerState"].map(
  (type) => `Command: ${type}`,
);

/** What the journal says about the state, with the values. */
export async function stateSteps(id: string, lines: readonly Line[], signal: AbortSignal): Promise<StateStep[]> {
  const types = [...TYPES, "Notification: GetLazyState"].map(quoted).join(", ");
  const rows = await sql<StoredStep>(
    `SELECT index, entry_type, entry_json FROM sys_journal WHERE id = ${quoted(id)} AND entry_type IN (${types}) ORDER BY index LIMIT ${ENTRY_LIMIT}`,
    signal,
  );
  return readSteps(rows, lines);
}

/** Commands of the state with the results of reads, and the drops of later entries, in order. */
export function readSteps(rows: readonly StoredStep[], lines: readonly Line[]): StateStep[] {
  const edited = new Set(lines.flatMap((line) => (line.kind === "entry" && line.isEdited ? [line.index] : [])));
  const results = new Map<number, Uint8Array | undefined>();
  for (const { entry_type, entry_json } of rows) {
    if (!entry_type.startsWith("Notification")) continue;
    const { Notification: notification } = JSON.parse(entry_json ?? "{}") as { Notification?: unknown };
    const id = numberAt(notification, "CompletionId");
    if (id !== undefined) results.set(id, bytesAt(notification));
  }
  const steps = rows.flatMap((row): StateStep[] => {
    const { index, entry_type, entry_json } = row;
    if (!entry_type.startsWith("Command: ")) return [];
    const type = entry_type.slice("Command: ".length);
    if (type === "ClearAllState") return [{ kind: "clear-all", index }];
    const { Command: command } = JSON.parse(entry_json ?? "{}") as { Command?: unknown };
    const key = textAt(command, "key");
    if (key === undefined) return [];
    const isEdited = edited.has(index);
    if (type === "SetState") return [{ kind: "write", index, key, value: bytesAt(command), isEdited }];
    if (type === "ClearState") return [{ kind: "write", index, key, value: undefined, isEdited }];
    if (type === "GetEagerState") return [{ kind: "read", index, key, value: bytesAt(command), isEdited }];
    const id = numberAt(command, "completion_id");
    return id === undefined || !results.has(id) ? [] : [{ kind: "read", index, key, value: results.get(id), isEdited }];
  });
  const dropped = lines.flatMap((line): StateStep[] =>
    line.kind === "edit" && line.what.kind === "drop" ? [droppedBy(line.what)] : [],
  );
  return [...steps, ...dropped].sort((a, b) => placeOf(a) - placeOf(b));
}

const placeOf = ({ kind, index }: StateStep): number => (kind === "dropped" ? index + 0.5 : index);

function droppedBy({ after, changedKeys, hasClearedAll }: Extract<Edit["what"], { kind: "drop" }>): StateStep {
  return { kind: "dropped", index: after, keys: changedKeys, all: hasClearedAll };
}

/** Finds a member by its name, wherever it is. */
function find(value: unknown, is: (name: string, member: unknown) => boolean): unknown {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return undefined;
  for (const [name, member] of Object.entries(value)) if (is(name, member)) return member;
  for (const member of Object.values(value)) {
    const found = find(member, is);
    if (found !== undefined) return found;
  }
  return undefined;
}

function numberAt(value: unknown, name: string): number | undefined {
  return find(value, (other, member) => other === name && typeof member === "number") as number | undefined;
}

function textAt(value: unknown, name: string): string | undefined {
  return find(value, (other, member) => other === name && typeof member === "string") as string | undefined;
}

/** The value of a write, or of a result: an array of numbers named `value` or `Success`. */
function bytesAt(value: unknown): Uint8Array | undefined {
  const bytes = find(value, (name, member) => (name === "value" || name === "Success") && Array.isArray(member));
  return bytes === undefined ? undefined : Uint8Array.from(bytes as number[]);
}
