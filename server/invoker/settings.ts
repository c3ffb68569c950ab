/** Limits and timeouts of the invoker. */
export interface InvokerSettings {
  /** Largest message from an endpoint. */
  readonly messageLimitBytes: number;
  /** State that goes along with the start of an attempt; more is fetched by the SDK. 0: none. */
  readonly eagerStateLimitBytes: number;
  /** Attempts at the same time on one HTTP/2 connection; the endpoint may allow fewer. */
  readonly streamsPerConnection: number;
  /** Connections to one origin; attempts beyond what they carry wait. */
  readonly connectionsPerOrigin: number;
  readonly connectTimeoutMs: number;
  /** How long a connection without streams stays open. */
  readonly idleConnectionMs: number;
  /** Journal bytes read ahead of what the endpoint takes. */
  readonly replayChunkBytes: number;
  /** Bytes for a running attempt that its endpoint does not take; above it the attempt fails. */
  readonly deliveryLimitBytes: number;
  /** How long an endpoint may leave its response open after its last message. */
  readonly lingerMs: number;
  /** Discovery as a whole. */
  readonly discoveryTimeoutMs: number;
  readonly clusterName: string;
  /** Go with every request to an endpoint; names in lower case. */
  readonly requestHeaders: Readonly<Record<string, string>>;
  /** PEM certificates to trust for `https` endpoints instead of the well-known ones. */
  readonly trustedCertificates: string | undefined;
}

export const DEFAULT_INVOKER_SETTINGS: InvokerSettings = {
  messageLimitBytes: 32 * 1024 * 1024,
  eagerStateLimitBytes: 32 * 1024 * 1024,
  streamsPerConnection: 128,
  connectionsPerOrigin: 1000,
  connectTimeoutMs: 10_000,
  idleConnectionMs: 60_000,
  replayChunkBytes: 256 * 1024,
  deliveryLimitBytes: 64 * 1024 * 1024,
  lingerMs: 10_000,
  discoveryTimeoutMs: 30_000,
  clusterName: "localcluster",
  requestHeaders: {},
  trustedCertificates: undefined,
};

/** What the real server adds to the message limit for the rest of a message (33,816,576 bytes in all, exclusive). */
export const MESSAGE_OVERHEAD_BYTES = 256 * 1024 - 1;
