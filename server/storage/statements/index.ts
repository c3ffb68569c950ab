/**
 * Every SQL statement of the engine, prepared once and named. No other file of the engine contains SQL. Statements
 * take positional parameters: it is the quickest form, and the call path runs several of them a call.
 *
 * `invocations` and `journal`; `keys` (locks, inboxes, state, promises); `waits` (timers, those who attached,
 * failures); `queues`, `suspensions`, `restarts`, and `unfinished` work. The server does not prepare `deployments`,
 * which is for the development loop, and `inspection`, which is for the test harness.
 */
import type Database from "better-sqlite3";
import { keep } from "../keep.ts";
import { invocationStatements } from "./invocations.ts";
import { journalStatements } from "./journal.ts";
import { keyStatements } from "./keys.ts";
import { queueStatements } from "./queues.ts";
import { restartStatements } from "./restarts.ts";
import { suspensionStatements } from "./suspensions.ts";
import { unfinishedStatements } from "./unfinished.ts";
import { waitStatements } from "./waits.ts";

export { deploymentStatements } from "./deployments.ts";
export { inspectionStatements } from "./inspection.ts";
export type { InvocationRow } from "./invocations.ts";
export { InvocationStatus, isWorkflowRun } from "./invocations.ts";
export type { JournalRow } from "./journal.ts";
export { entryNumber, MAX_JOURNAL_ENTRIES } from "./journal.ts";
export type { UnfinishedRow } from "./unfinished.ts";
export type { TimerRow } from "./waits.ts";
export { TimerKind } from "./waits.ts";

export type Statements = ReturnType<typeof prepareStatements>;

/** Prepares all statements; the schema must be the current one. */
export function prepareStatements(db: Database.Database) {
  return keep({
    invocations: invocationStatements(db),
    journal: journalStatements(db),
    keys: keyStatements(db),
    queues: queueStatements(db),
    restarts: restartStatements(db),
    suspensions: suspensionStatements(db),
    unfinished: unfinishedStatements(db),
    waits: waitStatements(db),
  });
}
