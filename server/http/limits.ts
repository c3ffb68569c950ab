/** Bounds that keep slow or greedy clients from holding the server. None of them ends a request that waits. */
export interface ListenLimits {
  /** The header section, the URL included. */
  readonly headerBytes: number;
  readonly headerCount: number;
  /** From the first byte of a connection or request to the end of its headers. */
  readonly headersTimeoutMs: number;
  /** From the first byte of a request to the end of its body; the answer may take longer. */
  readonly requestTimeoutMs: number;
  /** How long a connection without a request stays open. */
  readonly keepAliveTimeoutMs: number;
  /** Requests in flight on one HTTP/2 connection. */
  readonly streamsPerConnection: number;
}

export const LIMITS: ListenLimits = {
  headerBytes: 64 * 1024,
  headerCount: 100,
  headersTimeoutMs: 30_000,
  requestTimeoutMs: 300_000,
  keepAliveTimeoutMs: 75_000,
  streamsPerConnection: 1000,
};
