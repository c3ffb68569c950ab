import {
  decimal,
  durationMs,
  flag,
  headers,
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
  hasNoColors: setting("log-disable-ansi-codes", flag, false),
  logFormat: setting("log-format", oneOf("pretty", "compact", "json"), "pretty", "log-format"),
  allowedHosts: setting("allowed-hosts", list, [], "allowed-host"),
  allowedOrigins: setting("allowed-origins", list, [], "allowed-origin"),
  adminToken: setting("admin-token", optional(secret), undefined, "admin-token"),
  adminTokenFile: setting("admin-token-file", optional(text), undefined, "admin-token-file"),
  isInsecure: setting("insecure", flag, false, "insecure"),
  clusterName: setting("cluster-name", text, "localcluster"),
  shutdownTimeoutMs: setting("shutdown-timeout", durationMs, 60_000),
  /** Free ports, for what no port is given for. */
  usesRandomPorts: setting("use-random-ports", flag, false),
  hasNoDashboard: setting("admin.disable-web-ui", flag, false),
  requestLimitBytes: setting("ingress.request-size-limit", sizeBytes, 32 * MIB),
  identityKeyFile: known(
    ["worker.invoker.request-identity-private-key-pem-file"],
    setting("request-identity-private-key-pem-file", optional(text), undefined),
  ),

  inactivityTimeoutMs: setting("worker.invoker.inactivity-timeout", durationMs, 60_000),
  abortTimeoutMs: setting("worker.invoker.abort-timeout", durationMs, 600_000),
  messageLimitBytes: setting("worker.invoker.message-size-limit", sizeBytes, 32 * MIB),
  /** The older way to say that the limit is 0. */
  hasNoEagerState: setting("worker.invoker.disable-eager-state", flag, false),
  eagerStateLimitBytes: setting("worker.invoker.eager-state-size-limit", sizeBytes, 32 * MIB),
  /** The real server's limit is 1,000 for each of its 24 partitions: 24,000 on a node (seen on 1.7.12). */
  concurrentInvocations: setting("worker.invoker.concurrent-invocations-limit", integer(1), 24_000),
  connectTimeoutMs: known(["connect-timeout"], setting("worker.invoker.connect-timeout", durationMs, 10_000)),
  requestHeaders: known(
    ["additional-request-headers"],
    setting("worker.invoker.additional-request-headers", headers, {}),
  ),
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

/** Every dotted name of a setting. */
export function namesOf({ path, aliases = [] }: Setting<unknown>): string[] {
  const port = /^(ingress|admin)\.bind-port$/.exec(path)?.[1];
  // Two that stand for it: see `normal`.
  const ports = port === undefined ? [] : [`${port}.bind-address`, `${port}.use-random-ports`];
  return [path, ...aliases, ...ports];
}

/** Variables of the real CLI, its SDKs and its cloud, which share the prefix and are no settings of a server. */
export const OF_OTHER_PROGRAMS =
  /^RESTATE_(ADMIN_URL|INGRESS_URL|HOST|HOST_SCHEME|AUTH_TOKEN|BEARER_TOKEN|API_KEY|ENV_ID|ENVIRONMENT(_ID)?|LOGGING|LOG_DRIVER|SIGNING_PUBLIC_KEY|IDENTITY_KEY|TUNNEL_NAME|CLOUD_REGION|PLATFORM)$/;
