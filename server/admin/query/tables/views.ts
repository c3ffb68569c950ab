/**
 * The tables that users see, as views over the engine's tables (docs/storage.md). `rl_live`, `rl_level` and `rl_blocked` hold what only the
 * engine's memory knows, filled anew for each query (database.ts); the functions are those of view-functions.ts. A column whose name
 * starts with `rl_` is for the translator: the row number behind an invocation id, which has an index.
 */

import { FIRST_CUSTOM, FIRST_NOTIFICATION, MessageType } from "../../../../sdk/protocol/index.ts";
import { InvocationStatus, MAX_JOURNAL_ENTRIES } from "../../../storage/index.ts";

/** For columns that hold invocation ids: the hidden column with the row number. */
export const SEQ_COLUMNS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  sys_invocation: { id: "rl_seq" },
  sys_invocation_status: { id: "rl_seq" },
  sys_invocation_state: { id: "rl_seq" },
  sys_journal: { id: "rl_seq" },
  sys_journal_events: { id: "rl_seq" },
  sys_inbox: { id: "rl_seq" },
  sys_keyed_service_status: { invocation_id: "rl_seq" },
  sys_locks: { acquired_by: "rl_seq" },
  sys_vqueues: { entry_id: "rl_seq" },
  sys_vqueue_entry_status: { entry_id: "rl_seq" },
};

const JOURNAL = (seq: string, alias = "j") =>
  `${alias}.entry >= ${seq} * ${MAX_JOURNAL_ENTRIES} AND ${alias}.entry < (${seq} + 1) * ${MAX_JOURNAL_ENTRIES}`;
/** The result of an invocation that the server ended is kept in its journal, but is no entry of the SDK's. */
const WRITTEN = `(j.type <> ${MessageType.OutputCommand} OR j.notification IS NULL)`;
/** The notification that says which invocation a call has made. */
const CALLEE = `CASE WHEN j.type IN (${MessageType.CallCommand}, ${MessageType.OneWayCallCommand}) THEN (SELECT n.body FROM main.journal n WHERE ${JOURNAL("i.seq", "n")}
    AND n.type = ${MessageType.CallInvocationIdCompletion} AND n.notification = rl_callee(j.type, j.body) LIMIT 1) END`;
const ID_OF = (seq: string) => `(SELECT rl_id(o.id) FROM main.invocation o WHERE o.seq = ${seq})`;
const TARGET = (alias: string) => `${alias}.service || '/' || coalesce(${alias}.key || '/', '') || ${alias}.handler`;
const CALLER = (expression: string) =>
  `CASE WHEN i.origin = 1 THEN (SELECT ${expression} FROM main.invocation o WHERE o.seq = i.caller) END`;

/** What an invocation waits for is of interest while it is suspended only. */
const AWAITING = (what: string) =>
  `CASE WHEN i.status = ${InvocationStatus.Suspended} THEN rl_await(i.awaiting, '${what}') END`;

const KEY_TYPE = (alias: string) => `rl_service_type(${alias}.service, 1)`;
const LOCK_NAME = (alias: string) => `${alias}.service || '/' || ${alias}.key`;
const IS_OBJECT = `rl_service_type(i.service, i.key IS NOT NULL) = 'virtual_object'`;
const VQUEUE = `rl_vqueue(i.service, i.scope, i.limit_key, CASE WHEN ${IS_OBJECT} AND i.exclusive THEN i.key END)`;

