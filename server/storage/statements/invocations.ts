import type Database from "better-sqlite3";

export const InvocationStatus = {
  Scheduled: 0,
  Inboxed: 1,
  /** Ready to run, or running: which of the two only the process that runs it knows. */
  Ready: 2,
  Suspended: 3,
  BackingOff: 4,
  Paused: 5,
  Completed: 6,
} as const;
export type InvocationStatus = (typeof InvocationStatus)[keyof typeof InvocationStatus];

export interface InvocationRow {
  seq: number;
  id: Buffer;
  status: InvocationStatus;
  service: string;
  handler: string;
  key: string | null;
  scope: string;
  limit_key: string | null;
  idempotency_key: string | null;
  exclusive: number;
  determined: number;
  origin: number;
  caller: number | null;
  caller_completion: number | null;
  created_at: number;
  execute_at: number | null;
  traceparent: string | null;
  deployment: string | null;
  protocol: number | null;
  started_at: number | null;
  completed_at: number | null;
  failed: number | null;
  expires_at: number | null;
  kept_until: number | null;
  awaiting: Buffer | null;
  /** Where it waits in the inbox of its key, or waited last; `null`: it never has. */
  inboxed: number | null;
}

/** Whether it is the one run of a workflow: its id follows from something, and from no idempotency key. */
export function isWorkflowRun(row: Pick<InvocationRow, "determined" | "idempotency_key">): boolean {
  return row.determined === 1 && row.idempotency_key === null;
}

export function invocationStatements(db: Database.Database) {
  return {
    insert: db.prepare<
      [
        seq: number,
        id: Buffer,
        status: number,
        service: string,
        handler: string,
        key: string | null,
        scope: string,
        limitKey: string | null,
        idempotencyKey: string | null,
        exclusive: number,
        determined: number,
        origin: number,
        caller: number | null,
        callerCompletion: number | null,
        createdAt: number,
        executeAt: number | null,
        traceparent: string | null,
        inboxed: number | null,
      ]
    >(
      `INSERT INTO invocation (seq, id, status, service, handler, key, scope, limit_key, idempotency_key, exclusive,
         determined, origin, caller, caller_completion, created_at, execute_at, traceparent, inboxed)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    ),
    bySeq: db.prepare<[seq: number], InvocationRow>("SELECT * FROM invocation WHERE seq = ?"),
    byDeterminedId: db.prepare<[id: Buffer], InvocationRow>("SELECT * FROM invocation WHERE id = ? AND determined = 1"),
    setStatus: db.prepare<[status: number, seq: number]>("UPDATE invocation SET status = ? WHERE seq = ?"),
    enterInbox: db.prepare<[position: number, seq: number]>(
      `UPDATE invocation SET status = ${InvocationStatus.Inboxed}, inboxed = ? WHERE seq = ?`,
    ),
    /** It has run, even if it has stored nothing. */
    suspend: db.prepare<[awaiting: Buffer, startedAt: number, seq: number]>(
      `UPDATE invocation SET status = ${InvocationStatus.Suspended}, awaiting = ?, started_at = coalesce(started_at, ?) WHERE seq = ?`,
    ),
    resume: db.prepare<[seq: number]>(
      `UPDATE invocation SET status = ${InvocationStatus.Ready}, awaiting = NULL WHERE seq = ?`,
    ),
    /** From now on it is as if it had been sent: its caller does not hear of its end. */
    detach: db.prepare<[seq: number]>("UPDATE invocation SET caller_completion = NULL WHERE seq = ?"),
    pin: db.prepare<[deployment: string, protocol: number, startedAt: number, seq: number]>(
      "UPDATE invocation SET deployment = ?, protocol = ?, started_at = coalesce(started_at, ?) WHERE seq = ?",
    ),
    complete: db.prepare<
      [
        completedAt: number,
        failed: number,
        expiresAt: number | null,
        keptUntil: number | null,
        deployment: string | null,
        protocol: number | null,
        startedAt: number | null,
        seq: number,
      ]
    >(
      `UPDATE invocation SET status = ${InvocationStatus.Completed}, awaiting = NULL, completed_at = ?, failed = ?, expires_at = ?, kept_until = ?,
         deployment = ?, protocol = ?, started_at = ? WHERE seq = ?`,
    ),
    delete: db.prepare<[seq: number]>("DELETE FROM invocation WHERE seq = ?"),
    expired: db.prepare<[now: number, limit: number], InvocationRow>(
      "SELECT * FROM invocation WHERE expires_at IS NOT NULL AND expires_at <= ? ORDER BY expires_at LIMIT ?",
    ),
    nextExpiry: db
      .prepare<[], number | null>("SELECT min(expires_at) FROM invocation WHERE expires_at IS NOT NULL")
      .pluck(),
    setExpiry: db.prepare<[expiresAt: number | null, keptUntil: number | null, seq: number]>(
      "UPDATE invocation SET expires_at = ?, kept_until = ? WHERE seq = ?",
    ),
    readyAfter: db
      .prepare<[seq: number, limit: number], number>(
        `SELECT seq FROM invocation WHERE status = ${InvocationStatus.Ready} AND seq > ? AND seq NOT IN (SELECT seq FROM queue_waiter)
         ORDER BY seq LIMIT ?`,
      )
      .pluck(),
    /** Those that run count as well. Reads them all, from their index. */
    readyCount: db
      .prepare<[], number>(`SELECT count(*) FROM invocation WHERE status = ${InvocationStatus.Ready}`)
      .pluck(),
    lastSeq: db.prepare<[], number | null>("SELECT max(seq) FROM invocation").pluck(),
    seqFloor: db.prepare<[], number | undefined>("SELECT value FROM meta WHERE name = 'seq_floor'").pluck(),
    raiseSeqFloor: db.prepare<[seq: number]>(
      `INSERT INTO meta (name, value) VALUES ('seq_floor', ?)
       ON CONFLICT (name) DO UPDATE SET value = excluded.value WHERE excluded.value > value`,
    ),
  };
}
