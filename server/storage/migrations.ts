import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type Database from "better-sqlite3";
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

export function userVersion(db: Database.Database): number {
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
