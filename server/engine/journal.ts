import { encodeFrame, MessageType } from "../../sdk/protocol/index.ts";
import type { Clock } from "../seams.ts";
import type { JournalRow, Statements } from "../storage/index.ts";
import { entryNumber, MAX_JOURNAL_ENTRIES } from "../storage/index.ts";

/** Rows that are read in one go where the whole might be large. */
const ROWS_AT_A_TIME = 64;

/** The journals of all invocations: appending, replaying, looking for one entry. */
export class Journal {
  readonly #sql: Statements["journal"];
  readonly #clock: Clock;

  constructor(statements: Statements, clock: Clock) {
    this.#sql = statements.journal;
    this.#clock = clock;
  }

  /**
   * Appends a raw message at `index`.
   * @param notification completion id, or minus the signal index; `null` for commands and named signals
   */
  append(seq: number, index: number, type: number, notification: number | null, body: Buffer): void {
    this.#sql.append.run(entryNumber(seq, index), type, notification, this.#clock.nowMs(), body);
  }

  /** Number of entries. */
  length(seq: number): number {
    const last = this.#sql.last.get(entryNumber(seq, 0), entryNumber(seq + 1, 0));
    return last == null ? 0 : last - entryNumber(seq, 0) + 1;
  }

  /** Framed entries from `from` to `to` (exclusive), cut off after about `limitBytes`; at least one. */
  framed(seq: number, from: number, to: number, limitBytes: number): Buffer[] {
    const frames: Buffer[] = [];
    let bytes = 0;
    let next = from;
    while (next < to && bytes < limitBytes) {
      const rows = this.#sql.range.all(entryNumber(seq, next), entryNumber(seq, to), ROWS_AT_A_TIME);
      if (rows.length === 0) break;
      for (const row of rows) {
        const frame = encodeFrame(row.type, row.body);
        frames.push(frame);
        bytes += frame.length;
        next = row.entry - entryNumber(seq, 0) + 1;
        if (bytes >= limitBytes) break;
      }
    }
    return frames;
  }

  /** Whether this completion (or, negated, this signal index) is in the journal. */
  hasNotification(seq: number, notification: number): boolean {
    return (
      this.#sql.hasNotification.get(entryNumber(seq, 0), entryNumber(seq, MAX_JOURNAL_ENTRIES), notification) !==
      undefined
    );
  }

  /** The notifications with their bodies, from an index on. */
  notifications(seq: number, from = 0): { type: number; notification: number | null; body: Buffer }[] {
    return this.#sql.notifications.all(entryNumber(seq, from), entryNumber(seq + 1, 0));
  }

  /** Types and notification ids in order, without bodies. */
  types(seq: number): [type: number, notification: number | null][] {
    return this.#sql.types.all(entryNumber(seq, 0), entryNumber(seq + 1, 0));
  }

  ofType(seq: number, type: number): JournalRow[] {
    return this.#sql.ofType.all(entryNumber(seq, 0), entryNumber(seq + 1, 0), type);
  }

  /** The body of the output entry, which survives as long as the invocation's row. */
  output(seq: number): Buffer | undefined {
    return this.#sql.lastOfType.get(entryNumber(seq, 0), entryNumber(seq + 1, 0), MessageType.OutputCommand)?.body;
  }

  /** Deletes up to `limit` entries from the front; returns whether any are left. */
  deleteFront(seq: number, limit: number): boolean {
    const first = this.#sql.range.get(entryNumber(seq, 0), entryNumber(seq + 1, 0), 1)?.entry;
    if (first === undefined) return false;
    this.#sql.deleteRange.run(first, Math.min(first + limit, entryNumber(seq + 1, 0)));
    return this.length(seq) > 0;
  }

  deleteAll(seq: number): void {
    this.#sql.deleteRange.run(entryNumber(seq, 0), entryNumber(seq + 1, 0));
  }

  /** Journal retention is over: only the result stays, for attach and idempotent calls. */
  deleteAllButOutput(seq: number): void {
    this.#sql.deleteAllBut.run(entryNumber(seq, 0), entryNumber(seq + 1, 0), MessageType.OutputCommand);
  }
}
