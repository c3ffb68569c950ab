/**
 * Entry file of the checkpointer thread: copies the write-ahead log to the database file and flushes it there,
 * off the writer's time. See `checkpoints.ts` for the other half.
 */
import { fdatasyncSync } from "node:fs";
import { parentPort, workerData } from "node:worker_threads";
import Database from "better-sqlite3";

export interface CheckpointerStart {
  readonly path: string;
  /** Opened and closed by the main thread: closing any descriptor of the file would drop SQLite's locks on it. */
  readonly databaseFd: number;
}

export type CheckpointerAnswer =
  /** The database file holds, flushed, all but what was committed in the last moment. */
  | { readonly kind: "copied" }
  /** Nothing is lost, but the log stays as long as it is. */
  | { readonly kind: "postponed"; readonly message: string }
  | { readonly kind: "failed"; readonly message: string };

/** Passes of one checkpoint: each copies what was committed during the flush before it. */
const MAX_PASSES = 4;
/** So little is left to the writer without another pass: about a millisecond of copying. */
const SMALL_REST_FRAMES = 256;

const { path, databaseFd } = workerData as CheckpointerStart;
const db = new Database(path, { fileMustExist: true });
db.exec("PRAGMA wal_autocheckpoint = 0");
// The log must be flushed before its pages go to the database file; NORMAL makes SQLite do that.
db.exec("PRAGMA synchronous = NORMAL; PRAGMA cache_size = -256");
const passive = db.prepare("PRAGMA wal_checkpoint(PASSIVE)");
const walState = db.prepare("PRAGMA wal_checkpoint(NOOP)").raw();

function checkpoint(): CheckpointerAnswer {
  try {
    for (let pass = 0; pass < MAX_PASSES; pass++) {
      passive.get();
      fdatasyncSync(databaseFd);
      const [, frames, backfilled] = walState.get() as [busy: number, frames: number, backfilled: number];
      // The writer may restart an entirely copied log at any moment: no other pass, see `checkpoints.ts`.
      if (frames === backfilled || (pass > 0 && frames - backfilled < SMALL_REST_FRAMES)) break;
    }
    return { kind: "copied" };
  } catch (error) {
    const { code, message } = error as { code?: string; message: string };
    const isHarmless = code === "SQLITE_FULL" || code === "SQLITE_BUSY" || code === "SQLITE_LOCKED";
    return { kind: isHarmless ? "postponed" : "failed", message };
  }
}

parentPort?.on("message", (request: "checkpoint" | "close") => {
  if (request === "checkpoint") {
    parentPort?.postMessage(checkpoint());
    return;
  }
  db.close();
  parentPort?.close();
});
