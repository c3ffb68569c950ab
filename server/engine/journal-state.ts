import {
  ClearStateCommand,
  GetEagerStateCommand,
  GetLazyStateCommand,
  MessageType,
  Notification,
  SetStateCommand,
} from "../../sdk/protocol/index.ts";
import type { JournalRow } from "../storage/index.ts";

/** What entries behind a point of a journal changed in the state, and what the journal knows of it at that point. */
export interface StateBehind {
  /** Keys that entries behind the point set or cleared, with their values at the point; `undefined`: there was none. */
  readonly known: ReadonlyMap<string, Buffer | undefined>;
  /** Keys that they set or cleared without anybody having looked: what they were is written nowhere. */
  readonly unknown: readonly string[];
  /** They cleared all state: keys that the journal never mentions went too. */
  readonly clearedAll: boolean;
}

/** A value of a key, or what happened to it. */
type Access =
  | { readonly kind: "read" | "write"; readonly key: Buffer; readonly value: Buffer | undefined }
  | { readonly kind: "clear-all" };

/**
 * Reads out of the journal of an exclusive handler, which alone can write while it holds its key, how the state stood
 * behind entry `after`, as far as later entries changed it. A key is known when an entry up to there wrote it or read
 * it, or when a later one read it before any wrote it.
 *
 * @param ignored indexes of reads that somebody has edited: what they say was never the state
 */
export function stateBehind(rows: readonly JournalRow[], after: number, ignored: ReadonlySet<number>): StateBehind {
  const results = new Map(
    rows.flatMap(({ notification, body }) => (notification === null ? [] : [[notification, body]])),
  );
  /** By the key as latin1, which keeps every byte. */
  const at = new Map<string, Buffer | undefined>();
  const changed = new Set<string>();
  const lost = new Set<string>();
  let restIsAbsent = false;
  let clearedAll = false;
  rows.forEach((row, index) => {
    const access = accessOf(row, results);
    if (access === undefined || (access.kind === "read" && ignored.has(index))) return;
    const isBehind = index > after;
    if (access.kind === "clear-all") {
      if (isBehind) clearedAll = true;
      else {
        at.clear();
        restIsAbsent = true;
      }
      return;
    }
    const key = access.key.toString("latin1");
    const isKnown = at.has(key) || restIsAbsent;
    if (!isBehind) {
      if (access.kind === "write" || !isKnown) at.set(key, access.value);
    } else if (access.kind === "read") {
      if (!isKnown && !lost.has(key) && !clearedAll) at.set(key, access.value);
    } else {
      changed.add(key);
      if (!isKnown) lost.add(key);
    }
  });
  if (clearedAll) for (const key of at.keys()) changed.add(key);
  const known = new Map([...changed].filter((key) => !lost.has(key)).map((key) => [key, at.get(key)]));
  return { known, unknown: [...lost], clearedAll: clearedAll && !restIsAbsent };
}

function accessOf({ type, body }: JournalRow, results: ReadonlyMap<number, Buffer>): Access | undefined {
  switch (type) {
    case MessageType.GetEagerStateCommand: {
      const { key, value } = GetEagerStateCommand.decode(body);
      return { kind: "read", key, value };
    }
    case MessageType.GetLazyStateCommand: {
      const { key, resultCompletionId } = GetLazyStateCommand.decode(body);
      const result = results.get(resultCompletionId);
      return result === undefined ? undefined : { kind: "read", key, value: Notification.decode(result).value };
    }
    case MessageType.SetStateCommand: {
      const { key, value } = SetStateCommand.decode(body);
      return { kind: "write", key, value: value ?? Buffer.alloc(0) };
    }
    case MessageType.ClearStateCommand:
      return { kind: "write", key: ClearStateCommand.decode(body).key, value: undefined };
    case MessageType.ClearAllStateCommand:
      return { kind: "clear-all" };
    default:
      return undefined;
  }
}
