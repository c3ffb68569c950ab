import {
  decimal,
  durationMs,
  flag,
  integer,
  type LogLevel,
  list,
  logLevel,
  oneOf,
  type Parse,
  sizeBytes,
  text,
} from "./values.ts";

const DAY_MS = 86_400_000;
const MIB = 2 ** 20;

/** A setting: where it can be given, how it is read, and what it is otherwise. */
export interface Setting<T> {
  /** Dotted name in `restate.toml`; also gives the name of the environment variable. The real server's name where it has one. */
  readonly path: string;
  readonly parse: Parse<T>;
  readonly otherwise: T;
  /** Name on the command line, if any. */
  readonly option?: string;
}

function setting<T>(path: string, parse: Parse<T>, otherwise: T, option?: string): Setting<T> {
  return option === undefined ? { path, parse, otherwise } : { path, parse, otherwise, option };
}

const optional =
  <T>(parse: Parse<T>): Parse<T | undefined> =>
  (value) =>
    parse(value);

/** Every setting of the server. Durations in milliseconds, sizes in bytes. */
export const SETTINGS = {
  host: setting("bind-ip", text, "127.0.0.1", "host"),
  ingressPort: setting("ingress.bind-port", integer(0, 65_535), 8080, "ingress-port"),
  adminPort: setting("admin.bind-port", integer(0, 65_535), 9070, "admin-port"),
  advertisedIngress: setting("admin.advertised-ingress-endpoint", optional(text), undefined),
  dataDir: setting("base-dir", text, ".restate-lite", "data-dir"),
  isEphemeral: setting("ephemeral", flag, false, "ephemeral"),
  durability: setting("durability", oneOf("power", "process"), "power", "durability"),
  logLevel: setting<LogLevel>("log-filter", logLevel, "info", "log-level"),
  logFormat: setting("log-format", oneOf("pretty", "compact", "json"), "pretty", "log-format"),
  allowedHosts: setting("allowed-hosts", list, [], "allowed-host"),
  allowedOrigins: setting("allowed-origins", list, [], "allowed-origin"),
  clusterName: setting("cluster-name", text, "localcluster"),
  shutdownTimeoutMs: setting("shutdown-timeout", durationMs, 60_000),
  requestLimitBytes: setting("ingress.request-size-limit", sizeBytes, 32 * MIB),
  identityKeyFile: setting("request-identity-private-key-pem-file", optional(text), undefined),

  inactivityTimeoutMs: setting("worker.invoker.inactivity-timeout", durationMs, 60_000),
  abortTimeoutMs: setting("worker.invoker.abort-timeout", durationMs, 600_000),
  messageLimitBytes: setting("worker.invoker.message-size-limit", sizeBytes, 32 * MIB),
  eagerStateLimitBytes: setting("worker.invoker.eager-state-size-limit", sizeBytes, 32 * MIB),
  concurrentInvocations: setting("worker.invoker.concurrent-invocations-limit", integer(1), 1000),
  connectTimeoutMs: setting("worker.invoker.connect-timeout", durationMs, 10_000),
  streamsPerConnection: setting("worker.invoker.http2-streams-per-connection-limit", integer(1), 128),
  idleConnectionMs: setting("worker.invoker.http2-idle-connection-timeout", durationMs, 300_000),

  journalRetentionMs: setting("default-journal-retention", durationMs, DAY_MS),
  idempotencyRetentionMs: setting("default-idempotency-retention", durationMs, DAY_MS),
  workflowRetentionMs: setting("default-workflow-completion-retention", durationMs, DAY_MS),
  maxJournalRetentionMs: setting("max-journal-retention", optional(durationMs), undefined),

  retryInitialIntervalMs: setting("default-retry-policy.initial-interval", durationMs, 500),
  retryFactor: setting("default-retry-policy.exponentiation-factor", decimal, 2),
  retryMaxIntervalMs: setting("default-retry-policy.max-interval", durationMs, 60_000),
  retryMaxAttempts: setting<number | null>(
    "default-retry-policy.max-attempts",
    (value) => (value === "unlimited" ? null : integer(1)(value)),
    70,
  ),
  retryOnMaxAttempts: setting("default-retry-policy.on-max-attempts", oneOf("pause", "kill"), "pause"),
} as const satisfies Record<string, Setting<unknown>>;

export type ServerConfig = {
  readonly [K in keyof typeof SETTINGS]: (typeof SETTINGS)[K]["otherwise"] extends infer T
    ? SettingValue<(typeof SETTINGS)[K], T>
    : never;
};
type SettingValue<S, Fallback> = S extends Setting<infer T> ? T : Fallback;

/**
 * Settings of the real server that steer what a single node of SQLite does not have (its log, its partitions, its
 * RocksDB, clustering, telemetry). Giving them is no mistake, so they do not warn.
 */
export const WITHOUT_MEANING =
  /^(roles|node-|cluster-|location|auto-provision|default-num-partitions|default-replication|force-node-id|bind-port|bind-address|advertised-|use-random-ports|listen-mode|metadata-|bifrost|networking|rocksdb-|gossip-|hlc-|tracing-|runtime-|disable-|log-disable-|default-thread-|storage-|initialization-|network-error-|no-proxy|http-proxy|experimental-|worker\.(internal|cleanup|max-command|trim|data-service|rule-book|self-proposal|storage|snapshots|shuffle)|worker\.invoker\.(in-memory|memory|per-invocation|http2-|request-|message-size-warning|additional|max-awaited|tmp-dir)|admin\.(heartbeat|query-engine|disable|bind-address|advertised-admin)|ingress\.(kafka|ingestion|experimental|bind-address|concurrent|advertised))/;
