import type Database from "better-sqlite3";
import { keep } from "../keep.ts";
import { InvocationStatus } from "./invocations.ts";

/** What the development loop asks besides the engine's own statements. The server does not prepare these. */
export function deploymentStatements(db: Database.Database) {
  return keep({
    /** Unfinished invocations that are pinned to a deployment. Reads all invocations: for rare occasions. */
    pinned: db.prepare<[deployment: string], { seq: number; id: Buffer; service: string }>(
      `SELECT seq, id, service FROM invocation WHERE deployment = ? AND status < ${InvocationStatus.Completed} ORDER BY seq`,
    ),
    keysWithState: db.prepare<[], { service: string; scope: string; key: string }>(
      "SELECT DISTINCT service, scope, key FROM state",
    ),
  });
}
