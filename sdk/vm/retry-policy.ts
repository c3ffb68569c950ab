import type { RunRetryPolicy } from "./types.ts";

const DEFAULT_INITIAL_INTERVAL_MS = 50;
const DEFAULT_FACTOR = 2;
const DEFAULT_MAX_INTERVAL_MS = 10_000;

/** The failures of a run so far, the last one included. */
export interface FailedAttempts {
  readonly count: number;
  readonly durationMs: number;
}

/**
 * How long to wait before a run is tried again: milliseconds, `undefined` when the invocation's own policy decides,
 * or `"giveUp"`. A policy that limits attempts or duration and says nothing of intervals leaves these to the
 * invocation's policy.
 */
export function nextRetry(policy: RunRetryPolicy | undefined, failed: FailedAttempts): number | "giveUp" | undefined {
  if (policy === undefined) return undefined;
  const { maxAttempts, maxDurationMs, initialIntervalMs, factor, maxIntervalMs } = policy;
  if (maxAttempts !== undefined && failed.count >= maxAttempts) return "giveUp";
  if (maxDurationMs !== undefined && failed.durationMs >= maxDurationMs) return "giveUp";
  if (initialIntervalMs === undefined && factor === undefined && maxIntervalMs === undefined) return undefined;
  const grown = (initialIntervalMs ?? DEFAULT_INITIAL_INTERVAL_MS) * (factor ?? DEFAULT_FACTOR) ** (failed.count - 1);
  return Math.min(Math.trunc(grown), maxIntervalMs ?? DEFAULT_MAX_INTERVAL_MS);
}
