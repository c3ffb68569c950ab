import type Database from "better-sqlite3";
import { keep } from "../keep.ts";
import { type InvocationRow, InvocationStatus } from "./invocations.ts";

/** What the test harness reads beyond the engine's own statements. The server does not prepare these. */
export function inspectionStatements(db: Database.Database) {
  return keep({
    all: db.prepare<[], InvocationRow>("SELECT * FROM invocation ORDER BY seq"),
    unfinished: db.prepare<[], InvocationRow>(
      `SELECT * FROM invocation WHERE status < ${InvocationStatus.Completed} ORDER BY seq`,
    ),
    byId: db.prepare<[id: Buffer], InvocationRow>("SELECT * FROM invocation WHERE id = ?"),
  });
}
