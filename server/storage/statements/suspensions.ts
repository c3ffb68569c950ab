import type Database from "better-sqlite3";

export interface SuspensionRow {
  number: number;
  since: number;
  until: number;
  awaiting: Buffer | null;
}

export function suspensionStatements(db: Database.Database) {
  return {
    /** At the next place of the range; nowhere when it is full. */
    append: db.prepare<
      [since: number, until: number, awaiting: Buffer | null, first: number, from: number, to: number, to: number]
    >(
      `INSERT INTO suspension (number, since, until, awaiting) SELECT number, ?, ?, ?
       FROM (SELECT coalesce(max(number) + 1, ?) AS number FROM suspension WHERE number >= ? AND number < ?)
       WHERE number < ?`,
    ),
    deleteOne: db.prepare<[number: number]>("DELETE FROM suspension WHERE number = ?"),
    all: db.prepare<[from: number, to: number], SuspensionRow>(
      "SELECT number, since, until, awaiting FROM suspension WHERE number >= ? AND number < ? ORDER BY number",
    ),
    delete: db.prepare<[from: number, to: number, since: number]>(
      "DELETE FROM suspension WHERE number >= ? AND number < ? AND since >= ?",
    ),
  };
}
