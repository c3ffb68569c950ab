import { admin } from "./admin.ts";

/** Another result for an entry of a paused invocation's journal. */
export type NewResult =
  | { readonly value: string }
  | { readonly failure: { readonly code: number; readonly message: string } }
  | { readonly state_keys: readonly string[] }
  | { readonly void: true };

/** What dropping the end of a journal does. */
export interface Drop {
  readonly entries: readonly { readonly index: number; readonly type: string; readonly name?: string }[];
  readonly entry_count: number;
  readonly signal_count: number;
  readonly detached: readonly string[];
  readonly promises: readonly string[];
  readonly restored_keys: readonly string[];
  readonly changed_keys: readonly string[];
  readonly cleared_all: boolean;
  readonly journal_length: number;
}

export interface DropOptions {
  readonly after: number;
  readonly keepsSignals: boolean;
  /** Only say what it would do. */
  readonly isDryRun: boolean;
}

/** @returns ids of invocations that go on without it @throws AdminError */
export async function setResult(id: string, index: number, result: NewResult): Promise<readonly string[]> {
  const path = `/restate-lite/invocations/${id}/journal/${index}/result`;
  return (await admin<{ detached: readonly string[] }>(path, { method: "PUT", body: result })).detached;
}

/** @throws AdminError */
export async function dropAfter(
  id: string,
  { after, keepsSignals, isDryRun }: DropOptions,
  signal?: AbortSignal,
): Promise<Drop> {
  const query = new URLSearchParams({
    after: String(after),
    signals: keepsSignals ? "keep" : "drop",
    dry_run: String(isDryRun),
  });
  return await admin(`/restate-lite/invocations/${id}/journal?${query}`, { method: "DELETE", signal });
}
