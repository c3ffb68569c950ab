import type Database from "better-sqlite3";

export const TimerKind = { Start: 0, Sleep: 1, Retry: 2 } as const;
export type TimerKind = (typeof TimerKind)[keyof typeof TimerKind];

export interface TimerRow {
  due: number;
  seq: number;
  kind: TimerKind;
  completion: number;
}

export interface FailureRow {
  retry_count: number;
  since: number;
  at: number;
  next_retry_at: number | null;
  failure: string;
}

/** What an invocation waits for outside its own journal: time, other invocations, its next attempt. */
export function waitStatements(db: Database.Database) {
  return {
    addTimer: db.prepare<[due: number, seq: number, kind: number, completion: number]>(
      "INSERT INTO timer (due, seq, kind, completion) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING",
    ),
    dueTimers: db.prepare<[now: number, limit: number], TimerRow>(
      "SELECT due, seq, kind, completion FROM timer WHERE due <= ? ORDER BY due, seq LIMIT ?",
    ),
    removeTimer: db.prepare<[due: number, seq: number, kind: number, completion: number]>(
      "DELETE FROM timer WHERE due = ? AND seq = ? AND kind = ? AND completion = ?",
    ),
    nextTimer: db.prepare<[], number | null>("SELECT min(due) FROM timer").pluck(),

    addAwaiter: db.prepare<[callee: number, seq: number, completion: number, type: number]>(
      "INSERT INTO awaiter (callee, seq, completion, type) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING",
    ),
    hasAwaiters: db.prepare<[], number>("SELECT EXISTS (SELECT 1 FROM awaiter)").pluck(),
    awaiters: db.prepare<[callee: number, limit: number], { seq: number; completion: number; type: number }>(
      "SELECT seq, completion, type FROM awaiter WHERE callee = ? ORDER BY seq, completion LIMIT ?",
    ),
    /** Without an index: for people's requests. */
    removeAwaiter: db.prepare<[seq: number, completion: number]>(
      "DELETE FROM awaiter WHERE seq = ? AND completion = ?",
    ),
    /** Up to this one, in their order. */
    clearAwaiters: db.prepare<[callee: number, lastSeq: number, lastCompletion: number]>(
      "DELETE FROM awaiter WHERE callee = ? AND (seq, completion) <= (?, ?)",
    ),

    failure: db.prepare<[seq: number], FailureRow>(
      "SELECT retry_count, since, at, next_retry_at, failure FROM attempt_failure WHERE seq = ?",
    ),
    setFailure: db.prepare<
      [seq: number, retryCount: number, since: number, at: number, nextRetryAt: number | null, failure: string]
    >(
      `INSERT INTO attempt_failure (seq, retry_count, since, at, next_retry_at, failure) VALUES (?, ?, ?, ?, ?, ?)
       ON CONFLICT (seq) DO UPDATE SET retry_count = excluded.retry_count, since = excluded.since, at = excluded.at,
         next_retry_at = excluded.next_retry_at, failure = excluded.failure`,
    ),
    /** Invocations whose last failure has this code of the real server. Reads all failures: for rare occasions. */
    failedWith: db
      .prepare<[restateCode: string, afterSeq: number, limit: number], number>(
        "SELECT seq FROM attempt_failure WHERE failure ->> 'restateCode' = ? AND seq > ? ORDER BY seq LIMIT ?",
      )
      .pluck(),
    clearFailure: db.prepare<[seq: number]>("DELETE FROM attempt_failure WHERE seq = ?"),
  };
}
