import type { Duration, OptionNames, Serde } from "../core/index.ts";

/** A step whose result is kept: executed once, apart from retries. */
export type RunAction<T> = (() => Promise<T>) | (() => T);

/**
 * How a step is stored and retried. With one of the retry members, failures of the step are retried by these rules
 * and end in a `TerminalError` when attempts or duration are used up; without any, by the invocation's retry policy.
 * Plain numbers are milliseconds.
 */
export type RunOptions<T> = {
  serde?: Serde<T>;
  /** The first attempt counts. */
  maxRetryAttempts?: number;
  /** Counted from the first attempt. */
  maxRetryDuration?: Duration | number;
  /** Delay before the second attempt. Default: 50 ms. */
  initialRetryInterval?: Duration | number;
  /** Upper bound of the delay. Default: 10 s. */
  maxRetryInterval?: Duration | number;
  /** Growth of the delay from attempt to attempt. Default: 2. */
  retryIntervalFactor?: number;
};

export const RUN_OPTIONS: OptionNames<RunOptions<never>> = {
  serde: true,
  maxRetryAttempts: true,
  maxRetryDuration: true,
  initialRetryInterval: true,
  maxRetryInterval: true,
  retryIntervalFactor: true,
};
