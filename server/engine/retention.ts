import type { InvocationRow } from "../storage/index.ts";
import { Alarm } from "./alarm.ts";
import type { Kernel } from "./kernel.ts";
import { ENTRIES_PER_STEP, Work } from "./work.ts";

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

  /**
   * Deletes as much of a journal as `steps` allow, and leaves the rest for a later turn.
   * @returns the steps it took
   */
  deleteJournal(seq: number, keepsOutput: boolean, steps: number): number {
    const { backlog, journal } = this.#kernel;
    const { deleted, isDone } = journal.deleteFront(seq, steps * ENTRIES_PER_STEP, keepsOutput);
    if (!isDone) backlog.add(Work.DeleteJournal, seq, keepsOutput ? 1 : 0);
    return 1 + Math.floor(deleted / ENTRIES_PER_STEP);
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
    const { backlog, clock, journal, statements, invocations, suspensions } = this.#kernel;
    if (backlog.has(Work.KillCalled, row.seq)) {
      // Its journal names those that are to be killed.
      statements.invocations.setExpiry.run(clock.nowMs() + SWEEP_INTERVAL_MS, row.kept_until, row.seq);
      return 1;
    }
    const { deleted, isDone } = journal.deleteFront(row.seq, budget, row.kept_until !== null);
    if (!isDone) return budget;
    if (row.kept_until !== null) {
      suspensions.forget(row.seq);
      statements.invocations.setExpiry.run(row.kept_until, null, row.seq);
    } else invocations.delete(row);
    return deleted + 1;
  }
}
