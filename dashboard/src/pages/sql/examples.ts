export interface Example {
  readonly title: string;
  readonly query: string;
}

/** Questions that people come with. */
export const EXAMPLES: readonly Example[] = [
  {
    title: "The latest invocations",
    query: `SELECT id, target, status, created_at, completed_at
FROM sys_invocation
ORDER BY created_at DESC
LIMIT 100`,
  },
  {
    title: "What is stuck, and why",
    query: `SELECT id, target, status, retry_count, next_retry_at, last_failure
FROM sys_invocation
WHERE status IN ('backing-off', 'paused')
ORDER BY created_at`,
  },
  {
    title: "How many of each service in each status",
    query: `SELECT target_service_name AS service, status, count(*) AS invocations
FROM sys_invocation
GROUP BY 1, 2
ORDER BY 3 DESC`,
  },
  {
    title: "Invocations per minute of the last hour",
    query: `SELECT date_bin(interval '1 minute', created_at) AS minute, count(*) AS invocations
FROM sys_invocation
WHERE created_at >= now() - interval '1 hour'
GROUP BY 1
ORDER BY 1`,
  },
  {
    title: "The slowest that have ended",
    query: `SELECT id, target, extract(epoch FROM completed_at) - extract(epoch FROM created_at) AS seconds
FROM sys_invocation
WHERE completed_at IS NOT NULL
ORDER BY seconds DESC
LIMIT 50`,
  },
  {
    title: "Failures by what they say",
    query: `SELECT completion_failure, count(*) AS invocations, max(completed_at) AS latest
FROM sys_invocation
WHERE completion_result = 'failure'
GROUP BY 1
ORDER BY 2 DESC`,
  },
  {
    title: "The longest journals",
    query: `SELECT id, target, status, journal_size
FROM sys_invocation
WHERE journal_size IS NOT NULL
ORDER BY journal_size DESC
LIMIT 50`,
  },
  {
    title: "Who holds the key of an object, and how many wait for it",
    query: `SELECT l.service_name, l.service_key, l.invocation_id AS holder, count(i.id) AS waiting
FROM sys_keyed_service_status l
LEFT JOIN sys_inbox i ON i.service_name = l.service_name AND i.service_key = l.service_key
GROUP BY 1, 2, 3
ORDER BY 4 DESC`,
  },
  {
    title: "The largest state",
    query: `SELECT service_name, service_key, count(*) AS entries, sum(value_length) AS bytes
FROM state
GROUP BY 1, 2
ORDER BY 4 DESC
LIMIT 100`,
  },
  {
    title: "State, readable",
    query: `SELECT service_name, service_key, key, value_utf8
FROM state
ORDER BY 1, 2, 3
LIMIT 500`,
  },
  {
    title: "Tables and columns",
    query: `SELECT table_name, column_name, data_type
FROM information_schema.columns
ORDER BY table_name, ordinal_position`,
  },
];

/** What the editor starts with. */
export const FIRST = EXAMPLES[0]?.query ?? "";
