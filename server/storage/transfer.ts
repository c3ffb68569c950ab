import { closeSync, existsSync, fsyncSync, mkdirSync, openSync, renameSync, rmSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import type Database from "better-sqlite3";
import { ServerError } from "../errors.ts";
import { explained, makePrivate } from "./directory.ts";
import { keep } from "./keep.ts";
import { type DirectoryLock, lockDirectory } from "./lock.ts";
import { readMigrations } from "./migrations.ts";
import { openOurs } from "./ownership.ts";
import { DATABASE_NAME } from "./storage.ts";

/**
 * Writes the database of a data directory to one file, as it is at this moment. Call it from a process that has not
 * opened the storage; a server may be running on the directory.
 *
 * @throws ServerError when there is no database, it is newer than this program, or the file is a database in use
 */
export function exportDatabase(dataDir: string, migrationsDir: string, file: string): void {
  const path = join(resolve(dataDir), DATABASE_NAME);
  if (!existsSync(path)) {
    throw new ServerError(
      404,
      "RL_NO_DATABASE",
      `there is no database in ${resolve(dataDir)}; name its folder with --data-dir. ` +
        "What a server started with --ephemeral has is in its memory only.",
    );
  }
  // What is in that log would be written over the export by whoever opens it next.
  if (existsSync(`${file}-wal`)) {
    throw new ServerError(
      409,
      "RL_FILE_IN_USE",
      `${file} is a database that a server is using, or has not closed. Export to another file; ` +
        "to replace what a server has, stop it and use import.",
    );
  }
  const db = opened(path, migrationsDir);
  const part = `${file}.part`;
  try {
    rmSync(part, { force: true });
    makePrivate(part);
    keep(db.prepare("VACUUM INTO ?")).run(part);
    flushed(part);
    renameSync(part, file);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    throw new ServerError(
      500,
      "RL_EXPORT_FAILED",
      `cannot write ${file} (${code}): ${message}; export to another place`,
    );
  } finally {
    db.close();
    rmSync(part, { force: true });
  }
}

function opened(path: string, migrationsDir: string): Database.Database {
  try {
    return openOurs(path, readMigrations(migrationsDir));
  } catch (error) {
    throw explained(error, dirname(path));
  }
}

/**
 * Makes the database of a file that of a data directory.
 *
 * @throws ServerError when the file is no database of ours or a newer one, the directory has one already (unless
 *   `overwrites`), or a server is running on it
 */
export function importDatabase(file: string, dataDir: string, migrationsDir: string, overwrites: boolean): void {
  if (!existsSync(file)) throw new ServerError(404, "RL_NO_FILE", `there is no file ${file}`);
  if (resolve(file) === join(resolve(dataDir), DATABASE_NAME)) {
    throw new ServerError(409, "RL_SAME_DATABASE", `${file} is the database of ${resolve(dataDir)} already`);
  }
  const db = opened(file, migrationsDir);
  const target = resolve(dataDir);
  try {
    checkContents(db, file);
    mkdirSync(target, { recursive: true, mode: 0o700 });
    const lock = lockDirectory(target);
    try {
      const path = join(target, DATABASE_NAME);
      if (existsSync(path) && !overwrites) {
        throw new ServerError(409, "RL_DATABASE_EXISTS", `${target} has a database already; --force replaces it`);
      }
      refuseForeign(path, migrationsDir);
      const part = `${path}.part`;
      rmSync(part, { force: true });
      makePrivate(part);
      // Not a copy of the file, beside which a write-ahead log may lie.
      keep(db.prepare("VACUUM INTO ?")).run(part);
      flushed(part);
      removeDatabase(path);
      renameSync(part, path);
    } finally {
      lock.release();
    }
  } catch (error) {
    throw explained(error, target);
  } finally {
    db.close();
  }
}

function checkContents(db: Database.Database, file: string): void {
  const isOurs =
    keep(db.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'invocation' AND type = 'table'").pluck()).get() === 1;
  if (!isOurs) throw new ServerError(400, "RL_FOREIGN_DATABASE", `${file} is a database, but none of restate-lite`);
  if (keep(db.prepare<[], string>("PRAGMA quick_check(1)").pluck()).get() !== "ok") {
    throw new ServerError(500, "RL_DATABASE_UNREADABLE", `the database ${file} is damaged`);
  }
}

/**
 * Deletes the database of a data directory.
 * @returns whether there was one
 * @throws ServerError RL_DATA_DIR_IN_USE while a server is running on it, RL_FOREIGN_DATABASE when another program's
 *   database has that name
 */
export function resetDatabase(dataDir: string, migrationsDir: string): boolean {
  const target = resolve(dataDir);
  const path = join(target, DATABASE_NAME);
  if (!existsSync(path)) return false;
  let lock: DirectoryLock | undefined;
  try {
    lock = lockDirectory(target);
    refuseForeign(path, migrationsDir);
    removeDatabase(path);
    lock.release();
  } catch (error) {
    lock?.withdraw();
    throw explained(error, target);
  }
  return true;
}

/** What is damaged, or newer than this program, may be deleted; what is somebody else's may not. */
function refuseForeign(path: string, migrationsDir: string): void {
  if (!existsSync(path)) return;
  try {
    openOurs(path, readMigrations(migrationsDir)).close();
  } catch (error) {
    if (error instanceof ServerError && error.code === "RL_FOREIGN_DATABASE") throw error;
  }
}

/** The database first: what is left of its log without it is nothing. */
function removeDatabase(path: string): void {
  for (const suffix of ["", "-wal", "-shm"]) rmSync(path + suffix, { force: true });
}

function flushed(file: string): void {
  const fd = openSync(file, "r+");
  try {
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}
