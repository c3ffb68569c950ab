import { accessSync, constants, rmSync } from "node:fs";
import { join } from "node:path";
import Database from "better-sqlite3";
import { ServerError } from "../errors.ts";
import { makePrivate } from "./directory.ts";
import { keep } from "./keep.ts";

/** Keeps a data directory for this server until `release`. */
export interface DirectoryLock {
  release(): void;
  /** The same, and leaves no trace of it in a directory that turned out to be somebody else's. */
  withdraw(): void;
}

/**
 * Takes the data directory, through an exclusive transaction on a small database of its own: the operating
 * system drops it with the process, however that ends, and it works wherever SQLite does.
 *
 * @throws ServerError `RL_DATA_DIR_IN_USE` while another server has it; errors of SQLite when the file cannot be used
 */
export function lockDirectory(dataDir: string): DirectoryLock {
  const file = join(dataDir, "server.lock");
  const isNew = makePrivate(file);
  // Of a file that it may only read, SQLite would take no lock, and say nothing.
  accessSync(file, constants.R_OK | constants.W_OK);
  const db = keep(new Database(file, { timeout: 0 }));
  try {
    db.exec("BEGIN EXCLUSIVE");
  } catch (error) {
    db.close();
    if ((error as { code?: string }).code !== "SQLITE_BUSY") throw error;
    throw new ServerError(
      503,
      "RL_DATA_DIR_IN_USE",
      `another server is using the data directory ${dataDir}: stop it first, or choose another directory with --data-dir`,
    );
  }
  return {
    release: () => void db.close(),
    withdraw: () => {
      db.close();
      if (isNew) rmSync(file, { force: true });
    },
  };
}
