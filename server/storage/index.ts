/**
 * Storage: one SQLite database, one writer.
 *
 * - `storage.ts` opens it: directory lock, version check, recovery, migrations, one flush.
 * - `turns.ts` is the transaction of a turn: commands in savepoints, one commit a tick, an outbox of effects.
 * - `barrier.ts` holds effects back until a flush of the write-ahead log has covered their commit.
 * - `checkpoints.ts` and `checkpointer.ts` keep the write-ahead log short, on a thread of their own.
 * - `keep.ts` keeps SQLite's objects from being collected, which Node 24 does not survive; `memory.ts` uses them again.
 * - `transfer.ts` copies a whole database to a file and back, without a server.
 * - `directory.ts` makes the data directory and says why one cannot be used; `ownership.ts` tells our databases from
 *   those of other programs; `migrations.ts` and `lock.ts` are what their names say.
 * - `presence.ts` notices a database that was deleted under the server.
 * - `types.ts` has the options, and what the storage counts.
 *
 * Two rules protect SQLite's locks, which POSIX ties to the process: nothing here opens and closes the database
 * or its `-shm` file behind SQLite's back, and the descriptors used for flushing stay open as long as it does.
 */
export { keep } from "./keep.ts";
export { memoryDatabases } from "./memory.ts";
export {
  deploymentStatements,
  entryNumber,
  type InvocationRow,
  InvocationStatus,
  inspectionStatements,
  isWorkflowRun,
  type JournalRow,
  MAX_JOURNAL_ENTRIES,
  prepareStatements,
  type Statements,
  TimerKind,
  type TimerRow,
  type UnfinishedRow,
} from "./statements/index.ts";
export { openStorage, type Storage } from "./storage.ts";
export { exportDatabase, importDatabase, resetDatabase } from "./transfer.ts";
export { Turns } from "./turns.ts";
