import { join } from "node:path";
import Database from "better-sqlite3";
import { ServerError } from "../errors.ts";
import { keep } from "./keep.ts";

/** Keeps a data directory for this server until `release`. */
export interface DirectoryLock {
  release(): void;
}

/**
 * Takes the data directory, through an exclusive transaction on a small database of its own: the operating
 * system drops it with the process, however that ends, and it works wherever SQLite does.
 *
 * @throws ServerError `RL_DATA_DIR_IN_USE` while another server has it
 */
export function lockDirectory(dataDir: string): DirectoryLock {
  const db = keep(new Database(join(dataDir, "server.lock"), { timeout: 0 }));
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
  return { release: () => void db.close() };
}
