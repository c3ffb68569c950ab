import type Database from "better-sqlite3";
import { FIRST_CUSTOM, FIRST_NOTIFICATION } from "../../../sdk/protocol/index.ts";

export const MAX_JOURNAL_ENTRIES = 2 ** 20;

export interface JournalRow {
  entry: number;
  type: number;
  notification: number | null;
  at: number;
  body: Buffer;
}

export interface NotificationRow {
  type: number;
  notification: number | null;
  body: Buffer;
}

/** The row number of a journal entry. Exact in a double up to 2^33 invocations. */
export function entryNumber(seq: number, index: number): number {
  return seq * MAX_JOURNAL_ENTRIES + index;
}

export function journalStatements(db: Database.Database) {
  return {
    append: db.prepare<[entry: number, type: number, notification: number | null, at: number, body: Buffer]>(
      "INSERT INTO journal (entry, type, notification, at, body) VALUES (?, ?, ?, ?, ?)",
    ),
    last: db
      .prepare<[from: number, to: number], number | null>(
        "SELECT max(entry) FROM journal WHERE entry >= ? AND entry < ?",
      )
      .pluck(),
    range: db.prepare<[from: number, to: number, limit: number], JournalRow>(
      "SELECT entry, type, notification, at, body FROM journal WHERE entry >= ? AND entry < ? ORDER BY entry LIMIT ?",
    ),
    /** Types first: most scans need no body, and a body over a page is a chain of pages. */
    types: db
      .prepare<[from: number, to: number], [type: number, notification: number | null]>(
        "SELECT type, notification FROM journal WHERE entry >= ? AND entry < ? ORDER BY entry",
      )
      .raw(),
    notifications: db.prepare<[from: number, to: number], NotificationRow>(
      `SELECT type, notification, body FROM journal WHERE entry >= ? AND entry < ? AND type BETWEEN ${FIRST_NOTIFICATION} AND ${FIRST_CUSTOM - 1}`,
    ),
    ofType: db.prepare<[from: number, to: number, type: number], JournalRow>(
      `SELECT entry, type, notification, at, body FROM journal
       WHERE entry >= ? AND entry < ? AND type = ? ORDER BY entry`,
    ),
    lastOfType: db.prepare<[from: number, to: number, type: number], JournalRow>(
      `SELECT entry, type, notification, at, body FROM journal
       WHERE entry >= ? AND entry < ? AND type = ? ORDER BY entry DESC LIMIT 1`,
    ),
    hasNotification: db
      .prepare<[from: number, to: number, notification: number], number>(
        "SELECT 1 FROM journal WHERE entry >= ? AND entry < ? AND notification = ? LIMIT 1",
      )
      .pluck(),
    signal: db.prepare<[from: number, to: number, notification: number], { entry: number; at: number }>(
      `SELECT entry, at FROM journal INDEXED BY journal_signal
       WHERE entry >= ? AND entry < ? AND notification = ? AND notification < 0 LIMIT 1`,
    ),
    lastEvent: db.prepare<[from: number, to: number], { number: number; after: number; type: string; event: string }>(
      "SELECT number, after, type, event FROM journal_event WHERE number >= ? AND number < ? ORDER BY number DESC LIMIT 1",
    ),
    appendEvent: db.prepare<[number: number, after: number, at: number, type: string, event: string]>(
      "INSERT INTO journal_event (number, after, at, type, event) VALUES (?, ?, ?, ?, ?)",
    ),
    events: db
      .prepare<[from: number, to: number, type: string], string>(
        "SELECT event FROM journal_event WHERE number >= ? AND number < ? AND type = ? ORDER BY number",
      )
      .pluck(),
    deleteEvents: db.prepare<[from: number, to: number]>("DELETE FROM journal_event WHERE number >= ? AND number < ?"),
    deleteRange: db.prepare<[from: number, to: number]>("DELETE FROM journal WHERE entry >= ? AND entry < ?"),
    firstBut: db
      .prepare<[from: number, to: number, type: number], number>(
        "SELECT entry FROM journal WHERE entry >= ? AND entry < ? AND type <> ? ORDER BY entry LIMIT 1",
      )
      .pluck(),
    deleteAllBut: db.prepare<[from: number, to: number, type: number]>(
      "DELETE FROM journal WHERE entry >= ? AND entry < ? AND type <> ?",
    ),
  };
}
