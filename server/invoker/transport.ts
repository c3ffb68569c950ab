import type { Deployment } from "../registry/types.ts";

/** One request of an attempt, the same for every transport. */
export interface AttemptRequest {
  /** The deployment's URI, for messages that people read. */
  readonly uri: string;
  readonly service: string;
  /** Scheme, host and port. */
  readonly origin: string;
  /** With the deployment's path prefix. */
  readonly path: string;
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string>>;
}

/** What the head of a response says that matters to an attempt. */
export interface ResponseHead {
  readonly status: number;
  readonly contentType: string | undefined;
  /** `x-restate-server`. */
  readonly server: string | undefined;
  readonly retryAfter: string | undefined;
}

/** The request side of a running attempt. No method throws. */
export interface AttemptStream {
  /** Bytes written and not yet taken by the connection. */
  readonly bufferedBytes: number;
  /** Sends bytes. `false`: wait for `drained` before sending more of what can wait. */
  write(bytes: Buffer): boolean;
  /** Sends these as with `write`, in one go. */
  writeAll(chunks: readonly Buffer[]): boolean;
  /** Ends the request, with the last bytes if there are any. Does nothing the second time. */
  end(last?: Buffer): void;
  /** Stops reading the response: the peer's window fills. */
  pause(): void;
  resume(): void;
  /** Cuts the stream off. The receiver hears nothing more. */
  abort(): void;
  /**
   * Ends the request and leaves the endpoint to finish as it likes: what it still says is read and dropped. SDKs take
   * that for a wish that they suspend; a stream that is cut off is an error to them. The receiver hears nothing more.
   */
  letGo(): void;
}

/** What a transport reports about one attempt. Nothing follows `finished`. */
export interface AttemptReceiver {
  /** The request can be sent now: there is a connection with room for it. */
  opened(stream: AttemptStream): void;
  /**
   * The endpoint has not looked at the request and says so: everything begins anew on another connection, with
   * `opened` or `finished`. Never after `head`.
   */
  refused(): void;
  head(head: ResponseHead): void;
  chunk(bytes: Buffer): void;
  /** After a `write` that answered `false`. */
  drained(): void;
  /** The response is complete; the request may still be open. */
  ended(): void;
  /**
   * The stream is gone.
   *
   * @param broken why, when it did not close in the regular way: a phrase without a full stop
   */
  finished(broken: string | undefined): void;
}

/** Carries attempts to endpoints. One implementation per way of talking to them. */
export interface Transport {
  /** Whether the endpoint may answer while the request is still open. */
  isBidirectional(deployment: Deployment, service: string): boolean;
  /**
   * Asks for a stream. `opened` or `finished` is called later, never before this returns.
   *
   * @returns what withdraws the request as long as it has not been opened
   */
  open(request: AttemptRequest, receiver: AttemptReceiver): () => void;
  /** Cuts every stream off and closes the connections. */
  close(): void;
}
