import { closeSync, existsSync, openSync, readSync, rmSync, statSync } from "node:fs";
import Database from "better-sqlite3";
import { ServerError } from "../errors.ts";
import { keep } from "./keep.ts";
import { type Migration, userVersion } from "./migrations.ts";

/** `PRAGMA application_id` of our databases, "rlit" in ASCII, so that `file` and other servers can tell whose one is. */
const APPLICATION_ID = 0x726c6974;

/** Writes the mark of our databases into one that has none: a new one, or one from before there was a mark. */
export function mark(db: Database.Database): void {
  if (applicationId(db) !== APPLICATION_ID) db.exec(`PRAGMA application_id = ${APPLICATION_ID}`);
}

/**
 * Opens an existing database that is ours and not newer than this program, to read from it; of any other one not a byte
 * is changed, and nothing is left beside it. Everything is read through SQLite, because the header of the file may be
 * older than what the write-ahead log holds.
 *
 * @returns that connection: as long as it is open, the next one need not read through the whole log again, which is
 *   half of the time of a restart after a kill
 * @throws ServerError `RL_DATABASE_TOO_NEW`, `RL_FOREIGN_DATABASE`, or `RL_DATABASE_UNREADABLE` when the file is damaged
 *   or no database
 */
export function openOurs(path: string, migrations: readonly Migration[]): Database.Database {
  const log = `${path}-wal`;
  const hasLog = existsSync(log) && statSync(log).size > 0;
  const hadIndex = existsSync(`${path}-shm`);
  // A writing connection would move the log into the file when it closes, or roll somebody's half transaction back: ours
  // may be, and has to be. Where there is no log to move it is the better one, because it takes the files that reading
  // needs away again.
  const { isInWalMode, isMarked, isEmpty } = headerOf(path);
  const readonly = hasLog || !(isInWalMode || isMarked || isEmpty);
  let db: Database.Database | undefined;
  try {
    db = keep(new Database(path, { readonly, fileMustExist: true }));
    check(db, path, migrations);
    return db;
  } catch (error) {
    db?.close();
    if (hasLog && !hadIndex) rmSync(`${path}-shm`, { force: true });
    if (error instanceof ServerError) throw error;
    throw unreadable(error, path);
  }
}

function check(db: Database.Database, path: string, migrations: readonly Migration[]): void {
  const version = userVersion(db);
  if (!isOurs(db, version, migrations)) {
    throw new ServerError(
      500,
      "RL_FOREIGN_DATABASE",
      `${path} is the database of another program: choose another directory with --data-dir; it was not touched`,
    );
  }
  if (version <= migrations.length) return;
  throw new ServerError(
    500,
    "RL_DATABASE_TOO_NEW",
    `the database ${path} was written by a newer server (schema ${version}, this one knows up to ` +
      `${migrations.length}): upgrade restate-lite, or choose another directory with --data-dir; it was not touched`,
  );
}

function isOurs(db: Database.Database, version: number, migrations: readonly Migration[]): boolean {
  const id = applicationId(db);
  if (id !== 0) return id === APPLICATION_ID;
  // Before there was the mark: by what the first migration has created, or not even come to create.
  const tables = new Set(
    keep(db.prepare<[], string>("SELECT name FROM sqlite_schema WHERE type = 'table'").pluck()).all(),
  );
  if (version === 0) return tables.size === 0;
  const first = [...(migrations[0]?.sql ?? "").matchAll(/^CREATE TABLE (\w+)/gim)];
  return first.length > 0 && first.every(([, name = ""]) => tables.has(name));
}

function applicationId(db: Database.Database): number {
  return keep(db.prepare<[], number>("PRAGMA application_id").pluck()).get() ?? 0;
}

function unreadable(error: unknown, path: string): unknown {
  const { code, message } = error as { code?: string; message: string };
  switch (code) {
    case "SQLITE_NOTADB":
      return new ServerError(
        500,
        "RL_DATABASE_UNREADABLE",
        `${path} is not a SQLite database: choose another directory with --data-dir, or move the file away; ` +
          "it was not touched",
      );
    case "SQLITE_CORRUPT":
      return new ServerError(
        500,
        "RL_DATABASE_UNREADABLE",
        `the database ${path} is damaged (${message}): import an export, or start in another directory with ` +
          "--data-dir; it was not touched",
      );
    default:
      return error;
  }
}

/** Places in the header of a database (sqlite.org/fileformat.html, 1.3): which version of SQLite may write it, whose it is. */
const WRITE_VERSION_AT = 18;
const APPLICATION_ID_AT = 68;
const HEADER_BYTES = 100;
const WAL_VERSION = 2;

/** Reads the file itself, so no connection of this process may have it open. */
function headerOf(path: string): { isInWalMode: boolean; isMarked: boolean; isEmpty: boolean } {
  const fd = openSync(path, "r");
  try {
    const header = Buffer.alloc(HEADER_BYTES);
    const length = readSync(fd, header, 0, HEADER_BYTES, 0);
    return {
      isInWalMode: header[WRITE_VERSION_AT] === WAL_VERSION,
      isMarked: header.readUInt32BE(APPLICATION_ID_AT) === APPLICATION_ID,
      isEmpty: length === 0,
    };
  } finally {
    closeSync(fd);
  }
}
