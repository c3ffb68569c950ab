import type { Duration } from "../core/index.ts";
import { timeoutError } from "./errors.ts";
import { HandlerPromise, type Mapper, type PromiseNode } from "./handler-promise.ts";

/** A promise that is never settled: what an attempt that has ended leaves its handler waiting for. */
export function never<T>(): Promise<T> {
  return new Promise<T>(() => {});
}

/** What commands answer when the attempt cannot go on. */
export function pendingPromise<T>(): HandlerPromise<T> {
  return new HandlerPromise<T>(new ConstNode<T>(never, false));
}

/** A promise whose outcome is known without the journal, or that is never settled. */
export class ConstNode<T> implements PromiseNode<T> {
  readonly #make: () => Promise<T>;
  /** Whether it will ever be settled. */
  readonly #isSettled: boolean;
  #outcome: Promise<T> | undefined;

  constructor(make: () => Promise<T>, isSettled = true) {
    this.#make = make;
    this.#isSettled = isSettled;
  }

  get tag(): string {
    return "ConstRestatePromise";
  }

  get attempt(): undefined {
    return undefined;
  }

  outcome(): Promise<T> {
    this.#outcome ??= this.#make();
    return this.#outcome;
  }

  awaitedPromise(): Promise<T> {
    return this.outcome();
  }

  awaitedHandles(): undefined {
    return undefined;
  }

  takeResults(): void {}
  markUsed(): void {}

  orTimeout(_duration: Duration | number): PromiseNode<T> {
    return this.#isSettled ? this : new ConstNode<T>(() => Promise.reject(timeoutError()));
  }

  map<U>(mapper: Mapper<T, U>): PromiseNode<U> {
    if (!this.#isSettled) return this as unknown as PromiseNode<U>;
    const outcome = this.outcome();
    return new ConstNode<U>(() =>
      outcome.then(
        (value) => mapper(value, undefined),
        (reason) => mapper(undefined, reason),
      ),
    );
  }
}
