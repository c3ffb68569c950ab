import type Database from "better-sqlite3";

/** Where invocations that were restarted as new come from. */
export function restartStatements(db: Database.Database) {
  return {
    insert: db.prepare<[seq: number, original: Buffer, seed: Buffer]>(
      "INSERT INTO restart (seq, original, seed) VALUES (?, ?, ?)",
    ),
    seed: db.prepare<[seq: number], Buffer>("SELECT seed FROM restart WHERE seq = ?").pluck(),
    delete: db.prepare<[seq: number]>("DELETE FROM restart WHERE seq = ?"),
  };
}
