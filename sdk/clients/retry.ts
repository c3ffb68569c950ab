import { type Duration, millisOrDurationToMillis, type OptionNames } from "../core/index.ts";

/** A failure that may be transient: what {@link RetryPolicy.shouldRetry} decides on. */
export type RetryFailure =
  | {
      /** No complete answer came: the `fetch` or the reading of the body failed. */
      readonly kind: "network";
      readonly error: unknown;
    }
  | {
      /** The answer was no success. */
      readonly kind: "response";
      readonly status: number;
      readonly headers: Headers;
      /** The body as text; `undefined` when there was none. */
      readonly body?: string;
    };

/**
 * When and how often a request is repeated after a failure that leaves open whether the server got it. Only what can be
 * repeated without harm is: calls and sends with an idempotency key, the submission of a workflow (its key makes it run
 * once), and requests that only look: attach, output, result.
 */
export interface RetryPolicy {
  /** Attempts in all, the first included. Default 6; `false`: no bound. */
  maxAttempts?: number | false;

  /**
   * No attempt starts later than this after the first, in milliseconds or as a duration. Default 60 seconds; `false`: no
   * bound. It never interrupts an attempt.
   */
  maxDuration?: Duration | number | false;

  /** The pause after the first failure. Default 250 milliseconds. */
  initialInterval?: Duration | number;

  /** The longest pause, before a jitter of 20 %. Default 3 seconds. */
  maxInterval?: Duration | number;

  /** Each pause is so many times the one before. Default 2. */
  exponentiationFactor?: number;

  /** Whether an answer's `Retry-After` is the pause, in place of the computed one. Default `true`. */
  respectRetryAfter?: boolean;

  /**
   * Decides in place of {@link defaultShouldRetry}, within the bounds above.
   * @param attempt the attempt that failed, counted from 0
   */
  shouldRetry?: (failure: RetryFailure, attempt: number) => boolean;
}

export const RETRY_OPTIONS: OptionNames<RetryPolicy> = {
  maxAttempts: true,
  maxDuration: true,
  initialInterval: true,
  maxInterval: true,
  exponentiationFactor: true,
  respectRetryAfter: true,
  shouldRetry: true,
};

/** A policy with its defaults filled in; durations in milliseconds, no bound is `Infinity`. */
export interface ResolvedRetryPolicy {
  readonly maxAttempts: number;
  readonly maxDurationMs: number;
  readonly initialIntervalMs: number;
  readonly maxIntervalMs: number;
  readonly exponentiationFactor: number;
  readonly respectsRetryAfter: boolean;
  readonly shouldRetry: (failure: RetryFailure, attempt: number) => boolean;
}

const defaultPolicy: ResolvedRetryPolicy = {
  maxAttempts: 6,
  maxDurationMs: 60_000,
  initialIntervalMs: 250,
  maxIntervalMs: 3000,
  exponentiationFactor: 2,
  respectsRetryAfter: true,
  shouldRetry: defaultShouldRetry,
};

/** The policy that a connection's `retry` option stands for; `undefined` when it is off. */
export function resolveRetryPolicy(retry: RetryPolicy | boolean | undefined): ResolvedRetryPolicy | undefined {
  if (retry === undefined || retry === false) return undefined;
  if (retry === true) return defaultPolicy;
  return {
    maxAttempts:
      retry.maxAttempts === false ? Number.POSITIVE_INFINITY : (retry.maxAttempts ?? defaultPolicy.maxAttempts),
    maxDurationMs:
      retry.maxDuration === false ? Number.POSITIVE_INFINITY : millis(retry.maxDuration, defaultPolicy.maxDurationMs),
    initialIntervalMs: millis(retry.initialInterval, defaultPolicy.initialIntervalMs),
    maxIntervalMs: millis(retry.maxInterval, defaultPolicy.maxIntervalMs),
    exponentiationFactor: retry.exponentiationFactor ?? defaultPolicy.exponentiationFactor,
    respectsRetryAfter: retry.respectRetryAfter ?? defaultPolicy.respectsRetryAfter,
    shouldRetry: retry.shouldRetry ?? defaultShouldRetry,
  };
}

/**
 * The built-in decision: repeat after a network error and after the statuses 408, 425, 429 and 5xx, unless the server
 * says (`x-restate-error-source: invocation`) that the error is how the invocation ended: that is its result, and
 * asking again gives the same. A policy's own `shouldRetry` may build on it.
 */
export function defaultShouldRetry(failure: RetryFailure): boolean {
  if (failure.kind === "network") return true;
  if (failure.headers.get("x-restate-error-source") === "invocation") return false;
  const { status } = failure;
  return status === 408 || status === 425 || status === 429 || (status >= 500 && status < 600);
}

/** Where the failed attempt stands. */
export interface Progress {
  /** The attempt that failed, counted from 0. */
  readonly attempt: number;
  /** Since the first attempt began. */
  readonly elapsedMs: number;
  /** From 0 (pause 20 % shorter) to 1 (20 % longer). */
  readonly jitter: number;
  /** Now, for a `Retry-After` that names a date. */
  readonly nowMs: number;
}

/** How long to pause before the next attempt, or `undefined` when there should be none. */
export function pauseMs(policy: ResolvedRetryPolicy, failure: RetryFailure, progress: Progress): number | undefined {
  const { attempt, elapsedMs } = progress;
  if (attempt >= policy.maxAttempts - 1 || !policy.shouldRetry(failure, attempt)) return undefined;
  const pause = requestedPauseMs(policy, failure, progress.nowMs) ?? backoffMs(policy, attempt, progress.jitter);
  // Known before the pause, so that nobody waits for an attempt that will not come.
  return elapsedMs + pause < policy.maxDurationMs ? pause : undefined;
}

function backoffMs(policy: ResolvedRetryPolicy, attempt: number, jitter: number): number {
  const grown = policy.initialIntervalMs * policy.exponentiationFactor ** attempt;
  return Math.min(grown, policy.maxIntervalMs) * (0.8 + jitter * 0.4);
}

function requestedPauseMs(policy: ResolvedRetryPolicy, failure: RetryFailure, nowMs: number): number | undefined {
  if (failure.kind === "network" || !policy.respectsRetryAfter) return undefined;
  return parseRetryAfter(failure.headers.get("retry-after"), nowMs);
}

/** Reads `Retry-After`: seconds, or a date. `undefined` when it is neither. */
export function parseRetryAfter(value: string | null, nowMs: number): number | undefined {
  if (!value) return undefined;
  const seconds = Number(value);
  if (Number.isFinite(seconds)) return Math.max(0, seconds * 1000);
  const dateMs = Date.parse(value);
  return Number.isNaN(dateMs) ? undefined : Math.max(0, dateMs - nowMs);
}

function millis(duration: Duration | number | undefined, defaultMs: number): number {
  return duration === undefined ? defaultMs : millisOrDurationToMillis(duration);
}
