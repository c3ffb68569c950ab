import type { Clock } from "../../server/seams.ts";

interface Wake {
  readonly atMs: number;
  /** The n-th that was asked for: what is due at the same time fires in the order of asking. */
  readonly number: number;
  readonly call: () => void;
}

/** A clock that stands still until somebody moves it. What is due already fires by itself, soon. */
export class VirtualClock implements Clock {
  #nowMs: number;
  #asked = 0;
  /** In the order in which they fire. */
  readonly #wakes: Wake[] = [];

  constructor(startMs: number) {
    this.#nowMs = startMs;
  }

  nowMs(): number {
    return this.#nowMs;
  }

  wakeAt(atMs: number, call: () => void): () => void {
    if (atMs <= this.#nowMs) {
      const soon = setImmediate(call);
      return () => clearImmediate(soon);
    }
    const wake: Wake = { atMs, number: ++this.#asked, call };
    const place = this.#wakes.findIndex((other) => other.atMs > atMs);
    this.#wakes.splice(place < 0 ? this.#wakes.length : place, 0, wake);
    return () => {
      const index = this.#wakes.indexOf(wake);
      if (index >= 0) this.#wakes.splice(index, 1);
    };
  }

  /** When the next one fires; `undefined` when nobody waits. */
  get nextMs(): number | undefined {
    return this.#wakes[0]?.atMs;
  }

  /** Moves to a time, and fires what is due until then, each at its own time. Never goes back. */
  moveTo(atMs: number): void {
    for (;;) {
      const wake = this.#wakes[0];
      if (wake === undefined || wake.atMs > atMs) break;
      this.#wakes.shift();
      this.#nowMs = Math.max(this.#nowMs, wake.atMs);
      wake.call();
    }
    this.#nowMs = Math.max(this.#nowMs, atMs);
  }
}
