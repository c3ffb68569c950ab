import { QueryError, type SqlType } from "../types.ts";

/** A column of a table, as `information_schema.columns` shows it. */
export interface Column {
  readonly name: string;
  readonly type: SqlType;
  readonly isNullable: boolean;
}

/** What stands behind the words of {@link SCHEMAS}. */
const WORDS = {
  text: "LargeUtf8",
  binary: "LargeBinary",
  u32: "UInt32",
  u64: "UInt64",
  bool: "Boolean",
  time: 'Timestamp(ms, "+00:00")',
  duration: "Duration(ms)",
  texts: "List(LargeUtf8)",
  u32s: "List(UInt32)",
} as const satisfies Record<string, SqlType>;

/** The tables of restate-server 1.7.12 with their columns in order, as its `information_schema` lists them. `!`: never null. */
const SCHEMAS = {
  state: `
    partition_key:u64 scope:text service_name:text service_key:text key:text key_length:u64 value_utf8:text
    value:binary value_length:u64`,
  sys_deployment: `
    id:text ty:text endpoint:text created_at:time min_service_protocol_version:u32
    max_service_protocol_version:u32 services:texts`,
  sys_inbox: `
    partition_key:u64 service_name:text service_key:text id:text sequence_number:u64 created_at:time`,
  sys_invocation: `
    id:text vqueue_id:text target:text target_service_name:text target_service_key:text
    target_handler_name:text target_service_ty:text scope:text limit_key:text idempotency_key:text
    invoked_by:text invoked_by_service_name:text invoked_by_id:text invoked_by_subscription_id:text
    invoked_by_target:text restarted_from:text pinned_deployment_id:text pinned_service_protocol_version:u32
    trace_id:text journal_size:u32 journal_commands_size:u32 created_at:time created_using_restate_version:text
    modified_at:time inboxed_at:time scheduled_at:time scheduled_start_at:time running_at:time
    completed_at:time completion_retention:duration journal_retention:duration
    suspended_waiting_for_completions:u32s suspended_waiting_for_signals:u32s
    suspended_waiting_future_json:text retry_count:u64 last_start_at:time next_retry_at:time
    last_attempt_deployment_id:text last_attempt_server:text last_failure:text last_failure_error_code:text
    last_failure_related_entry_index:u64 last_failure_related_entry_name:text
    last_failure_related_entry_type:text last_failure_related_command_index:u64
    last_failure_related_command_name:text last_failure_related_command_type:text
    last_awaiting_on_future_json:text status:text! completion_result:text completion_failure:text`,
  sys_invocation_state: `
    partition_key:u64 id:text in_flight:bool retry_count:u64 last_start_at:time last_attempt_deployment_id:text
    last_attempt_server:text next_retry_at:time last_failure:text last_failure_error_code:text
    last_failure_related_command_index:u64 last_failure_related_command_name:text
    last_failure_related_command_type:text last_failure_related_entry_index:u64
    last_failure_related_entry_name:text last_failure_related_entry_type:text last_awaiting_on_future_json:text`,
  sys_invocation_status: `
    partition_key:u64 id:text vqueue_id:text status:text completion_result:text completion_failure:text
    target:text target_service_name:text target_service_key:text target_handler_name:text
    target_service_ty:text scope:text limit_key:text idempotency_key:text invoked_by:text invoked_by_id:text
    invoked_by_subscription_id:text invoked_by_service_name:text invoked_by_target:text restarted_from:text
    pinned_deployment_id:text pinned_service_protocol_version:u32 trace_id:text journal_size:u32
    journal_commands_size:u32 created_at:time created_using_restate_version:text modified_at:time
    inboxed_at:time scheduled_at:time scheduled_start_at:time running_at:time completed_at:time
    completion_retention:duration journal_retention:duration suspended_waiting_for_completions:u32s
    suspended_waiting_for_signals:u32s suspended_waiting_future_json:text`,
  sys_journal: `
    partition_key:u64 id:text index:u32 entry_type:text name:text completed:bool invoked_id:text
    invoked_target:text sleep_wakeup_at:time promise_name:text raw:binary raw_length:u64 version:u32
    entry_json:text entry_lite_json:text appended_at:time`,
  sys_journal_events: `
    partition_key:u64 id:text after_journal_entry_index:u32 appended_at:time event_type:text event_json:text`,
  sys_keyed_service_status: `
    partition_key:u64 service_name:text service_key:text invocation_id:text`,
  sys_locks: `
    partition_key:u64 scope:text lock_name:text acquired_at:time acquired_by:text`,
  sys_promise: `
    partition_key:u64 scope:text service_name:text service_key:text key:text completed:bool
    completion_success_value:binary completion_success_value_utf8:text completion_failure:text`,
  sys_rules: `
    pattern:text concurrency:u32 description:text disabled:bool version:u32 last_modified:time`,
  sys_scheduler: `
    partition_key:u64 id:text num_inbox:u64 status:text head_entry_id:text scheduled_at:time blocked_on:text
    blocked_on_json:text invoker_concurrency_block_duration:duration throttling_rules_block_duration:duration
    invoker_throttling_block_duration:duration invoker_memory_block_duration:duration
    concurrency_rules_block_duration:duration lock_block_duration:duration
    deployment_concurrency_block_duration:duration`,
  sys_service: `
    name:text revision:u64 public:bool ty:text deployment_id:text`,
  sys_user_limits: `
    partition_key:u64 scope:text l1:text l2:text level:text usage:u32 concurrency_limit:u32 rule_pattern:text
    available:u32 num_waiters:u64`,
  sys_vqueue_entry_status: `
    partition_key:u64 entry_id:text vqueue_id:text stage:text status:text has_lock:bool next_at:time
    sequence_number:u64 entry_kind:text created_at:time transitioned_at:time num_attempts:u32 num_errors:u32
    num_pauses:u32 num_suspensions:u32 num_yields:u32 first_attempt_at:time latest_attempt_at:time
    first_runnable_at:time deployment:text needed_memory:u64 retry_attempts:u32
    retry_count_since_last_stored_command:u32 latest_attempt_blocked_on_invoker_concurrency:duration
    latest_attempt_blocked_on_throttling_rules:duration latest_attempt_blocked_on_invoker_throttling:duration
    latest_attempt_blocked_on_invoker_memory:duration latest_attempt_blocked_on_concurrency_rules:duration
    latest_attempt_blocked_on_lock:duration latest_attempt_blocked_on_deployment_concurrency:duration
    total_blocked_on_invoker_concurrency:duration total_blocked_on_throttling_rules:duration
    total_blocked_on_invoker_throttling:duration total_blocked_on_invoker_memory:duration
    total_blocked_on_concurrency_rules:duration total_blocked_on_lock:duration
    total_blocked_on_deployment_concurrency:duration`,
  sys_vqueue_meta: `
    partition_key:u64 id:text is_active:bool queue_is_paused:bool service_name:text scope:text limit_key:text
    lock_name:text created_at:time last_enqueued_at:time last_start_at:time last_attempt_at:time
    last_finish_at:time avg_queue_duration:duration avg_inbox_duration:duration avg_run_duration:duration
    avg_suspension_duration:duration avg_end_to_end_duration:duration avg_blocked_on_concurrency_rules:duration
    avg_blocked_on_invoker_concurrency:duration avg_blocked_on_invoker_throttling:duration
    avg_blocked_on_lock:duration num_inbox:u64 num_running:u64 num_suspended:u64 num_paused:u64
    num_finished:u64`,
  sys_vqueues: `
    partition_key:u64 id:text stage:text status:text has_lock:bool run_at:time sequence_number:u64
    entry_id:text entry_kind:text created_at:time transitioned_at:time num_attempts:u32 num_errors:u32
    num_pauses:u32 num_suspensions:u32 num_yields:u32 first_attempt_at:time latest_attempt_at:time
    first_runnable_at:time deployment:text`,
} as const;

