import type Database from "better-sqlite3";

export interface UnfinishedRow {
  kind: number;
  seq: number;
  position: number;
  body: Buffer | null;
}

/** Work that did not fit into one turn: see `server/engine/backlog.ts`. */
export function unfinishedStatements(db: Database.Database) {
  return {
    add: db.prepare<[kind: number, seq: number, position: number, body: Buffer | null]>(
      "INSERT INTO unfinished (kind, seq, position, body) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING",
    ),
    first: db.prepare<[limit: number], UnfinishedRow>(
      "SELECT kind, seq, position, body FROM unfinished ORDER BY kind, seq, position LIMIT ?",
    ),
    ofKind: db.prepare<[kind: number], UnfinishedRow>(
      "SELECT kind, seq, position, body FROM unfinished WHERE kind = ?",
    ),
    remove: db.prepare<[kind: number, seq: number, position: number]>(
      "DELETE FROM unfinished WHERE kind = ? AND seq = ? AND position = ?",
    ),
    has: db
      .prepare<[kind: number, seq: number], number>(
        "SELECT EXISTS (SELECT 1 FROM unfinished WHERE kind = ? AND seq = ?)",
      )
      .pluck(),
  };
}
