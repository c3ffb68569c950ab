import { type Place, readInstance, type StateEntry, writeState } from "../../api/instance.ts";
import { foresee } from "./foresight.ts";

/** One entry of state as somebody has seen it, and as it should be. `undefined`: there is none. Bytes in base64. */
export interface Edit {
  readonly name: string;
  readonly was: string | undefined;
  readonly now: string | undefined;
}

/** An entry that is not any more what somebody has seen. */
export interface Conflict extends Edit {
  readonly is: string | undefined;
}

export type Edited =
  | { readonly outcome: "applied" }
  /** It waits for the invocation that holds the key. */
  | { readonly outcome: "queued"; readonly position: number; readonly sentAtMs: number }
  | { readonly outcome: "conflict"; readonly conflicts: readonly Conflict[] };

/** Clears all that somebody has seen. */
export function clearing(entries: readonly StateEntry[]): Edit[] {
  return entries.map(({ name, value }) => ({ name, was: value, now: undefined }));
}

/** The edits beside what is there now. */
export function conflictsWith(entries: readonly StateEntry[], edits: readonly Edit[]): Conflict[] {
  const current = new Map(entries.map(({ name, value }) => [name, value]));
  return edits.map((edit) => ({ ...edit, is: current.get(edit.name) }));
}

/** What of the edits meets something else than what was seen. What is there already as wanted is no conflict. */
export function conflictsOf(entries: readonly StateEntry[], edits: readonly Edit[]): Conflict[] {
  return conflictsWith(entries, edits).filter(({ was, is, now }) => is !== was && is !== now);
}

/** The state with the edits in it. Entries that no edit names stay as they are. */
export function editedEntries(entries: readonly StateEntry[], edits: readonly Edit[]): StateEntry[] {
  const next = new Map(entries.map(({ name, value }) => [name, value]));
  for (const { name, now } of edits) {
    if (now === undefined) next.delete(name);
    else next.set(name, now);
  }
  return [...next].map(([name, value]) => ({ name, value }));
}

/** The same edits by somebody who has seen the conflicts. */
export function overwriting(edits: readonly Edit[], conflicts: readonly Conflict[]): Edit[] {
  const seen = new Map(conflicts.map(({ name, is }) => [name, is]));
  return edits.map((one) => (seen.has(one.name) ? { ...one, was: seen.get(one.name) } : one));
}

export function isDone(entries: readonly StateEntry[], edits: readonly Edit[]): boolean {
  return conflictsWith(entries, edits).every(({ is, now }) => is === now);
}

/** What makes one state of another: the names of what is set, and of what goes. */
export function difference(
  from: readonly StateEntry[],
  to: readonly StateEntry[],
): { readonly set: readonly string[]; readonly removed: readonly string[] } {
  const before = new Map(from.map(({ name, value }) => [name, value]));
  const after = new Set(to.map(({ name }) => name));
  return {
    set: to.filter(({ name, value }) => before.get(name) !== value).map(({ name }) => name),
    removed: from.filter(({ name }) => !after.has(name)).map(({ name }) => name),
  };
}

/** Edits one after the other as one: from what was seen first to what is wanted last. */
export function composed(lists: readonly (readonly Edit[])[]): Edit[] {
  const byName = new Map<string, Edit>();
  for (const one of lists.flat()) {
    const earlier = byName.get(one.name);
    byName.set(one.name, earlier !== undefined && earlier.now === one.was ? { ...one, was: earlier.was } : one);
  }
  return [...byName.values()];
}

const TRIES = 8;

/**
 * Writes the edits when what they change is still as it was seen: as it is, or as changes that wait will leave it. The
 * server takes whole states only, on condition of their version: when another entry has changed meanwhile, which is in
 * nobody's way, the state is read again.
 * @throws AdminError
 */
export async function edit(place: Place, edits: readonly Edit[]): Promise<Edited> {
  for (let tries = 0; tries < TRIES; tries++) {
    const { entries, version } = foresee(await readInstance(place));
    const conflicts = conflictsOf(entries, edits);
    if (conflicts.length > 0) return { outcome: "conflict", conflicts };
    const sentAtMs = performance.now();
    const written = await writeState(place, editedEntries(entries, edits), version);
    if (written.outcome === "applied") return { outcome: "applied" };
    if (written.outcome === "queued") return { outcome: "queued", position: written.position, sentAtMs };
  }
  throw new Error("The state changes faster than it can be edited. Nothing was written; try again in a moment.");
}
