import type { Any, Duration, Serde, TerminalError } from "../core/index.ts";
import type { HooksProvider } from "./hooks.ts";

/*
 * Options of services and handlers. A handler's option goes before its service's, a service's before the endpoint's
 * `defaultServiceOptions`, and those before the server's configuration. Plain numbers are milliseconds.
 */

/** How failed attempts of an invocation are retried. What is absent is decided one level above. */
export type RetryPolicy = {
  /** The first attempt counts. */
  maxAttempts?: number;
  /** After the last attempt: pause until somebody resumes the invocation, or kill it. */
  onMaxAttempts?: "pause" | "kill";
  /** Delay before the second attempt. */
  initialInterval?: Duration | number;
  /** Upper bound of the delay. */
  maxInterval?: Duration | number;
  /** Growth of the delay from attempt to attempt. */
  exponentiationFactor?: number;
};

/** Options of a service, for all of its handlers. Those up to `retryPolicy` are told to the server at registration. */
export type ServiceOptions = {
  /** How long results of calls with an idempotency key are kept. */
  idempotencyRetention?: Duration | number;
  /** How long journals of completed invocations are kept; no longer than `idempotencyRetention` where that applies. */
  journalRetention?: Duration | number;
  /** After so long without a message, the server asks a running attempt to suspend. */
  inactivityTimeout?: Duration | number;
  /** After so long more, it aborts the attempt, wherever the code is. */
  abortTimeout?: Duration | number;
  /** Only other handlers may call, not the ingress. */
  ingressPrivate?: boolean;
  retryPolicy?: RetryPolicy;
  /**
   * Tells which errors of handlers and steps are terminal besides `TerminalError`. Undefined: retry.
   *
   * @example
   * asTerminalError: (error) => {
   *   if (error instanceof ValidationError) return new TerminalError(error.message, { errorCode: 400 });
   * }
   */
  asTerminalError?: (error: Any) => TerminalError | undefined;
  /** For inputs, results, state, steps, awakeables, signals and promises with no serde of their own. Default: JSON. */
  serde?: Serde<Any>;
  /** Code around the handlers and their steps: the endpoint's or service's outermost, then the handler's, each in order. */
  hooks?: HooksProvider[];
  /**
   * A cancellation does not interrupt what the handler awaits: the handler watches
   * `internal.ContextInternal.cancellation()` itself.
   *
   * @experimental
   */
  explicitCancellation?: boolean;
  /**
   * When the code no longer does what the journal says: let the retry policy decide (default), pause the invocation,
   * or fail it. Servers that do not know the last two retry.
   *
   * @experimental
   */
  onJournalMismatchErrors?: "retry" | "pause" | "fail";
};

type LazyState = {
  /** Fetch state entries one by one when they are read, instead of all of them before the attempt starts. */
  enableLazyState?: boolean;
};

export type ObjectOptions = ServiceOptions & LazyState;

export type WorkflowOptions = ServiceOptions &
  LazyState & {
    /** How long a completed workflow keeps its result, state and promises, and its key stays taken. */
    workflowRetention?: Duration | number;
  };

/** Options of a handler: the service's that it overrides, and what concerns its payloads. */
export type ServiceHandlerOpts<I, O> = ServiceOptions & {
  /** Content types that the ingress accepts, with wildcards. Default: that of `input`. Changes no deserialisation. */
  accept?: string;
  /** Default: `serde`, else the service's, else JSON. */
  input?: Serde<I>;
  /** Default: `serde`, else the service's, else JSON. */
  output?: Serde<O>;
  /** Answer with the output's content type even when there are no bytes, for formats where that is a value. */
  setOutputContentTypeIfEmpty?: boolean;
  /** Shown by tools. */
  description?: string;
  /** Shown by tools. */
  metadata?: Record<string, string>;
};

export type ObjectHandlerOpts<I, O> = ServiceHandlerOpts<I, O> & LazyState;

export type WorkflowHandlerOpts<I, O> = ServiceHandlerOpts<I, O> & LazyState;

/** Options for all services of an endpoint. */
export type DefaultOptions = ServiceOptions & ObjectOptions & WorkflowOptions;
