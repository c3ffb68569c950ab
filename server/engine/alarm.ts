import type { Clock } from "../seams.ts";

/** Rings at the earliest of the times it was set for; then it is silent until it is set again. */
export class Alarm {
  readonly #clock: Clock;
  readonly #ring: () => void;
  #atMs: number = Number.POSITIVE_INFINITY;
  #cancel: (() => void) | undefined;
  #isStopped = false;

  constructor(clock: Clock, ring: () => void) {
    this.#clock = clock;
    this.#ring = ring;
  }

  /** Whether setting it for this time would change anything. */
  isLaterThan(atMs: number): boolean {
    return atMs < this.#atMs;
  }

  /** @param atMs milliseconds since the epoch; a time in the past rings at once */
  set(atMs: number): void {
    if (this.#isStopped || atMs >= this.#atMs) return;
    this.#cancel?.();
    this.#atMs = atMs;
    this.#cancel = this.#clock.wakeAt(atMs, () => {
      this.#atMs = Number.POSITIVE_INFINITY;
      if (!this.#isStopped) this.#ring();
    });
  }

  stop(): void {
    this.#isStopped = true;
    this.#cancel?.();
  }
}
