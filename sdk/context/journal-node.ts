import { type Duration, RestateError, TerminalError } from "../core/index.ts";
import { CombinatorType } from "../protocol/index.ts";
import type { Awaited as AwaitedHandles } from "../vm/index.ts";
import type { AttemptCore } from "./attempt-core.ts";
import { never } from "./const-node.ts";
import { cancelledError, timeoutError } from "./errors.ts";
import { type Mapper, nodeOf, type PromiseNode } from "./handler-promise.ts";

/**
 * A promise that depends on the journal. Nothing happens for it before it is awaited: then it becomes a root of the
 * attempt's scheduler, until it is settled or the invocation is cancelled.
 */
export abstract class JournalNode<T> implements PromiseNode<T> {
  readonly attempt: AttemptCore;
  isUsed = false;
  #awaited: Promise<T> | undefined;
  #resolve: ((value: T) => void) | undefined;
  #reject: ((reason: unknown) => void) | undefined;

  constructor(attempt: AttemptCore) {
    this.attempt = attempt;
    attempt.unawaited.add(this);
  }

  abstract get tag(): string;
  abstract outcome(): Promise<T>;
  abstract awaitedHandles(): AwaitedHandles | undefined;
  abstract takeResults(): void;
  /** Of which entry, for messages: `run "charge"`. Undefined for those that need not be awaited. */
  abstract describe(): string | undefined;
  /** Lets `fulfilAwaited` or `rejectAwaited` be called with the outcome, now or later. */
  protected abstract followOutcome(): void;

  markUsed(): void {
    this.isUsed = true;
  }

  awaitedPromise(): Promise<T> {
    this.isUsed = true;
    if (this.#awaited !== undefined) return this.#awaited;
    const promise = new Promise<T>((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    this.#awaited = promise;
    const { attempt } = this;
    if (attempt.hasReturned) {
      const subject = `await ${this.describe() ?? ""}`.trim();
      this.rejectAwaited(attempt.mistake("RL_SDK_CONTEXT_USED_AFTER_END", { subject }));
      return promise;
    }
    if (!attempt.hasEnded) this.takeResults();
    this.followOutcome();
    return promise;
  }

  protected fulfilAwaited(value: T): void {
    this.#resolve?.(value);
  }

  protected rejectAwaited(reason: unknown): void {
    this.#reject?.(reason);
  }

  /** The invocation was cancelled while this was awaited. Whoever awaits it, now or later, is told so. */
  cancel(): void {
    this.rejectAwaited(cancelledError());
  }

  orTimeout(duration: Duration | number): PromiseNode<T> {
    const sleep = nodeOf(this.attempt.sleep(duration)) as PromiseNode<unknown>;
    return new CombinatorNode<T>(
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

  map<U>(mapper: Mapper<T, U>): PromiseNode<U> {
    return new MappedNode(this.attempt, this, mapper);
  }
}

/** How a combinator of `Promise` is applied to the outcomes of the combined promises. */
export type Combine<T> = (outcomes: readonly Promise<unknown>[]) => Promise<T>;

export class CombinatorNode<T> extends JournalNode<T> {
  readonly #combinator: CombinatorType;
  readonly #name: string;
  readonly #children: readonly PromiseNode<unknown>[];
  readonly #outcome: Promise<T>;
  #isSettled = false;

  /** @param name the call that combines, for messages */
  constructor(
    attempt: AttemptCore,
    name: string,
    combinator: CombinatorType,
    combine: Combine<T>,
    children: readonly PromiseNode<unknown>[],
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

  override get tag(): string {
    return "RestateCombinatorPromise";
  }

  override describe(): string {
    return `${this.#name} of ${this.#children.length} promises`;
  }

  override outcome(): Promise<T> {
    return this.#outcome;
  }

  override awaitedHandles(): AwaitedHandles | undefined {
    if (this.#isSettled) return undefined;
    const unsettled: AwaitedHandles[] = [];
    for (const child of this.#children) {
      const awaited = child.awaitedHandles();
      if (awaited !== undefined) unsettled.push(awaited);
    }
    return unsettled.length === 0 ? undefined : { combinator: this.#combinator, of: unsettled };
  }

  override takeResults(): void {
    if (this.#isSettled) return;
    for (const child of this.#children) child.takeResults();
  }

  protected override followOutcome(): void {
    awaitUntilSettled(this, this.#outcome, this.fulfilAwaited.bind(this), this.rejectAwaited.bind(this));
  }
}

class MappedNode<T, U> extends JournalNode<U> {
  readonly #inner: JournalNode<T>;
  readonly #mapper: Mapper<T, U>;
  #outcome: Promise<U> | undefined;

  constructor(attempt: AttemptCore, inner: JournalNode<T>, mapper: Mapper<T, U>) {
    super(attempt);
    this.#inner = inner;
    this.#mapper = mapper;
    inner.markUsed();
  }

  override get tag(): string {
    return "RestateMappedPromise";
  }

  override describe(): string | undefined {
    return this.#inner.describe();
  }

  /** Kept, so that the mapper runs once, however often the promise is awaited. */
  override outcome(): Promise<U> {
    this.#outcome ??= this.#inner.outcome().then(
      (value) => this.#map(value, undefined),
      (reason) => {
        if (reason instanceof RestateError) return this.#map(undefined, reason as TerminalError);
        throw reason;
      },
    );
    return this.#outcome;
  }

  /** Only who knows what the mapper does can tell what a result of the inner promise means, hence the unknown combinator. */
  override awaitedHandles(): AwaitedHandles | undefined {
    const inner = this.#inner.awaitedHandles();
    return inner === undefined ? undefined : { combinator: CombinatorType.Unknown, of: [inner] };
  }

  override takeResults(): void {
    this.#inner.takeResults();
  }

  protected override followOutcome(): void {
    awaitUntilSettled(this, this.outcome(), this.fulfilAwaited.bind(this), this.rejectAwaited.bind(this));
  }

  #map(value: T | undefined, failure: TerminalError | undefined): U | Promise<U> {
    try {
      return this.#mapper(value, failure);
    } catch (thrown) {
      if (thrown instanceof TerminalError) throw thrown;
      this.attempt.fail(thrown);
      return never();
    }
  }
}

/** Makes a promise a root until its outcome is there. */
function awaitUntilSettled<T>(
  root: JournalNode<T>,
  outcome: Promise<T>,
  fulfil: (value: T) => void,
  reject: (reason: unknown) => void,
): void {
  const { scheduler } = root.attempt;
  scheduler.addRoot(root);
  outcome.then(
    (value) => {
      scheduler.removeRoot(root);
      fulfil(value);
    },
    (reason) => {
      scheduler.removeRoot(root);
      reject(reason);
    },
  );
}