function columnsOf(schema: string): Column[] {
  return schema
    .trim()
    .split(/\s+/)
    .map((word) => {
      const [name = "", type = ""] = word.replace("!", "").split(":");
      // reason: the words above are all of `WORDS`, which a test checks against the real server.
      return { name, type: WORDS[type as keyof typeof WORDS], isNullable: !word.endsWith("!") };
    });
}

/** Every table by its name. */
export const TABLES: ReadonlyMap<string, readonly Column[]> = new Map(
  Object.entries(SCHEMAS).map(([name, schema]) => [name, columnsOf(schema)]),
);

const texts = (names: string): Column[] =>
  names.split(" ").map((name) => ({ name, type: "Utf8", isNullable: true }) satisfies Column);

/** The tables about tables. */
export const INFORMATION_SCHEMA: ReadonlyMap<string, readonly Column[]> = new Map([
  ["tables", texts("table_catalog table_schema table_name table_type")],
  ["views", texts("table_catalog table_schema table_name definition")],
  [
    "schemata",
    texts(
      "catalog_name schema_name schema_owner default_character_set_catalog default_character_set_schema default_character_set_name sql_path",
    ),
  ],
  [
    "columns",
    [
      ...texts("table_catalog table_schema table_name column_name"),
      { name: "ordinal_position", type: "UInt64", isNullable: false },
      ...texts("column_default is_nullable data_type"),
      { name: "character_maximum_length", type: "UInt64", isNullable: true },
      { name: "character_octet_length", type: "UInt64", isNullable: true },
      { name: "numeric_precision", type: "UInt64", isNullable: true },
      { name: "numeric_precision_radix", type: "UInt64", isNullable: true },
      { name: "numeric_scale", type: "UInt64", isNullable: true },
      { name: "datetime_precision", type: "UInt64", isNullable: true },
      ...texts("interval_type"),
    ] satisfies Column[],
  ],
]);

/** The one table that the real server defines as a view over others. */
export const VIEW_NAMES: ReadonlySet<string> = new Set(["sys_invocation"]);

/** The columns of a table that a query names. @throws QueryError when there is no such table */
export function tableColumns(schema: string | undefined, table: string): readonly Column[] {
  const columns =
    schema === "information_schema"
      ? INFORMATION_SCHEMA.get(table)
      : schema === undefined || schema === "public"
        ? TABLES.get(table)
        : undefined;
  if (columns === undefined) {
    throw new QueryError(`Error during planning: table 'restate.${schema ?? "public"}.${table}' not found`);
  }
  return columns;
}
