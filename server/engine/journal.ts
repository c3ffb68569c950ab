import { encodeFrame, MessageType } from "../../sdk/protocol/index.ts";
import type { Clock } from "../seams.ts";
import type { JournalRow, Statements } from "../storage/index.ts";
import { entryNumber, MAX_JOURNAL_ENTRIES } from "../storage/index.ts";

/** Rows that are read in one go where the whole might be large. */
const ROWS_AT_A_TIME = 64;
const NO_TYPE = -1;

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

  /** Whether this completion is in the journal. */
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

  /** All entries with their bodies: for people's requests, not for the call path. */
  rows(seq: number): JournalRow[] {
    return this.#sql.range.all(entryNumber(seq, 0), entryNumber(seq + 1, 0), MAX_JOURNAL_ENTRIES);
  }

  /** Where the signal with this index is in the journal, and since when. */
  signal(seq: number, signalIndex: number): { readonly index: number; readonly at: number } | undefined {
    const row = this.#sql.signal.get(entryNumber(seq, 0), entryNumber(seq + 1, 0), -signalIndex);
    return row === undefined ? undefined : { index: row.entry - entryNumber(seq, 0), at: row.at };
  }

  /** Types and notification ids in order, without bodies. */
  types(seq: number, from = 0): [type: number, notification: number | null][] {
    return this.#sql.types.all(entryNumber(seq, from), entryNumber(seq + 1, 0));
  }

  /** Entries of one type, of those from `from` to `to` (exclusive). */
  ofType(seq: number, type: number, from = 0, to = MAX_JOURNAL_ENTRIES): JournalRow[] {
    return this.#sql.ofType.all(entryNumber(seq, from), entryNumber(seq, to), type);
  }

  /** The body of the output entry, which survives as long as the invocation's row. */
  output(seq: number): Buffer | undefined {
    return this.#sql.lastOfType.get(entryNumber(seq, 0), entryNumber(seq + 1, 0), MessageType.OutputCommand)?.body;
  }

  /**
   * Notes what happened to an invocation besides its entries. The same again, with nothing in between, is not noted
   * twice (nor does the real server), and neither is more than a journal can hold.
   */
  recordEvent(seq: number, type: string, event: string): void {
    const [from, to] = [entryNumber(seq, 0), entryNumber(seq + 1, 0)];
    const last = this.#sql.lastEvent.get(from, to);
    const after = Math.max(0, this.length(seq) - 1);
    if (last !== undefined && last.type === type && last.event === event && last.after === after) return;
    const number = last === undefined ? from : last.number + 1;
    if (number < to) this.#sql.appendEvent.run(number, after, this.#clock.nowMs(), type, event);
  }

  /**
   * Puts `rows` in the place of the entries from `from` to `to` (exclusive), with the times that they have. A journal
   * has no gaps, so only its end may get shorter.
   */
  replace(seq: number, from: number, rows: readonly JournalRow[], to = from + rows.length): void {
    this.#sql.deleteRange.run(entryNumber(seq, from), entryNumber(seq, to));
    rows.forEach(({ type, notification, at, body }, index) => {
      this.#sql.append.run(entryNumber(seq, from + index), type, notification, at, body);
    });
  }

  /** Events of one type, in order. */
  events(seq: number, type: string): string[] {
    return this.#sql.events.all(entryNumber(seq, 0), entryNumber(seq + 1, 0), type);
  }

  /**
   * Deletes up to `limit` entries from the front, and the events with the last of them.
   * @param keepsOutput the result stays, for attach and idempotent calls
   */
  deleteFront(
    seq: number,
    limit: number,
    keepsOutput: boolean,
  ): { readonly deleted: number; readonly isDone: boolean } {
    const kept = keepsOutput ? MessageType.OutputCommand : NO_TYPE;
    const to = entryNumber(seq + 1, 0);
    const first = this.#sql.firstBut.get(entryNumber(seq, 0), to, kept);
    const deleted =
      first === undefined ? 0 : this.#sql.deleteAllBut.run(first, Math.min(first + limit, to), kept).changes;
    // A journal has no gaps, so one that did not fill the range has ended in it; two outputs, of the SDK and of the
    // server, may have been in there.
    const isDone = deleted < limit - 2 || this.#sql.firstBut.get(entryNumber(seq, 0), to, kept) === undefined;
    if (isDone) this.#deleteEvents(seq);
    return { deleted, isDone };
  }

  deleteAll(seq: number): void {
    this.#deleteEvents(seq);
    this.#sql.deleteRange.run(entryNumber(seq, 0), entryNumber(seq + 1, 0));
  }

  #deleteEvents(seq: number): void {
    this.#sql.deleteEvents.run(entryNumber(seq, 0), entryNumber(seq + 1, 0));
  }
}
