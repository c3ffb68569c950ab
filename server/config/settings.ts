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
  secret,
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
  /** Other dotted names that the real server or its documentation gives it. */
  readonly aliases?: readonly string[];
}

function setting<T>(path: string, parse: Parse<T>, otherwise: T, option?: string): Setting<T> {
  return option === undefined ? { path, parse, otherwise } : { path, parse, otherwise, option };
}

function known<T>(aliases: readonly string[], under: Setting<T>): Setting<T> {
  return { ...under, aliases };
}

const optional =
  <T>(parse: Parse<T>): Parse<T | undefined> =>
  (value) =>
    parse(value);

/** Every setting of the server. Durations in milliseconds, sizes in bytes. */
export const SETTINGS = {
  host: setting("bind-ip", text, "127.0.0.1", "host"),
  /** Where one port listens elsewhere than the other; `--host` is for both. */
  ingressHost: setting("ingress.bind-ip", optional(text), undefined, "host"),
  adminHost: setting("admin.bind-ip", optional(text), undefined, "host"),
  ingressPort: setting("ingress.bind-port", integer(0, 65_535), 8080, "ingress-port"),
  adminPort: setting("admin.bind-port", integer(0, 65_535), 9070, "admin-port"),
  advertisedIngress: known(
    ["ingress.advertised-address", "admin.advertised-ingress-endpoint"],
    setting("ingress.advertised-ingress-endpoint", optional(text), undefined),
  ),
  dataDir: setting("base-dir", text, ".restate-lite", "data-dir"),
  isEphemeral: setting("ephemeral", flag, false, "ephemeral"),
  durability: setting("durability", oneOf("power", "process"), "power", "durability"),
  logLevel: setting<LogLevel>("log-filter", logLevel, "info", "log-level"),
  logFormat: setting("log-format", oneOf("pretty", "compact", "json"), "pretty", "log-format"),
  allowedHosts: setting("allowed-hosts", list, [], "allowed-host"),
  allowedOrigins: setting("allowed-origins", list, [], "allowed-origin"),
  adminToken: setting("admin-token", optional(secret), undefined, "admin-token"),
  adminTokenFile: setting("admin-token-file", optional(text), undefined, "admin-token-file"),
  isInsecure: setting("insecure", flag, false, "insecure"),
  clusterName: setting("cluster-name", text, "localcluster"),
  shutdownTimeoutMs: setting("shutdown-timeout", durationMs, 60_000),
  requestLimitBytes: setting("ingress.request-size-limit", sizeBytes, 32 * MIB),
  identityKeyFile: known(
    ["worker.invoker.request-identity-private-key-pem-file"],
    setting("request-identity-private-key-pem-file", optional(text), undefined),
  ),

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
  maxIdempotencyRetentionMs: setting("max-idempotency-retention", optional(durationMs), undefined),
  maxWorkflowRetentionMs: setting("max-workflow-completion-retention", optional(durationMs), undefined),
  maxRetryAttempts: setting("max-retry-policy-max-attempts", optional(integer(1)), undefined),

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
 * RocksDB, clustering, the memory pools of its invoker). Giving them is no mistake, so they do not warn. What somebody
 * would miss (proxies, tracing, Kafka, throttling, …) is not among them.
 */
export const WITHOUT_MEANING = new RegExp(
  [
    "roles|node-|location|auto-provision|default-num-partitions|default-replication|force-node-id|log-server",
    "bind-port|bind-address|advertised-|listen-mode|metadata-|bifrost|networking|rocksdb-|gossip-|hlc-",
    "disable-|log-disable-|default-thread-|storage-|initialization-|network-error-|experimental-",
    "worker\\.(internal|cleanup|max-command|trim|data-service|rule-book|storage|snapshots|shuffle|num-timers)",
    "worker\\.invoker\\.(in-memory|memory|per-invocation|http2-|request-compression|request-identity-expiration)",
    "worker\\.invoker\\.(message-size-warning|tmp-dir)",
    "admin\\.(heartbeat|query-engine|disable-cluster|listen-mode|advertised-)",
    "ingress\\.(ingestion|listen-mode)",
  ]
    .map((group) => `^(?:${group})`)
    .join("|"),
);

/** Variables of the real CLI, its SDKs and its cloud, which share the prefix and are no settings of a server. */
export const OF_OTHER_PROGRAMS =
  /^RESTATE_(ADMIN_URL|INGRESS_URL|HOST|HOST_SCHEME|AUTH_TOKEN|BEARER_TOKEN|API_KEY|ENV_ID|ENVIRONMENT(_ID)?|LOGGING|LOG_DRIVER|SIGNING_PUBLIC_KEY|IDENTITY_KEY|TUNNEL_NAME|CLOUD_REGION|PLATFORM)$/;