/** All columns of sys_invocation_status but the status itself, over `invocation i`. */
const STATUS_COLUMNS: Readonly<Record<string, string>> = {
  vqueue_id: VQUEUE,
  target: TARGET("i"),
  target_service_name: "i.service",
  target_service_key: "i.key",
  target_handler_name: "i.handler",
  target_service_ty: "rl_service_type(i.service, i.key IS NOT NULL)",
  scope: "nullif(i.scope, '')",
  limit_key: "i.limit_key",
  idempotency_key: "i.idempotency_key",
  invoked_by: "CASE i.origin WHEN 0 THEN 'ingress' WHEN 1 THEN 'service' ELSE 'restart_as_new' END",
  invoked_by_service_name: CALLER("o.service"),
  invoked_by_id: CALLER("rl_id(o.id)"),
  invoked_by_subscription_id: "NULL",
  invoked_by_target: CALLER(TARGET("o")),
  restarted_from: "CASE WHEN i.origin = 2 THEN (SELECT rl_id(r.original) FROM main.restart r WHERE r.seq = i.seq) END",
  pinned_deployment_id: "i.deployment",
  pinned_service_protocol_version: "i.protocol",
  trace_id: "rl_trace_id(i.traceparent)",
  // A whole journal has no gaps, so its last entry tells how long it is; of one that has expired, some entries are left.
  journal_size: `CASE WHEN i.status > ${InvocationStatus.Inboxed} THEN
    CASE WHEN EXISTS (SELECT 1 FROM main.journal j WHERE j.entry = i.seq * ${MAX_JOURNAL_ENTRIES})
      THEN (SELECT j.entry - i.seq * ${MAX_JOURNAL_ENTRIES} + ${WRITTEN} FROM main.journal j WHERE ${JOURNAL("i.seq")} ORDER BY j.entry DESC LIMIT 1)
      ELSE (SELECT count(*) FROM main.journal j WHERE ${JOURNAL("i.seq")} AND ${WRITTEN}) END END`,
  journal_commands_size: `CASE WHEN i.status > ${InvocationStatus.Inboxed}
    THEN (SELECT count(*) FROM main.journal j WHERE ${JOURNAL("i.seq")} AND (j.type < ${FIRST_NOTIFICATION} OR j.type >= ${FIRST_CUSTOM}) AND ${WRITTEN}) END`,
  created_at: "i.created_at",
  created_using_restate_version: "'1.7.12'",
  modified_at: `CASE WHEN i.status = ${InvocationStatus.Completed} THEN i.completed_at ELSE max(i.created_at, coalesce((SELECT f.at FROM main.attempt_failure f WHERE f.seq = i.seq), 0),
    coalesce((SELECT j.at FROM main.journal j WHERE ${JOURNAL("i.seq")} ORDER BY j.entry DESC LIMIT 1), 0)) END`,
  inboxed_at: `CASE WHEN i.status = ${InvocationStatus.Inboxed} OR i.inboxed IS NOT NULL THEN coalesce(i.execute_at, i.created_at) END`,
  scheduled_at: "CASE WHEN i.execute_at IS NOT NULL THEN i.created_at END",
  scheduled_start_at: "i.execute_at",
  // When it came out of its inbox is not stored: then the start of the first attempt that stored something has to do.
  running_at: `CASE WHEN i.status > ${InvocationStatus.Inboxed} THEN coalesce(i.started_at, l.started_at,
    (SELECT f.failure ->> '$.attempt.startedAtMs' FROM main.attempt_failure f WHERE f.seq = i.seq), i.execute_at, i.created_at) END`,
  completed_at: "i.completed_at",
  completion_retention: "rl_retention('completion', i.service, i.handler, i.origin, i.determined, i.idempotency_key)",
  journal_retention: "rl_retention('journal', i.service, i.handler, i.origin, i.determined, i.idempotency_key)",
  suspended_waiting_for_completions: AWAITING("completions"),
  suspended_waiting_for_signals: AWAITING("signals"),
  suspended_waiting_future_json: AWAITING("future"),
};

const COMPLETION = {
  completion_result: `CASE WHEN i.status = ${InvocationStatus.Completed} THEN CASE i.failed WHEN 1 THEN 'failure' ELSE 'success' END END`,
  completion_failure: `CASE WHEN i.status = ${InvocationStatus.Completed} AND i.failed = 1 THEN (SELECT rl_output_failure(j.body) FROM main.journal j
    WHERE ${JOURNAL("i.seq")} AND j.type = ${MessageType.OutputCommand} ORDER BY j.entry DESC LIMIT 1) END`,
};

