import type { RestatePromise } from "../authoring/index.ts";
import type { Duration, TerminalError } from "../core/index.ts";
import type { Awaited as AwaitedHandles } from "../vm/index.ts";
import type { AttemptCore } from "./attempt-core.ts";

/** What `map` is given. */
export type Mapper<T, U> = (value?: T, failure?: TerminalError) => U;

/** What is behind a promise that a handler holds. Combined promises are a tree of such nodes. */
export interface PromiseNode<T> {
  /** The promise's `Symbol.toStringTag`. */
  readonly tag: string;
  /** The attempt that it belongs to; a constant belongs to none. */
  readonly attempt: AttemptCore | undefined;
  /** The outcome, for combinators: does not count as awaiting and is not touched by a cancellation. */
  outcome(): Promise<T>;
  /** What `then`, `catch` and `finally` are called on; asking for it means that the handler waits. */
  awaitedPromise(): Promise<T>;
  /** What is still to be waited for, or undefined when nothing is. */
  awaitedHandles(): AwaitedHandles | undefined;
  /** Takes from the state machine what is there. */
  takeResults(): void;
  /** It has been awaited or combined, so its result matters to somebody. */
  markUsed(): void;
  orTimeout(duration: Duration | number): PromiseNode<T>;
  map<U>(mapper: Mapper<T, U>): PromiseNode<U>;
}

let nodeIn: (promise: object) => PromiseNode<unknown> | undefined;

/** The node behind a promise of a context; undefined for anything else. */
export function nodeOf(value: unknown): PromiseNode<unknown> | undefined {
  return typeof value === "object" && value !== null ? nodeIn(value) : undefined;
}

/** Every promise that handlers hold as a `RestatePromise`. It shows them no more than they are to use. */
export class HandlerPromise<T> implements RestatePromise<T> {
  readonly #node: PromiseNode<T>;

  static {
    nodeIn = (promise) => (#node in promise ? promise.#node : undefined);
  }

  constructor(node: PromiseNode<T>) {
    this.#node = node;
  }

  get [Symbol.toStringTag](): string {
    return this.#node.tag;
  }

  orTimeout(duration: Duration | number): RestatePromise<T> {
    const node = this.#node.orTimeout(duration);
    return node === this.#node ? this : new HandlerPromise(node);
  }

  map<U>(mapper: Mapper<T, U>): RestatePromise<U> {
    return new HandlerPromise(this.#node.map(mapper));
  }

  // biome-ignore lint/suspicious/noThenProperty: this is what makes it a promise
  then<F = T, R = never>(
    onFulfilled?: ((value: T) => F | PromiseLike<F>) | null,
    onRejected?: ((reason: unknown) => R | PromiseLike<R>) | null,
  ): Promise<F | R> {
    return this.#node.awaitedPromise().then(onFulfilled, onRejected);
  }

  catch<R = never>(onRejected?: ((reason: unknown) => R | PromiseLike<R>) | null): Promise<T | R> {
    return this.#node.awaitedPromise().catch(onRejected);
  }

  finally(onFinally?: (() => void) | null): Promise<T> {
    return this.#node.awaitedPromise().finally(onFinally);
  }

  /** Otherwise printing a promise would print the whole attempt. */
  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return `RestatePromise { ${this[Symbol.toStringTag]} }`;
  }
}
