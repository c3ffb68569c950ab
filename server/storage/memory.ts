import Database from "better-sqlite3";
import { keep } from "./keep.ts";

/** A database above this size is not worth keeping. */
const REUSE_LIMIT_BYTES = 64 * 1024 * 1024;

/** A database in memory that outlives the storage on it: see `takeMemoryDatabase`. */
interface Reusable {
  readonly db: Database.Database;
  /** By SQL, in the order in which one storage prepares them. */
  readonly statements: Map<string, Database.Statement[]>;
  readonly taken: Map<string, number>;
  readonly tables: Database.Statement<[], string>;
  readonly pages: Database.Statement<[], number>;
}

const free: Reusable[] = [];
const all = new Map<Database.Database, Reusable>();

/**
 * An empty database in memory. Nothing of SQLite may ever be collected (see `keep`), so a program that opens and
 * closes many servers, as tests do, would grow: a database that is given back is emptied, and handed out again together
 * with all statements that were prepared on it.
 *
 * @param set makes a new one ready: the schema stays when it is given back
 */
export function takeMemoryDatabase(set: (db: Database.Database) => void): Database.Database {
  const reused = free.pop();
  if (reused !== undefined) return reused.db;
  const db = keep(new Database(":memory:"));
  set(db);
  const tables = keep(
    db.prepare<[], string>("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'").pluck(),
  );
  const pages = keep(db.prepare<[], number>("PRAGMA page_count").pluck());
  const reusable: Reusable = { db, statements: new Map(), taken: new Map(), tables, pages };
  all.set(db, reusable);
  const prepare = db.prepare.bind(db) as (sql: string) => Database.Statement;
  // reason: better-sqlite3's types give `prepare` a parameter for the bindings; at run time there is one signature.
  db.prepare = ((sql: string) => again(reusable, sql, prepare)) as unknown as typeof db.prepare;
  return db;
}

/** Takes a database of `takeMemoryDatabase` back. Nobody may use it, or a statement of it, from here on. */
export function giveMemoryDatabaseBack(db: Database.Database): void {
  const reusable = all.get(db);
  if (reusable === undefined) {
    db.close();
    return;
  }
  if (db.inTransaction) db.exec("ROLLBACK");
  const bytes = (reusable.pages.get() ?? 0) * 4096;
  if (bytes > REUSE_LIMIT_BYTES) {
    all.delete(db);
    db.close();
    return;
  }
  const names = reusable.tables.all();
  db.exec(`BEGIN; ${names.map((name) => `DELETE FROM "${name}"`).join("; ")}; COMMIT`);
  reusable.taken.clear();
  free.push(reusable);
}

/** Databases in memory that this process has: in use, and free. */
export function memoryDatabases(): { readonly all: number; readonly free: number } {
  return { all: all.size, free: free.length };
}

/** The statement that the last storage prepared as its n-th with this SQL, in the mode of a new one. */
function again(
  { statements, taken }: Reusable,
  sql: string,
  prepare: (sql: string) => Database.Statement,
): Database.Statement {
  const position = taken.get(sql) ?? 0;
  taken.set(sql, position + 1);
  let prepared = statements.get(sql);
  if (prepared === undefined) statements.set(sql, (prepared = []));
  const known = prepared[position];
  if (known === undefined) return (prepared[position] = keep(prepare(sql)));
  return known.reader ? known.pluck(false).raw(false).expand(false) : known;
}
