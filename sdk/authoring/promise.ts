import type { Duration, TerminalError } from "../core/index.ts";

/**
 * A promise whose settling is in the journal, so that what a handler makes of it is the same in every attempt.
 *
 * Combine such promises by `RestatePromise.all`, `race`, `any` and `allSettled` rather than by those of `Promise`,
 * and change a result that is not yet awaited by `map` rather than by `then`: awaiting is what makes an attempt go on
 * or suspend.
 */
export type RestatePromise<T> = Promise<T> & {
  /**
   * The same, but rejects with a `TimeoutError` if it takes longer.
   *
   * @param millis at least so long; a number is milliseconds
   */
  orTimeout(millis: Duration | number): RestatePromise<T>;

  /**
   * What `mapper` makes of the result. It is called when the new promise is awaited, not when this one settles.
   *
   * @param mapper gets the value or the failure. What it returns is the new value; a `TerminalError` that it throws
   *   the new failure
   */
  map<U>(mapper: (value?: T, failure?: TerminalError) => U): RestatePromise<U>;
};

/** What `RestatePromise` is as a value. */
export interface RestatePromiseConstructor {
  /** A promise with this value; a `RestatePromise` is given back as it is. */
  resolve<T>(value: T): RestatePromise<Awaited<T>>;
  reject<T = never>(reason: TerminalError): RestatePromise<T>;
  /** All values, or the failure of the first that fails. */
  all<const T extends readonly RestatePromise<unknown>[]>(
    values: T,
  ): RestatePromise<{ -readonly [P in keyof T]: Awaited<T[P]> }>;
  /** Settles as the first that settles. */
  race<const T extends readonly RestatePromise<unknown>[]>(values: T): RestatePromise<Awaited<T[number]>>;
  /** The first value; an `AggregateError` when all fail. */
  any<const T extends readonly RestatePromise<unknown>[]>(values: T): RestatePromise<Awaited<T[number]>>;
  /** How each one settled. */
  allSettled<const T extends readonly RestatePromise<unknown>[]>(
    values: T,
  ): RestatePromise<{ -readonly [P in keyof T]: PromiseSettledResult<Awaited<T[P]>> }>;
}

/** A promise that belongs to a workflow of one key: any of its handlers may settle it, once, and any may await it. */
export type DurablePromise<T> = Promise<T> & {
  /** The value if there is one now. */
  peek(): Promise<T | undefined>;
  resolve(value?: T): Promise<void>;
  reject(errorMsg: string): Promise<void>;
  /** The same as a `RestatePromise`, to combine it with others. */
  get(): RestatePromise<T>;
};
