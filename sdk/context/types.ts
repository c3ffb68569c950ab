import type { LoggerTransport } from "../authoring/index.ts";
import type { JournalValueCodec } from "../core/index.ts";

/**
 * The seam between the ways of serving an endpoint (`sdk/endpoint`: HTTP/2, HTTP/1.1, fetch, Lambda, in-process) and
 * the run of one attempt: bytes in by method, bytes out by callback, no streams and no promises in between.
 */

/** Where an attempt's bytes go. No method may throw. */
export interface AttemptSink {
  /** Bytes for the server, in order. The buffer is the sink's from then on. */
  write(bytes: Uint8Array): void;
  /** The response is complete. Called exactly once, last. */
  end(): void;
}

/** A running attempt, as its transport sees it. No method throws. */
export interface RunningAttempt {
  /** Bytes of the request, in order, cut anywhere. */
  push(bytes: Uint8Array): void;
  /** The request has ended (request/response mode: from the start of replay on, what waits suspends). */
  inputClosed(): void;
  /** The connection is gone: the handler is to stop, nothing more is written; `sink.end` is still called. */
  disconnected(reason: string): void;
}

/** What the transport knows about an attempt when its request's head has arrived. */
export interface AttemptStart {
  /** Negotiated from the request's content type. */
  readonly version: 5 | 6 | 7;
  /** The HTTP headers of this attempt (`request().attemptHeaders`), lower-case names. */
  readonly headers: Readonly<Record<string, string>>;
  /** What the platform passes along (`request().extraArgs`: Lambda's context, a Worker's environment, …). */
  readonly extraArgs: readonly unknown[];
  /** What the logger is told beside the invocation, such as the id of a Lambda request. */
  readonly logContext?: Record<string, string> | undefined;
  readonly sink: AttemptSink;
}

/** What an endpoint lends to all of its attempts. */
export interface AttemptEnvironment {
  /** Transforms values on their way into the journal and out of it. Absent: they are taken as they are. */
  readonly journalValueCodec?: Promise<JournalValueCodec> | JournalValueCodec | undefined;
  /** Where `ctx.console` and the SDK's own messages go. */
  readonly logger: LoggerTransport;
  /** Unix time in milliseconds. */
  now(): number;
}
