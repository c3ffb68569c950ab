import type { Any } from "./any.ts";
import type { Duration } from "./duration.ts";

const INTERNAL = 500;
const TIMEOUT = 408;
const CANCELLED = 409;

/** What all errors have in common that mean something to Restate. On its own it is retried as any other error. */
export class RestateError extends Error {
  /** An HTTP status code. */
  readonly code: number;
  override name = "RestateError";

  /** @param options.errorCode default 500 */
  constructor(message: string, options?: { errorCode?: number; cause?: Any }) {
    super(message, { cause: options?.cause });
    this.code = options?.errorCode ?? INTERNAL;
  }
}

/**
 * A failure that retrying does not mend. Thrown by a handler, it is the invocation's result and reaches whoever
 * awaits it; thrown in `ctx.run`, it is the result of the step.
 */
export class TerminalError extends RestateError {
  override name = "TerminalError";
  /** Empty when none was given. */
  readonly metadata?: Record<string, string>;

  /**
   * @param options.errorCode an HTTP status code, which a caller at the ingress gets; default 500
   * @param options.metadata travels with message and code (needs a server from 1.6 on)
   */
  constructor(message: string, options?: { errorCode?: number; metadata?: Record<string, string> }) {
    super(message, options);
    this.metadata = options?.metadata ?? {};
  }
}

/** What was awaited took longer than `orTimeout` allows. */
export class TimeoutError extends TerminalError {
  override name = "TimeoutError";

  constructor() {
    super("Timeout occurred", { errorCode: TIMEOUT });
  }
}

/** The invocation was cancelled while it awaited something. */
export class CancelledError extends TerminalError {
  override name = "CancelledError";

  constructor() {
    super("Cancelled", { errorCode: CANCELLED });
  }
}

export interface RetryableErrorOptions {
  /** How long to wait before the next attempt, in milliseconds or as a duration. Without it the retry policy decides. */
  retryAfter?: Duration | number;
}

/** A failure to try again, in `ctx.run` after a delay that the error itself sets. */
export class RetryableError extends RestateError {
  override name = "RetryableError";
  readonly retryAfter?: Duration | number;

  constructor(message: string, options?: RetryableErrorOptions & { errorCode?: number; cause?: Any }) {
    super(message, options);
    if (options?.retryAfter !== undefined) this.retryAfter = options.retryAfter;
  }

  /** Wraps what was thrown, with its message, as the cause. */
  static from(cause: Any, options?: RetryableErrorOptions): RetryableError {
    const error = toError(cause);
    return new RetryableError(error.message, { ...codeOf(error), cause, ...options });
  }
}

/**
 * Pauses the invocation until somebody resumes it. Means this only in `ctx.run`; elsewhere it is retried as any
 * other error.
 */
export class PauseError extends RestateError {
  override name = "PauseError";

  // biome-ignore lint/complexity/noUselessConstructor: reason: keeps the parameters out of RestateError's documentation
  constructor(message: string, options?: { errorCode?: number; cause?: Any }) {
    super(message, options);
  }

  /** Wraps what was thrown, with its message, as the cause. (The official SDK answers a `RetryableError` here.) */
  static from(cause: Any): PauseError {
    const error = toError(cause);
    return new PauseError(error.message, { ...codeOf(error), cause });
  }
}

/**
 * What was thrown, as an `Error`. Anything can be thrown: an object with a code and a message becomes a
 * `RestateError`, whatever is no error at all is named in the message.
 */
export function toError(thrown: unknown): Error {
  if (thrown instanceof Error) return thrown;
  if (typeof thrown === "object" && thrown !== null && "code" in thrown && "message" in thrown) {
    const { code, message } = thrown as { code: number; message: string };
    return new RestateError(message, { errorCode: code });
  }
  return new Error(`Non-Error value: ${preview(thrown)}`);
}

function preview(value: unknown): string {
  try {
    return JSON.stringify(value) ?? String(value);
  } catch {
    return "(no JSON representation)";
  }
}

function codeOf(error: Error & { errorCode?: unknown }): { errorCode?: number } {
  const { errorCode } = error;
  return typeof errorCode === "number" ? { errorCode } : {};
}
