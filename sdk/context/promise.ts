import type { InvocationId, RestatePromise } from "../authoring/index.ts";
import { type Duration, RestateError, TerminalError } from "../core/index.ts";
import { CombinatorType } from "../protocol/index.ts";
import type { Awaited as AwaitedHandles } from "../vm/index.ts";
import type { Attempt } from "./attempt.ts";
import { cancelledError, timeoutError } from "./errors.ts";
import { mistake } from "./mistakes.ts";

/** A promise that is never settled: what an attempt that has ended leaves its handler waiting for. */
function never<T>(): Promise<T> {
  return new Promise<T>(() => {});
}

/** Every promise that the SDK hands out as a `RestatePromise`. */
export abstract class AnyRestatePromise<T> implements RestatePromise<T> {
  abstract readonly [Symbol.toStringTag]: string;

  /** The outcome, for combinators: does not count as awaiting and is not touched by a cancellation. */
  abstract outcome(): Promise<T>;
  /** What is still to be waited for, or undefined when nothing is. */
  abstract awaited(): AwaitedHandles | undefined;
  /** Takes from the state machine what is there. */
  abstract take(): void;
  /** The attempt that it belongs to; a promise of a constant belongs to none. */
  abstract get attempt(): Attempt | undefined;
  /** It has been awaited or combined, so its result matters to somebody. */
  abstract markUsed(): void;

  /** The promise behind `then`, `catch` and `finally`; asking for it means that somebody waits. */
  protected abstract front(): Promise<T>;

  abstract orTimeout(duration: Duration | number): RestatePromise<T>;
  abstract map<U>(mapper: (value?: T, failure?: TerminalError) => U): RestatePromise<U>;

  // biome-ignore lint/suspicious/noThenProperty: this is what makes it a promise
  then<F = T, R = never>(
    onFulfilled?: ((value: T) => F | PromiseLike<F>) | null,
    onRejected?: ((reason: unknown) => R | PromiseLike<R>) | null,
  ): Promise<F | R> {
    return this.front().then(onFulfilled, onRejected);
  }

  catch<R = never>(onRejected?: ((reason: unknown) => R | PromiseLike<R>) | null): Promise<T | R> {
    return this.front().catch(onRejected);
  }

  finally(onFinally?: (() => void) | null): Promise<T> {
    return this.front().finally(onFinally);
  }

  /** Otherwise printing a promise would print the whole attempt. */
  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return `RestatePromise { ${this[Symbol.toStringTag]} }`;
  }
}

/**
 * A promise that depends on the journal. Nothing happens for it before it is awaited: then it becomes a root of the
 * attempt's scheduler, until it is settled or the invocation is cancelled.
 */
export abstract class JournalPromise<T> extends AnyRestatePromise<T> {
  readonly attempt: Attempt;
  isUsed = false;
  #front: Promise<T> | undefined;
  #resolve: ((value: T) => void) | undefined;
  #reject: ((reason: unknown) => void) | undefined;

  constructor(attempt: Attempt) {
    super();
    this.attempt = attempt;
    attempt.unawaited.add(this);
  }

  /** Of which entry, for messages: `run "charge"`. Undefined for those that need not be awaited. */
  abstract describe(): string | undefined;
  /** Lets `settleFront…` be called with the outcome, now or later. */
  protected abstract connect(): void;

  override markUsed(): void {
    this.isUsed = true;
  }

