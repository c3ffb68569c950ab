import { quoted, quotedList, sql } from "./sql.ts";

/** The statuses of `sys_invocation`. */
export type StoredStatus =
  | "scheduled"
  | "pending"
  | "ready"
  | "running"
  | "suspended"
  | "backing-off"
  | "paused"
  | "completed";

/** What people distinguish: how it ended is a status too. */
export type Status = Exclude<StoredStatus, "completed"> | "succeeded" | "failed" | "cancelled" | "killed";

/** In the order of an invocation's life. */
export const STATUSES: readonly Status[] = [
  ...(["scheduled", "pending", "ready", "running", "suspended", "backing-off", "paused"] as const),
  ...(["succeeded", "failed", "cancelled", "killed"] as const),
];

export const UNFINISHED: readonly Status[] = STATUSES.slice(0, 7);

export interface Invocation {
  readonly id: string;
  readonly target: string;
  readonly target_service_name: string;
  readonly target_service_key?: string;
  readonly target_handler_name: string;
  readonly target_service_ty: "service" | "virtual_object" | "workflow";
  readonly status: StoredStatus;
  readonly completion_result?: "success" | "failure";
  readonly completion_failure?: string;
  readonly created_at: string;
  readonly modified_at?: string;
  readonly running_at?: string;
  readonly completed_at?: string;
  readonly inboxed_at?: string;
  readonly scheduled_at?: string;
  readonly scheduled_start_at?: string;
  readonly last_start_at?: string;
  readonly next_retry_at?: string;
  readonly retry_count?: number;
  readonly last_failure?: string;
  readonly last_failure_error_code?: string;
  readonly last_failure_related_command_index?: number;
  readonly last_failure_related_command_name?: string;
  readonly last_failure_related_command_type?: string;
  readonly last_attempt_deployment_id?: string;
  readonly last_attempt_server?: string;
  readonly pinned_deployment_id?: string;
  readonly pinned_service_protocol_version?: number;
  readonly invoked_by?: string;
  readonly invoked_by_id?: string;
  readonly invoked_by_target?: string;
  readonly restarted_from?: string;
  readonly idempotency_key?: string;
  readonly scope?: string;
  readonly limit_key?: string;
  readonly trace_id?: string;
  readonly journal_size?: number;
  readonly completion_retention?: string;
  readonly journal_retention?: string;
  readonly suspended_waiting_future_json?: string;
  readonly last_awaiting_on_future_json?: string;
}

/** What a list shows of an invocation: a part of the columns, because some cost the server a look into the journal. */
export type ListedInvocation = Pick<
  Invocation,
  | ("id" | "target" | "target_service_name" | "target_service_key" | "target_handler_name" | "target_service_ty")
  | ("status" | "completion_result" | "completion_failure" | "created_at" | "running_at" | "completed_at")
  | ("scheduled_start_at" | "next_retry_at" | "retry_count" | "last_failure" | "last_failure_error_code")
  | ("pinned_deployment_id" | "invoked_by" | "invoked_by_target" | "idempotency_key" | "scope" | "limit_key")
  | ("modified_at" | "restarted_from" | "pinned_service_protocol_version")
  | ("completion_retention" | "journal_retention" | "invoked_by_id" | "journal_size")
>;

export const LISTED_COLUMNS = [
  ...["id", "target", "target_service_name", "target_service_key", "target_handler_name", "target_service_ty"],
  ...["status", "completion_result", "completion_failure", "created_at", "running_at", "completed_at"],
  ...["scheduled_start_at", "next_retry_at", "retry_count", "last_failure", "last_failure_error_code"],
  ...["pinned_deployment_id", "invoked_by", "invoked_by_target", "idempotency_key", "scope", "limit_key"],
  ...["modified_at", "restarted_from", "pinned_service_protocol_version"],
  ...["completion_retention", "journal_retention", "invoked_by_id", "journal_size"],
].join(", ");

type Ended = Pick<Invocation, "status" | "completion_result" | "completion_failure">;

/** `409` comes with the ends that a person has asked for; the words are those of the real server. */
const CANCELLED = /^\[409[^\]]*\] cancell?ed$/i;
const KILLED = /^\[409[^\]]*\] killed$/i;

export function statusOf({ status, completion_result, completion_failure }: Ended): Status {
  if (status !== "completed") return status;
  if (completion_result !== "failure") return "succeeded";
  if (completion_failure === undefined) return "failed";
  return CANCELLED.test(completion_failure) ? "cancelled" : KILLED.test(completion_failure) ? "killed" : "failed";
}

/** The condition of SQL for some statuses. */
export function statusCondition(statuses: readonly Status[]): string {
  const stored = statuses.filter((status) => UNFINISHED.includes(status));
  const failure = "coalesce(completion_failure, '')";
  const ends: Partial<Record<Status, string>> = {
    succeeded: "completion_result = 'success'",
    failed: `(completion_result = 'failure' AND NOT (${ended("cancel%ed")}) AND NOT (${ended("killed")}))`,
    cancelled: `(completion_result = 'failure' AND (${ended("cancel%ed")}))`,
    killed: `(completion_result = 'failure' AND (${ended("killed")}))`,
  };
  function ended(word: string): string {
    return `${failure} ILIKE '[409%] ${word}'`;
  }
  const conditions = statuses.flatMap((status) => ends[status] ?? []);
  if (stored.length > 0) conditions.push(`status IN (${quotedList(stored)})`);
  return `(${conditions.join(" OR ")})`;
}

export async function invocation(id: string, signal?: AbortSignal): Promise<Invocation | undefined> {
  const [row] = await sql<Invocation>(`SELECT * FROM sys_invocation WHERE id = ${quoted(id)}`, signal);
  return row;
}

export async function listedInvocations(ids: readonly string[], signal?: AbortSignal): Promise<ListedInvocation[]> {
  if (ids.length === 0) return [];
  const query = `SELECT ${LISTED_COLUMNS} FROM sys_invocation WHERE id IN (${quotedList(ids)})`;
  return await withPauses(await sql<ListedInvocation>(query, signal), signal);
}

/** Why a paused one was paused is in its events only. */
async function withPauses(rows: ListedInvocation[], signal: AbortSignal | undefined): Promise<ListedInvocation[]> {
  const paused = rows.filter(({ status, last_failure }) => status === "paused" && last_failure === undefined);
  if (paused.length === 0) return rows;
  const ids = quotedList(paused.map(({ id }) => id));
  const events = await sql<{ id: string; event_json: string }>(
    `SELECT id, event_json FROM sys_journal_events WHERE id IN (${ids}) AND event_type = 'TransientError' ORDER BY appended_at`,
    signal,
  );
  const said = new Map<string, string>();
  for (const { id, event_json } of events) {
    const { error_code, error_message } = JSON.parse(event_json) as { error_code?: number; error_message?: string };
    said.set(id, `[${error_code ?? 500}] ${error_message ?? ""}`);
  }
  return rows.map((row) => {
    const last_failure = row.status === "paused" ? said.get(row.id) : undefined;
    return last_failure === undefined ? row : { ...row, last_failure };
  });
}

/** `inv_1fj1…b5Ee`: enough to recognise one among others. */
export function shortId(id: string): string {
  return id.length > 16 ? `${id.slice(0, 8)}…${id.slice(-5)}` : id;
}
