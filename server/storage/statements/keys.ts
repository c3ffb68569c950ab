import type Database from "better-sqlite3";

export interface InboxRow {
  position: number;
  seq: number | null;
  mutation: Buffer | null;
}

type Key = [service: string, scope: string, key: string];

/** Locks, inboxes, state and promises: everything that belongs to a key rather than to an invocation. */
export function keyStatements(db: Database.Database) {
  return {
    lockHolder: db.prepare<Key, number>("SELECT holder FROM lock WHERE service = ? AND scope = ? AND key = ?").pluck(),
    lock: db.prepare<[...Key, holder: number]>("INSERT INTO lock (service, scope, key, holder) VALUES (?, ?, ?, ?)"),
    passLock: db.prepare<[holder: number, ...Key]>(
      "UPDATE lock SET holder = ? WHERE service = ? AND scope = ? AND key = ?",
    ),
    unlock: db.prepare<Key>("DELETE FROM lock WHERE service = ? AND scope = ? AND key = ?"),
    /** @returns the position */
    enqueue: db
      .prepare<[...Key, ...Key, seq: number | null, mutation: Buffer | null], number>(
        `INSERT INTO inbox (service, scope, key, position, seq, mutation)
         VALUES (?, ?, ?, 1 + coalesce((SELECT max(position) FROM inbox WHERE service = ? AND scope = ? AND key = ?), 0),
                 ?, ?) RETURNING position`,
      )
      .pluck(),
    firstInInbox: db.prepare<Key, InboxRow>(
      `SELECT position, seq, mutation FROM inbox WHERE service = ? AND scope = ? AND key = ?
       ORDER BY position LIMIT 1`,
    ),
    inboxLength: db
      .prepare<Key, number>(
        "SELECT count(*) FROM inbox WHERE service = ? AND scope = ? AND key = ? AND seq IS NOT NULL",
      )
      .pluck(),
    inboxedInvocations: db.prepare<[...Key, limit: number], { position: number; seq: number }>(
      `SELECT position, seq FROM inbox WHERE service = ? AND scope = ? AND key = ? AND seq IS NOT NULL
       ORDER BY position LIMIT ?`,
    ),
    inboxedMutations: db.prepare<Key, { position: number; mutation: Buffer }>(
      `SELECT position, mutation FROM inbox WHERE service = ? AND scope = ? AND key = ? AND mutation IS NOT NULL
       ORDER BY position`,
    ),
    dequeue: db.prepare<[...Key, position: number]>(
      "DELETE FROM inbox WHERE service = ? AND scope = ? AND key = ? AND position = ?",
    ),
    /** Names the row by its whole key, so that it is found without a look at the others that wait. */
    removeFromInbox: db.prepare<[...Key, position: number, seq: number]>(
      "DELETE FROM inbox WHERE service = ? AND scope = ? AND key = ? AND position = ? AND seq = ?",
    ),

    state: db
      .prepare<[...Key, name: Buffer], Buffer>(
        "SELECT value FROM state WHERE service = ? AND scope = ? AND key = ? AND name = ?",
      )
      .pluck(),
    stateNames: db
      .prepare<Key, Buffer>("SELECT name FROM state WHERE service = ? AND scope = ? AND key = ? ORDER BY name")
      .pluck(),
    stateEntries: db.prepare<[...Key, after: Buffer, limit: number], { name: Buffer; value: Buffer }>(
      `SELECT name, value FROM state WHERE service = ? AND scope = ? AND key = ? AND name > ? ORDER BY name LIMIT ?`,
    ),
    allState: db.prepare<Key, { name: Buffer; value: Buffer }>(
      "SELECT name, value FROM state WHERE service = ? AND scope = ? AND key = ? ORDER BY name",
    ),
    setState: db.prepare<[...Key, name: Buffer, value: Buffer]>(
      `INSERT INTO state (service, scope, key, name, value) VALUES (?, ?, ?, ?, ?)
       ON CONFLICT (service, scope, key, name) DO UPDATE SET value = excluded.value`,
    ),
    clearState: db.prepare<[...Key, name: Buffer]>(
      "DELETE FROM state WHERE service = ? AND scope = ? AND key = ? AND name = ?",
    ),
    clearAllState: db.prepare<Key>("DELETE FROM state WHERE service = ? AND scope = ? AND key = ?"),

    promise: db
      .prepare<[...Key, name: string], Buffer>(
        "SELECT body FROM promise WHERE service = ? AND scope = ? AND key = ? AND name = ?",
      )
      .pluck(),
    completePromise: db.prepare<[...Key, name: string, body: Buffer]>(
      "INSERT INTO promise (service, scope, key, name, body) VALUES (?, ?, ?, ?, ?)",
    ),
    awaitPromise: db.prepare<[...Key, name: string, seq: number, completion: number]>(
      `INSERT INTO promise_awaiter (service, scope, key, name, seq, completion) VALUES (?, ?, ?, ?, ?, ?)
       ON CONFLICT DO NOTHING`,
    ),
    promiseAwaiters: db.prepare<[...Key, name: string, limit: number], { seq: number; completion: number }>(
      `SELECT seq, completion FROM promise_awaiter WHERE service = ? AND scope = ? AND key = ? AND name = ?
       ORDER BY seq, completion LIMIT ?`,
    ),
    removePromiseAwaiter: db.prepare<[...Key, name: string, seq: number, completion: number]>(
      `DELETE FROM promise_awaiter
       WHERE service = ? AND scope = ? AND key = ? AND name = ? AND seq = ? AND completion = ?`,
    ),
    /** Up to this one, in their order. */
    clearPromiseAwaiters: db.prepare<[...Key, name: string, lastSeq: number, lastCompletion: number]>(
      `DELETE FROM promise_awaiter WHERE service = ? AND scope = ? AND key = ? AND name = ?
       AND (seq, completion) <= (?, ?)`,
    ),
    clearPromises: db.prepare<Key>("DELETE FROM promise WHERE service = ? AND scope = ? AND key = ?"),
    clearAllPromiseAwaiters: db.prepare<Key>("DELETE FROM promise_awaiter WHERE service = ? AND scope = ? AND key = ?"),
  };
}
