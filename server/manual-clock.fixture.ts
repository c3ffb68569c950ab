import type { Clock } from "./seams.ts";

/** A clock that moves only when a test says so. */
export class ManualClock implements Clock {
  #nowMs = 1_700_000_000_000;
  readonly #alarms = new Set<{ readonly atMs: number; readonly wake: () => void }>();

  nowMs(): number {
    return this.#nowMs;
  }

  wakeAt(atMs: number, wake: () => void): () => void {
    const alarm = { atMs, wake };
    this.#alarms.add(alarm);
    return () => {
      this.#alarms.delete(alarm);
    };
  }

  /**
   * Lets time pass, with every alarm at its time.
   * @param between called after each, for what it has caused
   */
  advance(ms: number, between: () => void = () => {}): void {
    const untilMs = this.#nowMs + ms;
    for (;;) {
      const [next] = [...this.#alarms].filter(({ atMs }) => atMs <= untilMs).sort((a, b) => a.atMs - b.atMs);
      if (next === undefined) break;
      this.#alarms.delete(next);
      this.#nowMs = Math.max(this.#nowMs, next.atMs);
      next.wake();
      between();
    }
    this.#nowMs = untilMs;
  }
}
