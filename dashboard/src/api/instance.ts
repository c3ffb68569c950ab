import { AdminError, admin } from "./admin.ts";
import { quoted } from "./sql.ts";

/** A virtual object or workflow. */
export interface Place {
  readonly service: string;
  readonly key: string;
  readonly scope?: string | undefined;
}

/** Name and value of an entry of state: bytes in base64. */
export interface StateEntry {
  readonly name: string;
  readonly value: string;
}

/** What waits for a key: an invocation, or a change of state. */
export interface Queued {
  readonly position: number;
  readonly id?: string;
  readonly change?: {
    readonly entries: readonly StateEntry[];
    readonly version?: string;
    /** The version that the state has when it is applied. */
    readonly leads_to: string;
  };
}

/** `GET /restate-lite/state`. */
export interface Instance {
  readonly version: string;
  readonly entries: readonly StateEntry[];
  readonly holder?: string;
  readonly queue: readonly Queued[];
  readonly waiting: number;
}

export function readInstance(place: Place, signal?: AbortSignal): Promise<Instance> {
  return admin(`/restate-lite/state?${queryOf(place)}`, { signal });
}

export type Written =
  | { readonly outcome: "applied"; readonly version: string }
  | { readonly outcome: "queued"; readonly position: number }
  /** The state has another version: nothing was written. */
  | { readonly outcome: "refused" };

/** Replaces the whole state on condition that it has this version. */
export async function writeState(place: Place, entries: readonly StateEntry[], version: string): Promise<Written> {
  try {
    return await admin(`/restate-lite/state?${queryOf(place)}`, { method: "PUT", body: { entries, version } });
  } catch (error) {
    if (error instanceof AdminError && error.status === 409) return { outcome: "refused" };
    throw error;
  }
}

function queryOf({ service, key, scope }: Place): string {
  return new URLSearchParams({ service, key, ...(scope === undefined ? {} : { scope }) }).toString();
}

/** The condition of SQL for an instance; the columns begin with `prefix`. */
export function placeCondition({ service, key, scope }: Place, prefix: "" | "target_"): string {
  const scoped = scope === undefined ? "scope IS NULL" : `scope = ${quoted(scope)}`;
  return `${prefix}service_name = ${quoted(service)} AND ${prefix}service_key = ${quoted(key)} AND ${scoped}`;
}
