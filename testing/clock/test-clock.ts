import { type Duration, millisOrDurationToMillis } from "../../sdk/core/index.ts";
import { TestEnvironmentError } from "../errors.ts";
import type { VirtualClock } from "./virtual-clock.ts";

/** What moves when the clock does. */
export interface TimedWorld {
  settle(isStopped?: () => boolean): Promise<void>;
  /** When the first timer of an invocation is due: a sleep, a delayed start, the next attempt. */
  nextTimerMs(): number | undefined;
  /** Whether every unfinished invocation waits for time, itself or through others. */
  allWaitForTime(): boolean;
  /** Invocations that wait for a timer, for people. */
  waiting(): readonly string[];
}

export type ClockMode = "virtual" | "auto" | "real";

const MAX_TIMERS = 20_000;

/** The clock of a test environment: time as sleeps, delays, retries, timeouts and retention see it. */
export class TestClock {
  readonly mode: ClockMode;
  readonly #clock: VirtualClock | undefined;
  readonly #world: TimedWorld;
  #last: Promise<unknown> = Promise.resolve();
  #isLookDue = false;
  #isStopped = false;

  constructor(mode: ClockMode, clock: VirtualClock | undefined, world: TimedWorld) {
    this.mode = mode;
    this.#clock = clock;
    this.#world = world;
  }

  /** The time in the environment. */
  now(): Date {
    return new Date(this.nowMs());
  }

  /** The same in milliseconds since the epoch. */
  nowMs(): number {
    return this.#clock?.nowMs() ?? Date.now();
  }

  /**
   * Moves time ahead. Everything that is due on the way happens, in order and each at its own time, what follows from
   * it included; resolves when all of it is at rest.
   *
   * @param duration `{ days: 30 }`, or milliseconds
   * @throws TestEnvironmentError RL_TEST_NOT_SUPPORTED for a real clock, RL_TEST_NOT_QUIET
   */
  async advance(duration: Duration | number): Promise<void> {
    const millis = millisOrDurationToMillis(duration);
    if (!(millis >= 0) || !Number.isFinite(millis)) {
      throw new TestEnvironmentError(
        "RL_TEST_BAD_OPTION",
        `the clock moves ahead only: ${JSON.stringify(duration)} is no duration`,
      );
    }
    const clock = this.#movable("advance");
    await this.#afterOthers(async () => {
      await this.#world.settle();
      await this.#moveTo(clock, clock.nowMs() + millis);
    });
  }

  /** Moves time to a date; see `advance`. A date that has passed changes nothing. */
  async advanceTo(date: Date | number): Promise<void> {
    const clock = this.#movable("advanceTo");
    await this.#afterOthers(async () => {
      await this.#world.settle();
      await this.#moveTo(clock, Math.max(clock.nowMs(), Number(date)));
    });
  }

  /**
   * Moves time from timer to timer until no invocation waits for one. Retention, which waits as well, is left alone.
   *
   * @param limit how far at most; default: ten years
   * @throws TestEnvironmentError RL_TEST_NEVER_IDLE when there always is another timer
   */
  async runToIdle(limit: Duration | number = { days: 3653 }): Promise<void> {
    const clock = this.#movable("runToIdle");
    await this.#afterOthers(async () => {
      const untilMs = clock.nowMs() + millisOrDurationToMillis(limit);
      await this.#world.settle();
      for (let fired = 0; ; fired++) {
        const nextMs = this.#world.nextTimerMs();
        if (nextMs === undefined) return;
        if (fired === MAX_TIMERS || nextMs > untilMs) throw this.#neverIdle(fired);
        await this.#moveTo(clock, Math.max(clock.nowMs(), nextMs));
      }
    });
  }

  /** Something has happened: with `clock: "auto"` it is time to look whether all wait. For the environment. */
  lookSoon(): void {
    if (this.mode !== "auto" || this.#isLookDue || this.#isStopped) return;
    this.#isLookDue = true;
    void this.#afterOthers(() => this.#skip()).catch(() => {});
  }

  /** For the environment: nothing moves from here on. */
  stop(): void {
    this.#isStopped = true;
  }

  async #skip(): Promise<void> {
    const clock = this.#clock;
    this.#isLookDue = false;
    if (clock === undefined) return;
    while (!this.#isStopped && this.#world.nextTimerMs() !== undefined) {
      await this.#world.settle(() => this.#isStopped);
      const nextMs = this.#isStopped ? undefined : this.#world.nextTimerMs();
      if (nextMs === undefined || !this.#world.allWaitForTime()) return;
      clock.moveTo(Math.max(clock.nowMs(), nextMs));
    }
  }

  async #moveTo(clock: VirtualClock, targetMs: number): Promise<void> {
    for (;;) {
      const nextMs = clock.nextMs;
      if (nextMs === undefined || nextMs > targetMs) break;
      clock.moveTo(nextMs);
      await this.#world.settle();
    }
    clock.moveTo(targetMs);
    await this.#world.settle();
  }

  /** One movement at a time. */
  #afterOthers<T>(move: () => Promise<T>): Promise<T> {
    const moved = this.#last.then(move);
    this.#last = moved.catch(() => {});
    return moved;
  }

  #movable(method: string): VirtualClock {
    if (this.#clock !== undefined) return this.#clock;
    throw new TestEnvironmentError(
      "RL_TEST_NOT_SUPPORTED",
      `clock.${method}() needs a clock that can be moved: start the environment with clock: "virtual" or clock: "auto"`,
    );
  }

  #neverIdle(fired: number): TestEnvironmentError {
    return new TestEnvironmentError(
      "RL_TEST_NEVER_IDLE",
      `after ${fired} timers there still is another one. Waiting: ${this.#world.waiting().join(", ")}. Move the clock by ` +
        "advance() instead, or cancel what starts itself again",
    );
  }
}