/** What the invoker knows, over `rl_live l` (running) and `attempt_failure f` (between attempts). */
const STATE_COLUMNS: Readonly<Record<string, string>> = {
  retry_count: `CASE WHEN l.seq IS NOT NULL THEN l.retry_count + 1 WHEN i.status = ${InvocationStatus.BackingOff} THEN f.retry_count END`,
  last_start_at: `CASE WHEN l.seq IS NOT NULL THEN l.started_at WHEN i.status = ${InvocationStatus.BackingOff} THEN f.failure ->> '$.attempt.startedAtMs' END`,
  last_attempt_deployment_id: `CASE WHEN l.seq IS NOT NULL THEN l.deployment WHEN i.status = ${InvocationStatus.BackingOff} THEN coalesce(f.failure ->> '$.attempt.deployment', i.deployment) END`,
  last_attempt_server: `CASE WHEN l.seq IS NOT NULL THEN l.server WHEN i.status = ${InvocationStatus.BackingOff} THEN f.failure ->> '$.attempt.server' END`,
  next_retry_at: `CASE WHEN i.status = ${InvocationStatus.BackingOff} THEN f.next_retry_at END`,
  ...Object.fromEntries(
    [
      "last_failure",
      "last_failure_error_code",
      "last_failure_related_command_index",
      "last_failure_related_command_name",
      "last_failure_related_command_type",
      "last_failure_related_entry_index",
      "last_failure_related_entry_name",
      "last_failure_related_entry_type",
    ].map((name) => [
      name,
      `CASE WHEN l.seq IS NOT NULL OR i.status = ${InvocationStatus.BackingOff} THEN rl_failure(f.failure, '${name.replace(/^last_failure_?/, "")}') END`,
    ]),
  ),
  last_awaiting_on_future_json: "CASE WHEN l.seq IS NOT NULL THEN rl_await(l.awaiting, 'running') END",
};

const STATUS = (ready: string, inboxed: string, backingOff: string) =>
  `CASE i.status WHEN ${InvocationStatus.Scheduled} THEN 'scheduled' WHEN ${InvocationStatus.Inboxed} THEN '${inboxed}' WHEN ${InvocationStatus.Ready} THEN ${ready} WHEN ${InvocationStatus.Suspended} THEN 'suspended'
    WHEN ${InvocationStatus.BackingOff} THEN '${backingOff}' WHEN ${InvocationStatus.Paused} THEN 'paused' ELSE 'completed' END`;

const FROM_INVOCATIONS = `main.invocation i LEFT JOIN temp.rl_live l ON l.seq = i.seq`;
const WITH_FAILURES = `${FROM_INVOCATIONS} LEFT JOIN main.attempt_failure f ON f.seq = i.seq`;

const columns = (named: Readonly<Record<string, string>>): string =>
  Object.entries(named)
    .map(([name, sql]) => `${sql} AS "${name}"`)
    .join(",\n  ");

const STAGE = `CASE WHEN l.seq IS NOT NULL THEN 'running' WHEN i.status = ${InvocationStatus.Suspended} THEN 'suspended' WHEN i.status = ${InvocationStatus.Paused} THEN 'paused'
    WHEN i.status = ${InvocationStatus.Completed} THEN 'finished' ELSE 'inbox' END`;
