import type { InvocationRow } from "../storage/index.ts";
import { Alarm } from "./alarm.ts";
import type { Kernel } from "./kernel.ts";

/** Journal entries deleted in one turn: a few milliseconds of the writer at most. */
const ENTRIES_PER_TURN = 500;
const ROWS_PER_TURN = 50;
/** Retention is not a timer for anybody's code: sweeping once a second is soon enough. */
const SWEEP_INTERVAL_MS = 1000;

/** Deletes what has been kept long enough, in small batches. */
export class Retention {
  readonly #kernel: Kernel;
  readonly #alarm: Alarm;

  constructor(kernel: Kernel) {
    this.#kernel = kernel;
    this.#alarm = new Alarm(kernel.clock, () => this.#sweep());
  }

  /** Something will expire at `expiresAtMs`. */
  expects(expiresAtMs: number): void {
    if (this.#alarm.isLaterThan(expiresAtMs)) this.#kernel.turns.afterCommit(() => this.#alarm.set(expiresAtMs));
  }

  recover(): void {
    const next = this.#kernel.statements.invocations.nextExpiry.get();
    if (next != null) this.#alarm.set(next);
  }

  stop(): void {
    this.#alarm.stop();
  }

  #sweep(): void {
    this.#kernel.turns.apply(() => {
      const { statements, clock, turns } = this.#kernel;
      const nowMs = clock.nowMs();
      const rows = statements.invocations.expired.all(nowMs, ROWS_PER_TURN);
      let entries = 0;
      for (const row of rows) {
        entries += this.#expire(row, ENTRIES_PER_TURN - entries);
        if (entries >= ENTRIES_PER_TURN) break;
      }
      const isBusy = rows.length === ROWS_PER_TURN || entries >= ENTRIES_PER_TURN;
      turns.afterCommit(() => {
        const next = statements.invocations.nextExpiry.get();
        if (next != null) this.#alarm.set(isBusy ? next : Math.max(next, nowMs + SWEEP_INTERVAL_MS));
      });
    });
  }

  /** Deletes at most `budget` entries of what has expired; returns how many. */
  #expire(row: InvocationRow, budget: number): number {
    const { journal, statements, invocations, suspensions } = this.#kernel;
    if (row.kept_until !== null) {
      const entries = journal.length(row.seq);
      journal.deleteAllButOutput(row.seq);
      suspensions.forget(row.seq);
      statements.invocations.setExpiry.run(row.kept_until, null, row.seq);
      return entries;
    }
    const entries = journal.length(row.seq);
    if (journal.deleteFront(row.seq, budget)) return budget;
    invocations.delete(row);
    return entries + 1;
  }
}
