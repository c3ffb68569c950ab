/** The settings of restate-server 1.7 that do nothing here, each with the reason. */
export interface OtherSetting {
  /** Dotted names; `*` stands for the rest of a name. */
  readonly paths: string;
  readonly reason: string;
  /** Whoever gives it waits for an effect, so the log says that there is none. */
  readonly isMissed?: true;
}

export const OTHER_SETTINGS: readonly OtherSetting[] = [
  {
    paths:
      "roles node-name location force-node-id auto-provision default-num-partitions default-replication bind-port " +
      "bind-address advertised-address advertised-host network-error-retry-policy.* initialization-timeout " +
      "metadata-* bifrost.* networking.* gossip-* hlc-* log-server.* admin.heartbeat-interval " +
      "admin.disable-cluster-controller admin.advertised-* ingress.advertised-host ingress.ingestion.* " +
      "worker.shuffle.* worker.rule-book-poll-interval",
    reason: "There is one node with one partition: nothing to name, to find, to replicate or to keep in touch with.",
  },
  {
    paths:
      "rocksdb-* worker.storage.* storage-* worker.trim-delay-interval worker.durability-mode worker.snapshots.num-* " +
      "worker.snapshots.*-retry-policy.* worker.snapshots.enable-cleanup worker.cleanup-interval",
    reason:
      "SQLite keeps the data, in one file without a log of its own beside it. What is over is deleted when it is due.",
  },
  {
    paths:
      "default-thread-* tokio-console-* worker.internal-queue-length worker.max-command-batch-* " +
      "worker.num-timers-in-memory-limit worker.self-proposal-* worker.data-service-memory-limit " +
      "worker.invoker.in-memory-queue-length-limit worker.invoker.memory-limit worker.invoker.per-invocation-* " +
      "worker.invoker.tmp-dir",
    reason: "One thread writes, and what waits are rows: there are no such threads, queues and pools.",
  },
  {
    paths:
      "worker.invoker.http2-initial-* worker.invoker.http2-max-frame-size worker.invoker.http2-keep-alive-* " +
      "worker.invoker.request-compression-threshold worker.invoker.message-size-warning " +
      "worker.invoker.max-awaited-future-depth worker.invoker.request-identity-expiration ingress.http2-*",
    reason:
      "Chosen by the server: requests are not compressed, tokens live for a minute, and a message that is too long is " +
      "refused with the limit in the error, without a warning before.",
  },
  {
    paths: "admin.query-engine.memory-size admin.query-engine.query-parallelism admin.query-engine.tmp-dir",
    reason: "Queries run in a process of their own with limits of its own: see sql.md.",
  },
  { paths: "disable-telemetry disable-prometheus", reason: "Nothing is sent home, and there is no port for metrics." },
  { paths: "disable-config-sql-table", reason: "The configuration is in no table." },
  { paths: "tracing-filter", reason: "Of what nothing exports: see the settings of traces below." },
  { paths: "experimental-*", reason: "What the real server hides behind flags is always on." },
  {
    paths: "listen-mode ingress.listen-mode admin.listen-mode",
    reason: "Both ports listen on TCP, never on a Unix socket.",
  },
  {
    paths: "tracing-endpoint tracing-runtime-endpoint tracing-services-endpoint tracing-json-path tracing-headers*",
    reason: "No traces are exported. A `traceparent` of the caller reaches the handler.",
    isMissed: true,
  },
  {
    paths: "worker.invoker.http-proxy worker.invoker.no-proxy http-proxy no-proxy",
    reason: "Endpoints are called directly, without a proxy.",
    isMissed: true,
  },
  {
    paths: "worker.invoker.aws-* aws-profile aws-assume-role-external-id",
    reason: "No AWS Lambda functions are invoked.",
    isMissed: true,
  },
  {
    paths: "worker.invoker.invocation-throttling* worker.invoker.action-throttling* admin.query-engine.rate-limiting*",
    reason: "There are no rates. Concurrency rules limit how much runs at a time: see flow-control.md.",
    isMissed: true,
  },
  {
    paths: "ingress.concurrent-api-requests-limit admin.concurrent-api-requests-limit",
    reason: "Requests are not counted; what waits costs a row. Concurrency rules limit what runs.",
    isMissed: true,
  },
  {
    paths: "ingress.kafka-clusters*",
    reason: "Nothing is consumed from Kafka. Clusters can be stored through the admin API.",
    isMissed: true,
  },
  {
    paths: "worker.snapshots.*",
    reason: "There are no snapshots in an object store. `restate-lite export` copies the data of a running server.",
    isMissed: true,
  },
  {
    paths: "admin.deployment-routing-headers",
    reason: "A deployment is known by its address alone.",
    isMissed: true,
  },
];

const PATTERNS = OTHER_SETTINGS.map(
  (other) =>
    [
      new RegExp(`^(?:${other.paths.replaceAll(".", "\\.").replaceAll("*", ".*").replaceAll(" ", "|")})$`),
      other,
    ] as const,
);

/** What is known of a name that is no setting of ours; the first line of the table that has it. */
export function otherSetting(path: string): OtherSetting | undefined {
  return PATTERNS.find(([pattern]) => pattern.test(path))?.[1];
}
