import type { Clock } from "../../seams.ts";

/** How long a connection may take to be made, and how long it stays without streams. */
export class Lifetime {
  readonly #clock: Clock;
  readonly #idleMs: number;
  readonly #onIdle: () => void;
  #idleSinceMs = 0;
  #isIdle = false;
  #isTimerSet = true;
  #cancelTimer: () => void;

  /**
   * @param connectMs until then `made` is to be called
   * @param onLate called when it was not
   * @param onIdle called when the connection has been idle for `idleMs`
   */
  constructor(clock: Clock, connectMs: number, idleMs: number, onLate: () => void, onIdle: () => void) {
    this.#clock = clock;
    this.#idleMs = idleMs;
    this.#onIdle = onIdle;
    this.#cancelTimer = clock.wakeAt(clock.nowMs() + connectMs, onLate);
  }

  /** The connection is there. */
  made(): void {
    this.#cancelTimer();
    this.#isTimerSet = false;
  }

  /** The connection is in use. */
  busy(): void {
    this.#isIdle = false;
  }

  /** Nobody uses the connection any more. One timer at a time, however often it is used meanwhile. */
  idle(): void {
    this.#isIdle = true;
    this.#idleSinceMs = this.#clock.nowMs();
    if (!this.#isTimerSet) this.#setTimer();
  }

  over(): void {
    this.#cancelTimer();
  }

  #setTimer(): void {
    this.#isTimerSet = true;
    this.#cancelTimer = this.#clock.wakeAt(this.#idleSinceMs + this.#idleMs, () => {
      this.#isTimerSet = false;
      if (!this.#isIdle) return;
      if (this.#clock.nowMs() < this.#idleSinceMs + this.#idleMs) this.#setTimer();
      else this.#onIdle();
    });
  }
}