  protected override front(): Promise<T> {
    this.isUsed = true;
    if (this.#front !== undefined) {
      return this.#front;
    }
    const front = new Promise<T>((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    this.#front = front;
    const { attempt } = this;
    if (attempt.hasReturned) {
      this.#reject?.(
        attempt.mistake("RL_SDK_CONTEXT_USED_AFTER_END", { subject: `await ${this.describe() ?? ""}`.trim() }),
      );
      return front;
    }
    if (!attempt.hasEnded) {
      this.take();
    }
    this.connect();
    return front;
  }

  protected fulfilFront(value: T): void {
    this.#resolve?.(value);
  }

  protected rejectFront(reason: unknown): void {
    this.#reject?.(reason);
  }

  /** The invocation was cancelled while this was awaited. Whoever awaits it, now or later, is told so. */
  cancel(): void {
    this.#reject?.(cancelledError());
  }

  override orTimeout(duration: Duration | number): RestatePromise<T> {
    const sleep = this.attempt.context.sleep(duration) as AnyRestatePromise<unknown>;
    return new CombinatorPromise<T>(
      this.attempt,
      "orTimeout",
      CombinatorType.Unknown,
      ([outcome, timeout]) =>
        new Promise<T>((resolve, reject) => {
          (outcome as Promise<T>).then(resolve, reject);
          timeout?.then(() => reject(timeoutError()), reject);
        }),
      [this, sleep],
    );
  }

  override map<U>(mapper: (value?: T, failure?: TerminalError) => U): RestatePromise<U> {
    return new MappedPromise(this.attempt, this, mapper);
  }
}

/** How a combinator of `Promise` is applied to the outcomes of the combined promises. */
export type Combine<T> = (outcomes: readonly Promise<unknown>[]) => Promise<T>;

class CombinatorPromise<T> extends JournalPromise<T> {
  override readonly [Symbol.toStringTag] = "RestateCombinatorPromise";
  readonly #combinator: CombinatorType;
  readonly #name: string;
  readonly #children: readonly AnyRestatePromise<unknown>[];
  readonly #outcome: Promise<T>;
  #isSettled = false;

  constructor(
    attempt: Attempt,
    name: string,
    combinator: CombinatorType,
    combine: Combine<T>,
    children: readonly AnyRestatePromise<unknown>[],
  ) {
    super(attempt);
    this.#combinator = combinator;
    this.#name = name;
    this.#children = children;
    this.#outcome = combine(
      children.map((child) => {
        child.markUsed();
        return child.outcome();
      }),
    );
    const settled = () => {
      this.#isSettled = true;
    };
    this.#outcome.then(settled, settled);
  }

  override describe(): string {
    return `${this.#name} of ${this.#children.length} promises`;
  }

  override outcome(): Promise<T> {
    return this.#outcome;
  }

  override awaited(): AwaitedHandles | undefined {
    if (this.#isSettled) {
      return undefined;
    }
    const of: AwaitedHandles[] = [];
    for (const child of this.#children) {
      const awaited = child.awaited();
      if (awaited !== undefined) {
        of.push(awaited);
      }
    }
    return of.length === 0 ? undefined : { combinator: this.#combinator, of };
  }

  override take(): void {
    if (!this.#isSettled) {
      for (const child of this.#children) {
        child.take();
      }
    }
  }

  protected override connect(): void {
    connectTo(this, this.#outcome, this.fulfilFront.bind(this), this.rejectFront.bind(this));
  }
}

class MappedPromise<T, U> extends JournalPromise<U> {
  override readonly [Symbol.toStringTag] = "RestateMappedPromise";
  readonly #inner: JournalPromise<T>;
  readonly #mapper: (value?: T, failure?: TerminalError) => U;
  #outcome: Promise<U> | undefined;

  constructor(attempt: Attempt, inner: JournalPromise<T>, mapper: (value?: T, failure?: TerminalError) => U) {
    super(attempt);
    this.#inner = inner;
    this.#mapper = mapper;
    inner.markUsed();
  }

  override describe(): string | undefined {
    return this.#inner.describe();
  }

  /** Kept, so that the mapper runs once, however often the promise is awaited. */
  override outcome(): Promise<U> {
    this.#outcome ??= this.#inner.outcome().then(
      (value) => this.#map(value, undefined),
      (reason) => {
        if (reason instanceof RestateError) {
          return this.#map(undefined, reason as TerminalError);
        }
        throw reason;
      },
    );
    return this.#outcome;
  }

  /** Only who knows what the mapper does can tell what a result of the inner promise means, hence the unknown combinator. */
  override awaited(): AwaitedHandles | undefined {
    const inner = this.#inner.awaited();
    return inner === undefined ? undefined : { combinator: CombinatorType.Unknown, of: [inner] };
  }

  override take(): void {
    this.#inner.take();
  }

  protected override connect(): void {
    connectTo(this, this.outcome(), this.fulfilFront.bind(this), this.rejectFront.bind(this));
  }

  #map(value: T | undefined, failure: TerminalError | undefined): U | Promise<U> {
    try {
      return this.#mapper(value, failure);
    } catch (thrown) {
      if (thrown instanceof TerminalError) {
        throw thrown;
      }
      this.attempt.fail(thrown);
      return never();
    }
  }
}

