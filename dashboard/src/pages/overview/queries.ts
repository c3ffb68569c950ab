import { admin } from "../../api/admin.ts";
import { type ListedInvocation, listedInvocations, type StoredStatus } from "../../api/invocation.ts";
import { quoted, sql } from "../../api/sql.ts";

export interface Group {
  readonly service: string;
  readonly status: StoredStatus;
  readonly result?: "success" | "failure";
  readonly n: number;
}

/** How many of each service are in each status. */
export const groups = (signal: AbortSignal): Promise<Group[]> =>
  sql(
    "SELECT target_service_name AS service, status, completion_result AS result, count(*) AS n FROM sys_invocation GROUP BY 1, 2, 3",
    signal,
  );

/** `GET /restate-lite/places`: how many attempts run, how many may, and how many invocations wait for a place. */
export interface Places {
  readonly taken: number;
  readonly limit: number;
  readonly waiting: number;
}

export const places = (signal: AbortSignal): Promise<Places> => admin("/restate-lite/places", { signal });

export const WINDOWS = {
  "15m": { label: "15 minutes", ms: 900_000, bucketMs: 15_000, sql: "15 seconds" },
  "1h": { label: "1 hour", ms: 3_600_000, bucketMs: 60_000, sql: "1 minute" },
  "24h": { label: "24 hours", ms: 86_400_000, bucketMs: 1_800_000, sql: "30 minutes" },
} as const;

export type Window = keyof typeof WINDOWS;

export interface Bucket {
  readonly at: string;
  readonly status: StoredStatus;
  readonly result?: "success" | "failure";
  readonly n: number;
}

export function buckets(window: Window, signal: AbortSignal): Promise<Bucket[]> {
  const { ms, sql: interval } = WINDOWS[window];
  return sql(
    `SELECT date_bin(interval '${interval}', created_at) AS at, status, completion_result AS result, count(*) AS n
     FROM sys_invocation WHERE created_at >= ${since(ms)} GROUP BY 1, 2, 3`,
    signal,
  );
}

export interface Speed {
  readonly n: number;
  readonly p50?: number;
  readonly p99?: number;
}

/** How many ended in the window, and how long they took from creation to end, in seconds. */
export async function speed(window: Window, signal: AbortSignal): Promise<Speed> {
  const took = "extract(epoch FROM completed_at) - extract(epoch FROM coalesce(scheduled_start_at, created_at))";
  const [row] = await sql<Speed>(
    `SELECT count(*) AS n, approx_percentile_cont(${took}, 0.5) AS p50, approx_percentile_cont(${took}, 0.99) AS p99
     FROM sys_invocation WHERE completed_at >= ${since(WINDOWS[window].ms)}`,
    signal,
  );
  return row ?? { n: 0 };
}

export interface Trouble {
  readonly stuck: readonly ListedInvocation[];
  readonly failed: readonly ListedInvocation[];
}

const SHOWN = 6;

/** What needs somebody: paused ones and those that try again and again, then the latest failures. */
export async function trouble(signal: AbortSignal): Promise<Trouble> {
  const ids = async (where: string, order: string) => {
    const rows = await sql<{ id: string }>(
      `SELECT id FROM sys_invocation WHERE ${where} ORDER BY ${order} LIMIT ${SHOWN}`,
      signal,
    );
    const found = await listedInvocations(
      rows.map(({ id }) => id),
      signal,
    );
    const byId = new Map(found.map((row) => [row.id, row]));
    return rows.flatMap(({ id }) => byId.get(id) ?? []);
  };
  const [stuck, failed] = await Promise.all([
    ids("status IN ('paused', 'backing-off')", "created_at"),
    ids("completion_result = 'failure'", "completed_at DESC"),
  ]);
  return { stuck, failed };
}

const since = (ms: number): string => quoted(new Date(Date.now() - ms).toISOString());
