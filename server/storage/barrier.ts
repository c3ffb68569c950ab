import type { Log } from "./types.ts";

/** Something the outside world may see only once the state behind it is safe. Takes no argument, returns nothing. */
export type Effect = () => void;

/** How the write-ahead log gets to stable storage. */
export interface Flush {
  /** Flushes in the background, then calls `done`, with the error if it failed. */
  start(done: (error: Error | null) => void): void;
  /** Flushes before it returns; throws when it fails. Left out where that is never wanted. */
  readonly inline?: () => void;
}

export interface BarrierOptions {
  /** `undefined`: a commit counts as safe at once (durability `process`, in-memory databases). */
  readonly flush: Flush | undefined;
  readonly log: Log;
  /** Called when a flush failed. Nothing waits any more afterwards, and nothing will ever be released. */
  readonly onFailure: (error: Error) => void;
  /** Calls `work` once, a few milliseconds later. Default: a timer of Node. */
  readonly soon?: (work: () => void) => void;
}

/**
 * A commit that nobody waits for is flushed this much later, unless a commit that somebody waits for comes first: a
 * call then costs one flush and not two, and what a power cut can take stays a matter of milliseconds.
 */
const UNAWAITED_DELAY_MS = 2;

/**
 * Flushes have to be this quick, seen from this thread, before one blocks it. Measured with one connection and a
 * disk that takes 0.19 ms: the way over the thread pool costs 50 to 60 µs of the 0.42 ms of an answer. On a slow
 * disk, or while this thread is busy, blocking would cost everybody more than it saves one.
 */
const INLINE_LIMIT_MS = 0.5;

interface Waiting {
  /** The commit that must be safe before the effects may run. */
  readonly commit: number;
  readonly effects: readonly Effect[];
}

/**
 * Holds effects back until a flush has covered their commit. Commits are numbered; a flush covers every commit
 * that was finished when it started. One flush is in flight at a time, and all that is committed meanwhile
 * shares the next one, so the number of flushes follows the speed of the disk and not the number of commits.
 * When a turn leaves exactly one effect behind and nothing else to do, a quick flush blocks the thread instead.
 *
 * Effects run in the order of their commits. One that throws is logged and does not stop the others: the state
 * behind it is on disk, and a broken client connection must not take the server down.
 */
export class Barrier {
  readonly #flush: Flush | undefined;
  readonly #log: Log;
  readonly #onFailure: (error: Error) => void;
  readonly #soon: (work: () => void) => void;
  readonly #waiting: Waiting[] = [];
  #committed = 0;
  #safe = 0;
  #isFlushing = false;
  #isFlushDueSoon = false;
  #isHeld = false;
  #isReleasing = false;
  #hasFailed = false;
  #flushes = 0;
  /** Moving average of the time from the start of a flush until this thread knows of its end. */
  #flushMs = 0;
  #onIdle: (() => void)[] = [];

  constructor(options: BarrierOptions) {
    this.#flush = options.flush;
    this.#log = options.log;
    this.#onFailure = options.onFailure;
    this.#soon = options.soon ?? ((work) => void setTimeout(work, UNAWAITED_DELAY_MS));
  }

  /** Number of flushes that have returned. */
  get flushes(): number {
    return this.#flushes;
  }