const ATTEMPTED = "coalesce(i.started_at, l.started_at)";
const ENTRY_COLUMNS = {
  stage: STAGE,
  status: `CASE i.status WHEN ${InvocationStatus.Scheduled} THEN 'scheduled' WHEN ${InvocationStatus.Inboxed} THEN 'new' WHEN ${InvocationStatus.Ready} THEN CASE WHEN l.seq IS NOT NULL THEN 'started' WHEN i.started_at IS NOT NULL THEN 'yielded' ELSE 'new' END
    WHEN ${InvocationStatus.Suspended} THEN 'started' WHEN ${InvocationStatus.BackingOff} THEN 'backing-off' WHEN ${InvocationStatus.Paused} THEN 'started' ELSE CASE i.failed WHEN 1 THEN 'failed' ELSE 'succeeded' END END`,
  has_lock: `EXISTS (SELECT 1 FROM main.lock k WHERE k.service = i.service AND k.scope = i.scope AND k.key = i.key AND k.holder = i.seq
    AND ${IS_OBJECT})`,
};
const NEXT_RUN = `CASE WHEN i.status = ${InvocationStatus.BackingOff} THEN f.next_retry_at WHEN i.status = ${InvocationStatus.Scheduled} THEN i.execute_at WHEN i.status IN (${InvocationStatus.Inboxed}, ${InvocationStatus.Ready}) AND l.seq IS NULL THEN coalesce(i.execute_at, i.created_at) END`;
const FIRST_ATTEMPT = `coalesce(${ATTEMPTED}, f.since)`;
const LATEST_ATTEMPT = "coalesce(l.started_at, f.failure ->> '$.attempt.startedAtMs', i.started_at)";
const SUSPENDED_AT = `CASE WHEN i.status = ${InvocationStatus.Suspended} THEN (SELECT j.at FROM main.journal j WHERE ${JOURNAL("i.seq")} ORDER BY j.entry DESC LIMIT 1) END`;
/** How long it has run, when it does not run now. */
const RAN_MS = `CASE WHEN l.seq IS NULL THEN coalesce(i.completed_at, f.at, ${SUSPENDED_AT}) - ${FIRST_ATTEMPT} END`;
const ATTEMPTS = {
  transitioned_at: `max(i.created_at, coalesce(i.completed_at, 0), coalesce(l.started_at, 0), coalesce(f.at, 0), coalesce(${SUSPENDED_AT}, 0))`,
  num_attempts: `CASE WHEN ${ATTEMPTED} IS NULL AND f.seq IS NULL THEN 0 ELSE coalesce(f.retry_count, 0) + (f.seq IS NULL OR l.seq IS NOT NULL) END`,
  num_errors: "coalesce(f.retry_count, 0)",
  num_pauses: `i.status = ${InvocationStatus.Paused}`,
  num_suspensions: `i.status = ${InvocationStatus.Suspended}`,
  num_yields: "0",
  first_attempt_at: FIRST_ATTEMPT,
  latest_attempt_at: LATEST_ATTEMPT,
  first_runnable_at: "coalesce(i.execute_at, i.created_at)",
};
const BLOCKED_ON = [
  "invoker_concurrency",
  "throttling_rules",
  "invoker_throttling",
  "invoker_memory",
  "concurrency_rules",
  "lock",
  "deployment_concurrency",
];

/** How long the head of a queue has waited for what it waits for. */
const BLOCK_MS: Readonly<Record<string, string>> = {
  lock: `CASE WHEN q.status NOT IN (${InvocationStatus.Scheduled}, ${InvocationStatus.BackingOff}) AND q.lock_holder THEN rl_now() - q.due ELSE 0 END`,
  concurrency_rules: `CASE WHEN q.status NOT IN (${InvocationStatus.Scheduled}, ${InvocationStatus.BackingOff}) AND NOT q.lock_holder AND b.id IS NOT NULL THEN rl_now() - q.due ELSE 0 END`,
};

