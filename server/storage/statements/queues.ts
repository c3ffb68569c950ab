import type Database from "better-sqlite3";

/** Invocations that their virtual queue holds back: see `server/engine/flow`. */
export function queueStatements(db: Database.Database) {
  return {
    add: db.prepare<[seq: number, queue: string, at: number]>(
      "INSERT INTO queue_waiter (seq, queue, at) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
    ),
    remove: db.prepare<[seq: number]>("DELETE FROM queue_waiter WHERE seq = ?"),
    first: db
      .prepare<[queue: string], number>("SELECT seq FROM queue_waiter WHERE queue = ? ORDER BY at, seq LIMIT 1")
      .pluck(),
    has: db.prepare<[seq: number], number>("SELECT EXISTS (SELECT 1 FROM queue_waiter WHERE seq = ?)").pluck(),
    /** All queues in which something waits, that with the oldest first. */
    all: db.prepare<[], { queue: string; waiters: number }>(
      "SELECT queue, count(*) AS waiters FROM queue_waiter GROUP BY queue ORDER BY min(at), min(seq)",
    ),
  };
}