  /**
   * Takes note of a commit. `effects` wait for the flush that covers it, which starts at once unless one is in flight;
   * a commit without any is flushed soon. None of them runs before the next `release`. A turn that wrote nothing waits for the commits before it,
   * because what it read may not be safe yet. `isAll`: the turn has no other effects that a flush could delay.
   */
  commit(hasWritten: boolean, effects: readonly Effect[], isAll = false): void {
    if (this.#hasFailed) return;
    this.#isHeld = true;
    if (hasWritten) this.#committed++;
    if (effects.length > 0) this.#waiting.push({ commit: this.#committed, effects });
    if (isAll && this.#isInlineBetter()) this.#flushInline();
    else if (this.#waiting.length > 0 || this.#flush === undefined) this.#startFlush();
    else this.#flushSoon();
  }

  /** Runs what waits for nothing any more. */
  release(): void {
    this.#isHeld = false;
    this.#run();
  }

  /** Runs `effect` when all commits so far are safe, never before the caller returns. */
  wait(effect: Effect): void {
    if (this.#hasFailed) return;
    this.#waiting.push({ commit: this.#committed, effects: [effect] });
    if (this.#safe >= this.#committed) queueMicrotask(() => this.#run());
    else this.#startFlush();
  }

  /** Flushes what is not safe yet; resolves when nothing is in flight or waits, or when the barrier has failed. */
  idle(): Promise<void> {
    if (!this.#hasFailed) this.#startFlush();
    if (this.#isIdle()) return Promise.resolve();
    return new Promise((resolve) => this.#onIdle.push(resolve));
  }

  /** Drops everything that waits: nothing is acknowledged from here on. */
  fail(): void {
    this.#hasFailed = true;
    this.#waiting.length = 0;
    this.#settleIdle();
  }

  #flushSoon(): void {
    if (this.#isFlushDueSoon || this.#safe >= this.#committed) return;
    this.#isFlushDueSoon = true;
    this.#soon(() => {
      this.#isFlushDueSoon = false;
      if (!this.#hasFailed) this.#startFlush();
    });
  }

  #startFlush(): void {
    if (this.#flush === undefined) {
      this.#safe = this.#committed;
      return;
    }
    if (this.#isFlushing || this.#safe >= this.#committed) return;
    const covered = this.#committed;
    const startMs = performance.now();
    this.#isFlushing = true;
    this.#flush.start((error) => {
      this.#isFlushing = false;
      if (this.#hasFailed) return;
      if (error !== null) {
        this.fail();
        this.#onFailure(error);
        return;
      }
      this.#flushed(covered, startMs);
      // The next flush starts before the answers are written: the disk works while this thread does.
      if ((this.#waiting.at(-1)?.commit ?? 0) > covered) this.#startFlush();
      else this.#flushSoon();
      this.#run();
    });
  }

  #isInlineBetter(): boolean {
    const hasOne = this.#waiting.length === 1 && this.#waiting[0]?.effects.length === 1;
    return hasOne && !this.#isFlushing && this.#safe < this.#committed && this.#flushMs < INLINE_LIMIT_MS;
  }

  #flushInline(): void {
    const inline = this.#flush?.inline;
    if (inline === undefined) {
      this.#startFlush();
      return;
    }
    const startMs = performance.now();
    try {
      inline();
    } catch (error) {
      this.fail();
      this.#onFailure(error instanceof Error ? error : new Error(String(error)));
      return;
    }
    this.#flushed(this.#committed, startMs);
  }

  #flushed(commit: number, startMs: number): void {
    this.#flushes++;
    this.#safe = commit;
    this.#flushMs += (performance.now() - startMs - this.#flushMs) / 8;
  }

  #run(): void {
    if (this.#isHeld || this.#isReleasing) return;
    this.#isReleasing = true;
    for (;;) {
      const first = this.#waiting[0];
      if (first === undefined || first.commit > this.#safe) break;
      this.#waiting.shift();
      for (const effect of first.effects) runEffect(effect, this.#log);
    }
    this.#isReleasing = false;
    if (this.#isIdle()) this.#settleIdle();
  }

  #isIdle(): boolean {
    return this.#hasFailed || (!this.#isFlushing && this.#waiting.length === 0);
  }

  #settleIdle(): void {
    const waiting = this.#onIdle;
    this.#onIdle = [];
    for (const resolve of waiting) resolve();
  }
}

/** Runs one effect; an exception is logged and goes no further. */
export function runEffect(effect: Effect, log: Log): void {
  try {
    effect();
  } catch (error) {
    try {
      log("error", "an effect of a committed turn threw; its state is stored, the effect is lost", {
        code: "RL_EFFECT_LOST",
        error,
      });
    } catch {
      // A log that throws must not take the next effects along either.
    }
  }
}
