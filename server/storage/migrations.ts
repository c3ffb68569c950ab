import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import Database from "better-sqlite3";
import { ServerError } from "../errors.ts";
import { keep } from "./keep.ts";

/** One step of the schema. Never edited once released: a database that has applied it will not look at it again. */
export interface Migration {
  /** Position in the order, from 1; the database keeps the last one as its `user_version`. */
  readonly version: number;
  readonly name: string;
  readonly sql: string;
}

/**
 * Reads the migrations of a directory: files named `0001_what_it_does.sql`, numbered from 1 without a gap.
 *
 * @throws Error when a number is missing or there twice
 */
export function readMigrations(dir: string): Migration[] {
  const names = readdirSync(dir).filter((name) => name.endsWith(".sql"));
  return names.sort().map((name, position) => {
    const version = Number(/^(\d{4})_\w+\.sql$/.exec(name)?.[1]);
    if (version !== position + 1) {
      throw new Error(
        `migration ${join(dir, name)} should be number ${position + 1}: name it 0001_words.sql, without gaps`,
      );
    }
    return { version, name, sql: readFileSync(join(dir, name), "utf8") };
  });
}

/**
 * Checks that this server knows the version of an existing database, without changing a byte of it. The version
 * is read through SQLite, because the header of the file may be older than what the write-ahead log holds, and
 * through a read-only connection, because a writing one would move the log into the file when it closes.
 *
 * @returns that connection: as long as it is open, the next one need not read through the whole log again, which is
 *   half of the time of a restart after a kill
 * @throws ServerError `RL_DATABASE_TOO_NEW`, or `RL_DATABASE_UNREADABLE` when the file is no database
 */
export function checkVersion(path: string, newest: number): Database.Database {
  let db: Database.Database | undefined;
  let version: number;
  try {
    db = keep(new Database(path, { readonly: true, fileMustExist: true }));
    version = userVersion(db);
  } catch (error) {
    db?.close();
    const reason = error instanceof Error ? error.message : String(error);
    throw new ServerError(500, "RL_DATABASE_UNREADABLE", `cannot read the database ${path}: ${reason}`);
  }
  if (version <= newest) return db;
  db.close();
  throw new ServerError(
    500,
    "RL_DATABASE_TOO_NEW",
    `the database ${path} was written by a newer server (schema ${version}, this one knows up to ${newest}): ` +
      "upgrade restate-lite, or choose another directory with --data-dir; the database was not touched",
  );
}

function userVersion(db: Database.Database): number {
  return keep(db.prepare<[], number>("PRAGMA user_version").pluck()).get() ?? 0;
}

/** Applies the migrations that `db` has not seen, in order, each in a transaction of its own. */
export function migrate(db: Database.Database, migrations: readonly Migration[]): void {
  const current = userVersion(db);
  for (const migration of migrations) {
    if (migration.version <= current) continue;
    db.exec("BEGIN IMMEDIATE");
    try {
      db.exec(migration.sql);
      db.exec(`PRAGMA user_version = ${migration.version}`);
      db.exec("COMMIT");
    } catch (error) {
      if (db.inTransaction) db.exec("ROLLBACK");
      throw new Error(`migration ${migration.name} failed, nothing of it was kept`, { cause: error });
    }
  }
}