/** The columns of each view in any order: the translator names them. */
export const VIEWS: Readonly<Record<string, string>> = {
  sys_invocation_status: `SELECT i.seq AS rl_seq, 0 AS partition_key, rl_id(i.id) AS id,
  ${STATUS("'invoked'", "inboxed", "invoked")} AS status,
  ${columns({ ...STATUS_COLUMNS, ...COMPLETION })}
FROM ${FROM_INVOCATIONS}`,

  sys_invocation_state: `SELECT i.seq AS rl_seq, 0 AS partition_key, rl_id(i.id) AS id, l.seq IS NOT NULL AS in_flight,
  ${columns(STATE_COLUMNS)}
FROM (SELECT seq FROM temp.rl_live UNION SELECT seq FROM main.attempt_failure) s JOIN main.invocation i ON i.seq = s.seq
  LEFT JOIN temp.rl_live l ON l.seq = i.seq LEFT JOIN main.attempt_failure f ON f.seq = i.seq
WHERE l.seq IS NOT NULL OR i.status = ${InvocationStatus.BackingOff}`,

  sys_invocation: `SELECT i.seq AS rl_seq, rl_id(i.id) AS id,
  ${columns({ ...STATUS_COLUMNS, ...STATE_COLUMNS })},
  ${STATUS("CASE WHEN l.seq IS NOT NULL THEN 'running' ELSE 'ready' END", "pending", "backing-off")} AS status,
  ${columns(COMPLETION)}
FROM ${WITH_FAILURES}`,

  sys_journal: `SELECT i.seq AS rl_seq, 0 AS partition_key, rl_id(i.id) AS id, j.entry & 1048575 AS "index",
  rl_entry(j.type, j.body, 'type') AS entry_type, rl_entry(j.type, j.body, 'name') AS name, NULL AS completed,
  NULL AS invoked_id, NULL AS invoked_target, NULL AS sleep_wakeup_at, NULL AS promise_name,
  j.body AS raw, length(j.body) AS raw_length, 2 AS version,
  rl_entry_json(j.type, j.body, 0, ${CALLEE}) AS entry_json, rl_entry_json(j.type, j.body, 1, ${CALLEE}) AS entry_lite_json, j.at AS appended_at
FROM main.invocation i JOIN main.journal j ON ${JOURNAL("i.seq")}
WHERE ${WRITTEN}`,

  sys_journal_events: `SELECT i.seq AS rl_seq, 0 AS partition_key, rl_id(i.id) AS id, e.after AS after_journal_entry_index,
  e.at AS appended_at, e.type AS event_type, e.event AS event_json
FROM main.invocation i JOIN main.journal_event e ON e.number >= i.seq * ${MAX_JOURNAL_ENTRIES} AND e.number < (i.seq + 1) * ${MAX_JOURNAL_ENTRIES}`,

  sys_inbox: `SELECT b.seq AS rl_seq, 0 AS partition_key, b.service AS service_name, b.key AS service_key, ${ID_OF("b.seq")} AS id,
  b.position AS sequence_number, NULL AS created_at FROM main.inbox b WHERE b.seq IS NOT NULL`,

  sys_keyed_service_status: `SELECT k.holder AS rl_seq, 0 AS partition_key, k.service AS service_name, k.key AS service_key,
  ${ID_OF("k.holder")} AS invocation_id FROM main.lock k WHERE ${KEY_TYPE("k")} = 'virtual_object'`,

  sys_locks: `SELECT k.holder AS rl_seq, 0 AS partition_key, nullif(k.scope, '') AS scope, ${LOCK_NAME("k")} AS lock_name,
  coalesce(i.started_at, l.started_at, i.created_at) AS acquired_at, rl_id(i.id) AS acquired_by
FROM main.lock k LEFT JOIN main.invocation i ON i.seq = k.holder LEFT JOIN temp.rl_live l ON l.seq = k.holder
WHERE ${KEY_TYPE("k")} = 'virtual_object'`,

  sys_promise: `SELECT 0 AS partition_key, nullif(p.scope, '') AS scope, p.service AS service_name, p.key AS service_key, p.name AS key,
  p.body IS NOT NULL AS completed, rl_notification(p.body, 'value') AS completion_success_value,
  rl_utf8(rl_notification(p.body, 'value')) AS completion_success_value_utf8, rl_notification(p.body, 'failure') AS completion_failure
FROM (SELECT service, scope, key, name, body FROM main.promise
  UNION ALL SELECT DISTINCT service, scope, key, name, NULL FROM main.promise_awaiter a
    WHERE NOT EXISTS (SELECT 1 FROM main.promise o WHERE (o.service, o.scope, o.key, o.name) = (a.service, a.scope, a.key, a.name))) p`,

  state: `SELECT 0 AS partition_key, nullif(s.scope, '') AS scope, s.service AS service_name, s.key AS service_key, rl_lossy(s.name) AS key,
  length(s.name) AS key_length, rl_utf8(s.value) AS value_utf8, s.value AS value, length(s.value) AS value_length FROM main.state s`,

  sys_deployment: `SELECT d.id AS id, CASE WHEN d.uri LIKE 'http%' THEN 'http' ELSE 'in_process' END AS ty, rl_uri(d.uri) AS endpoint, d.created_at AS created_at,
  d.min_protocol_version AS min_service_protocol_version, d.max_protocol_version AS max_service_protocol_version,
  (SELECT json_group_array(r.name) FROM main.service_revision r WHERE r.deployment = d.id) AS services FROM main.deployment d`,

  sys_service: `SELECT r.name AS name, r.revision AS revision, rl_service_public(r.name) AS public, rl_service_type(r.name, 0) AS ty,
  r.deployment AS deployment_id FROM main.service_revision r
WHERE r.revision = (SELECT max(o.revision) FROM main.service_revision o WHERE o.name = r.name)`,

  sys_rules: `SELECT pattern, concurrency, description, disabled, version, modified_at AS last_modified FROM main.limit_rule`,

  sys_user_limits: `SELECT 0 AS partition_key, v.scope AS scope, v.l1 AS l1, v.l2 AS l2,
  CASE v.depth WHEN 1 THEN 'Scope' WHEN 2 THEN 'Level1' ELSE 'Level2' END AS level, v.usage AS usage, v.limited AS concurrency_limit,
  v.rule AS rule_pattern, max(0, v.limited - v.usage) AS available,
  (SELECT count(*) FROM temp.rl_blocked b WHERE b.level = v.level AND NOT (b.key IS NOT NULL AND EXISTS (SELECT 1 FROM main.lock k
    WHERE k.service = b.service AND k.scope = b.scope AND k.key = b.key AND k.holder <> (SELECT w.seq FROM main.queue_waiter w
      WHERE w.queue = b.name ORDER BY w.at, w.seq LIMIT 1)))) AS num_waiters FROM temp.rl_level v`,

  sys_vqueues: `SELECT i.seq AS rl_seq, 0 AS partition_key, ${VQUEUE} AS id, ${columns(ENTRY_COLUMNS)}, ${NEXT_RUN} AS run_at,
  i.seq AS sequence_number, rl_id(i.id) AS entry_id, 'invocation' AS entry_kind, i.created_at AS created_at, ${columns(ATTEMPTS)},
  coalesce(i.deployment, l.deployment) AS deployment FROM ${WITH_FAILURES}`,

  sys_vqueue_entry_status: `SELECT i.seq AS rl_seq, 0 AS partition_key, rl_id(i.id) AS entry_id, ${VQUEUE} AS vqueue_id, ${columns(ENTRY_COLUMNS)},
  CASE WHEN i.status = ${InvocationStatus.Completed} THEN i.expires_at ELSE coalesce(${NEXT_RUN}, i.created_at) END AS next_at, i.seq AS sequence_number,
  'invocation' AS entry_kind, i.created_at AS created_at, ${columns(ATTEMPTS)}, coalesce(i.deployment, l.deployment) AS deployment,
  NULL AS needed_memory, coalesce(f.retry_count, 0) AS retry_attempts, coalesce(f.retry_count, 0) AS retry_count_since_last_stored_command,
  ${BLOCKED_ON.flatMap((on) => [`0 AS latest_attempt_blocked_on_${on}`, `0 AS total_blocked_on_${on}`]).join(", ")}
FROM ${WITH_FAILURES}`,

  sys_vqueue_meta: `SELECT 0 AS partition_key, ${VQUEUE} AS id,
  sum(i.status IN (${InvocationStatus.Scheduled}, ${InvocationStatus.Inboxed}, ${InvocationStatus.BackingOff}) OR i.status = ${InvocationStatus.Ready}) > 0 AS is_active,
  EXISTS (SELECT 1 FROM main.paused_vqueue p WHERE p.id = ${VQUEUE}) AS queue_is_paused, i.service AS service_name,
  nullif(i.scope, '') AS scope, i.limit_key AS limit_key, CASE WHEN ${IS_OBJECT} AND i.exclusive THEN ${LOCK_NAME("i")} END AS lock_name,
  min(i.created_at) AS created_at, max(i.created_at) AS last_enqueued_at, max(${FIRST_ATTEMPT}) AS last_start_at,
  max(${LATEST_ATTEMPT}) AS last_attempt_at, max(i.completed_at) AS last_finish_at,
  CAST(coalesce(avg(i.started_at - coalesce(i.execute_at, i.created_at)), 0) AS INTEGER) AS avg_queue_duration,
  CAST(coalesce(avg(i.started_at - coalesce(i.execute_at, i.created_at)), 0) AS INTEGER) AS avg_inbox_duration,
  CAST(coalesce(avg(${RAN_MS}), 0) AS INTEGER) AS avg_run_duration, 0 AS avg_suspension_duration,
  CAST(coalesce(avg(i.completed_at - i.created_at), 0) AS INTEGER) AS avg_end_to_end_duration, 0 AS avg_blocked_on_concurrency_rules,
  0 AS avg_blocked_on_invoker_concurrency, 0 AS avg_blocked_on_invoker_throttling, 0 AS avg_blocked_on_lock,
  sum(i.status IN (${InvocationStatus.Scheduled}, ${InvocationStatus.Inboxed}, ${InvocationStatus.BackingOff}) OR (i.status = ${InvocationStatus.Ready} AND l.seq IS NULL)) AS num_inbox, sum(l.seq IS NOT NULL) AS num_running,
  sum(i.status = ${InvocationStatus.Suspended}) AS num_suspended, sum(i.status = ${InvocationStatus.Paused}) AS num_paused, sum(i.status = ${InvocationStatus.Completed}) AS num_finished
FROM ${WITH_FAILURES} GROUP BY ${VQUEUE}`,

  sys_scheduler: `SELECT 0 AS partition_key, q.id AS id, q.num_inbox AS num_inbox,
  CASE WHEN q.status IN (${InvocationStatus.Scheduled}, ${InvocationStatus.BackingOff}) THEN 'scheduled' WHEN q.lock_holder OR b.id IS NOT NULL THEN 'blocked' ELSE 'ready' END AS status,
  rl_id(q.head) AS head_entry_id, CASE WHEN q.status IN (${InvocationStatus.Scheduled}, ${InvocationStatus.BackingOff}) THEN q.due END AS scheduled_at,
  CASE WHEN q.status IN (${InvocationStatus.Scheduled}, ${InvocationStatus.BackingOff}) THEN NULL WHEN q.lock_holder THEN 'lock' WHEN b.id IS NOT NULL THEN 'limit-key-concurrency' END AS blocked_on,
  CASE WHEN q.status IN (${InvocationStatus.Scheduled}, ${InvocationStatus.BackingOff}) THEN NULL
    WHEN q.lock_holder THEN json_object('resource', 'lock', 'scope', nullif(q.scope, ''), 'lock_name', q.service || '/' || q.key)
    WHEN b.id IS NOT NULL THEN json_object('resource', 'limit-key-concurrency', 'scope', q.scope, 'limit_key', coalesce(q.limit_key, ''),
      'blocked_level', CASE b.depth WHEN 1 THEN 'scope' WHEN 2 THEN 'level1' ELSE 'level2' END, 'blocked_rule', b.rule) END AS blocked_on_json,
  ${BLOCKED_ON.map((on) => `${BLOCK_MS[on] ?? "0"} AS ${on}_block_duration`).join(", ")}
FROM (SELECT ${VQUEUE} AS id, count(*) AS num_inbox, i.status AS status, i.id AS head, i.service AS service, i.scope AS scope, i.key AS key,
    i.limit_key AS limit_key, i.exclusive AND ${IS_OBJECT} AND EXISTS (SELECT 1 FROM main.lock k
      WHERE k.service = i.service AND k.scope = i.scope AND k.key = i.key AND k.holder <> i.seq) AS lock_holder,
    min(coalesce(CASE WHEN i.status = ${InvocationStatus.BackingOff} THEN f.next_retry_at END, i.execute_at, i.created_at)) AS due
  FROM ${WITH_FAILURES} WHERE i.status IN (${InvocationStatus.Scheduled}, ${InvocationStatus.Inboxed}, ${InvocationStatus.BackingOff}) OR (i.status = ${InvocationStatus.Ready} AND l.seq IS NULL) GROUP BY ${VQUEUE}) q
  LEFT JOIN temp.rl_blocked b ON b.id = q.id WHERE NOT EXISTS (SELECT 1 FROM main.paused_vqueue p WHERE p.id = q.id)`,
};