/** Makes a promise a root until its outcome is there. */
function connectTo<T>(
  root: JournalPromise<T>,
  outcome: Promise<T>,
  fulfil: (value: T) => void,
  reject: (reason: unknown) => void,
): void {
  const { scheduler } = root.attempt;
  scheduler.await(root);
  outcome.then(
    (value) => {
      scheduler.forget(root);
      fulfil(value);
    },
    (reason) => {
      scheduler.forget(root);
      reject(reason);
    },
  );
}

/** A promise whose outcome is known without the journal, or that is never settled. */
export class ConstPromise<T> extends AnyRestatePromise<T> {
  override readonly [Symbol.toStringTag] = "ConstRestatePromise";
  readonly #make: () => Promise<T>;
  /** Whether it will ever be settled. */
  readonly #isSettled: boolean;
  #outcome: Promise<T> | undefined;

  private constructor(make: () => Promise<T>, isSettled: boolean) {
    super();
    this.#make = make;
    this.#isSettled = isSettled;
  }

  static of<T>(value: T): ConstPromise<Awaited<T>> {
    return new ConstPromise<Awaited<T>>(() => Promise.resolve(value) as Promise<Awaited<T>>, true);
  }

  static rejected<T>(reason: unknown): ConstPromise<T> {
    return new ConstPromise<T>(() => Promise.reject(reason), true);
  }

  static lazy<T>(make: () => Promise<T>): ConstPromise<T> {
    return new ConstPromise(make, true);
  }

  static pending<T>(): ConstPromise<T> {
    return new ConstPromise<T>(never, false);
  }

  override get attempt(): undefined {
    return undefined;
  }

  override outcome(): Promise<T> {
    this.#outcome ??= this.#make();
    return this.#outcome;
  }

  protected override front(): Promise<T> {
    return this.outcome();
  }

  override awaited(): undefined {
    return undefined;
  }

  override take(): void {}
  override markUsed(): void {}

  override orTimeout(_duration: Duration | number): RestatePromise<T> {
    return this.#isSettled ? this : ConstPromise.rejected(timeoutError());
  }

  override map<U>(mapper: (value?: T, failure?: TerminalError) => U): RestatePromise<U> {
    if (!this.#isSettled) {
      return this as unknown as RestatePromise<U>;
    }
    const outcome = this.outcome();
    return new ConstPromise<U>(
      () =>
        outcome.then(
          (value) => mapper(value, undefined),
          (reason) => mapper(undefined, reason as TerminalError),
        ),
      true,
    );
  }
}

/**
 * Combines promises of one context.
 *
 * @throws SdkError when one is no RestatePromise, or when they belong to different contexts
 */
export function combine<T>(
  name: string,
  combinator: CombinatorType,
  how: Combine<T>,
  promises: readonly unknown[],
): RestatePromise<T> {
  const children: AnyRestatePromise<unknown>[] = [];
  let attempt: Attempt | undefined;
  for (const [index, promise] of promises.entries()) {
    if (!(promise instanceof AnyRestatePromise)) {
      throw mistake("RL_SDK_NOT_A_RESTATE_PROMISE", attempt?.place ?? "", {
        subject: name,
        reason: `at index ${index} ${describeValue(promise)}`,
      });
    }
    attempt ??= promise.attempt;
    if (promise.attempt !== undefined && promise.attempt !== attempt) {
      throw mistake("RL_SDK_PROMISES_OF_TWO_CONTEXTS", attempt?.place ?? "", { subject: name });
    }
    children.push(promise);
  }
  if (attempt === undefined) {
    return ConstPromise.lazy(() => how(children.map((child) => child.outcome())));
  }
  return new CombinatorPromise(attempt, name, combinator, how, children);
}

function describeValue(value: unknown): string {
  return value instanceof Promise ? "a plain Promise" : typeof value === "object" ? "an object" : `a ${typeof value}`;
}

/** What a call hands out when the attempt cannot go on. */
export function pendingInvocation<T>(): ConstPromise<T> & { readonly invocationId: Promise<InvocationId> } {
  return Object.assign(ConstPromise.pending<T>(), { invocationId: never<InvocationId>() });
}
