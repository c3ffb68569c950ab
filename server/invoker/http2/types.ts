import type { Clock } from "../../seams.ts";
import type { AttemptReceiver, AttemptRequest } from "../transport.ts";

export interface Http2Settings {
  readonly clock: Clock;
  readonly streamsPerConnection: number;
  readonly connectionsPerOrigin: number;
  readonly connectTimeoutMs: number;
  readonly idleConnectionMs: number;
  readonly trustedCertificates: string | undefined;
}

/** An attempt that wants a stream. */
export interface Wish {
  readonly request: AttemptRequest;
  readonly receiver: AttemptReceiver;
  isWithdrawn: boolean;
  /** Times that a new connection has refused it. */
  refusals: number;
}

/** What a connection tells the origin that it belongs to. */
export interface ConnectionOwner {
  /** The peer has said how many streams it allows on a connection. */
  limitLearned(streams: number): void;
  /** There is room for a stream where there may have been none. */
  roomAgain(): void;
  /**
   * The peer will not look at this request.
   * @param hasServed it has answered others on this connection, so that it may answer this one on another
   */
  refused(wish: Wish, reason: string, hasServed: boolean): void;
  /** @param unreachable why the connection could not be made, if it was not */
  gone(unreachable: string | undefined): void;
}
