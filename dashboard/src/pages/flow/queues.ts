import { admin } from "../../api/admin.ts";
import { containing, quoted, sql } from "../../api/sql.ts";

/** What counts at a scope or a limit key. */
export interface Usage {
  readonly scope: string;
  readonly l1?: string;
  readonly l2?: string;
  readonly usage: number;
  readonly concurrency_limit?: number;
  readonly rule_pattern?: string;
  readonly num_waiters: number;
}

export const SHOWN = 200;

export function usages(text: string, signal: AbortSignal): Promise<Usage[]> {
  const where = text === "" ? "" : `WHERE ${anyOf(["scope", "l1", "l2"], text)}`;
  return sql(
    `SELECT scope, l1, l2, usage, concurrency_limit, rule_pattern, num_waiters FROM sys_user_limits ${where}
     ORDER BY num_waiters DESC, scope, l1 NULLS FIRST, l2 NULLS FIRST LIMIT ${SHOWN}`,
    signal,
  );
}

/** The invocations of a service with the same scope and limit key, of an object also with the same key. */
export interface Queue {
  readonly id: string;
  readonly service_name: string;
  readonly scope?: string;
  readonly limit_key?: string;
  /** `Service/key` of an object's exclusive handlers. */
  readonly lock_name?: string;
  readonly queue_is_paused: boolean;
  readonly num_inbox: number;
  readonly num_running: number;
  readonly num_suspended: number;
  /** What stands of its head in the scheduler; absent when nothing waits. */
  readonly status?: "scheduled" | "blocked" | "ready";
  readonly scheduled_at?: string;
  readonly blocked_on_json?: string;
}

export type QueueFilter = "waiting" | "active";

export function queues(filter: QueueFilter, text: string, signal: AbortSignal): Promise<Queue[]> {
  const wanted = filter === "waiting" ? "m.num_inbox > 0" : "m.is_active";
  const named = text === "" ? "" : `AND ${anyOf(["m.service_name", "m.scope", "m.limit_key", "m.lock_name"], text)}`;
  return sql(
    `SELECT m.id, m.service_name, m.scope, m.limit_key, m.lock_name, m.queue_is_paused, m.num_inbox, m.num_running,
       m.num_suspended, s.status, s.scheduled_at, s.blocked_on_json
     FROM sys_vqueue_meta m LEFT JOIN sys_scheduler s ON s.id = m.id
     WHERE (${wanted} OR m.queue_is_paused) ${named}
     ORDER BY m.queue_is_paused DESC, m.num_inbox DESC, m.service_name, m.lock_name, m.id LIMIT ${SHOWN}`,
    signal,
  );
}

function anyOf(columns: readonly string[], text: string): string {
  return `(${columns.map((column) => `${column} ILIKE ${containing(text)}`).join(" OR ")})`;
}

/** @throws AdminError */
export async function pauseQueue(id: string, isPause: boolean): Promise<void> {
  await admin(`/vqueues/${id}/${isPause ? "pause" : "resume"}`, { method: "POST" });
}

export interface Waiting {
  readonly id: string;
  readonly target: string;
  readonly status: "scheduled" | "pending" | "ready" | "backing-off";
  readonly created_at: string;
}

/** Who waits in a queue, in the order in which they start. */
export function waiting(queue: string, signal: AbortSignal): Promise<Waiting[]> {
  return sql(
    `SELECT i.id, i.target, i.status, i.created_at
     FROM sys_vqueues q JOIN sys_invocation i ON i.id = q.entry_id
     WHERE q.id = ${quoted(queue)} AND q.stage = 'inbox' ORDER BY q.run_at, q.sequence_number LIMIT ${SHOWN}`,
    signal,
  );
}

/** Why nothing of a queue starts. */
export type Hold =
  | { readonly kind: "paused" | "soon" | "none" }
  | { readonly kind: "scheduled"; readonly at: string | undefined }
  | { readonly kind: "lock"; readonly lock: string }
  | { readonly kind: "limit"; readonly level: string; readonly rule: string | undefined };

interface BlockedOn {
  readonly resource?: string;
  readonly scope?: string;
  readonly limit_key?: string;
  readonly lock_name?: string;
  readonly blocked_level?: string;
  readonly blocked_rule?: string;
}

const LEVELS: Readonly<Record<string, number>> = { scope: 0, level1: 1, level2: 2 };

export function holdOf(queue: Queue): Hold {
  if (queue.queue_is_paused) return { kind: "paused" };
  if (queue.num_inbox === 0) return { kind: "none" };
  if (queue.status === "scheduled") return { kind: "scheduled", at: queue.scheduled_at };
  const blocked = queue.blocked_on_json === undefined ? undefined : (JSON.parse(queue.blocked_on_json) as BlockedOn);
  if (blocked?.resource === "lock") return { kind: "lock", lock: blocked.lock_name ?? queue.lock_name ?? "" };
  if (blocked !== undefined) {
    const keys = (blocked.limit_key ?? "").split("/").slice(0, LEVELS[blocked.blocked_level ?? "scope"] ?? 0);
    return { kind: "limit", level: [blocked.scope ?? "", ...keys].join("/"), rule: blocked.blocked_rule };
  }
  return { kind: "soon" };
}
