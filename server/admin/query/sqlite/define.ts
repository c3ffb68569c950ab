import type Database from "better-sqlite3";

/** What SQLite hands to a function, and takes from it. A blob arrives as a Buffer. */
export type Value = string | number | bigint | Buffer | null;
export type SqlFunction = (...args: Value[]) => Value;

/** Defines functions in a database. */
export class FunctionDefiner {
  readonly #db: Database.Database;

  constructor(db: Database.Database) {
    this.#db = db;
  }

  /**
   * @param isConstant whether equal arguments give equal results
   * @param isExact whole numbers come as `bigint`
   */
  define(name: string, fn: SqlFunction, isConstant = true, isExact = false): void {
    const options = { varargs: true, deterministic: isConstant, safeIntegers: isExact };
    // reason: SQLite has no other values.
    this.#db.function(name, options, (...args: unknown[]) => fn(...(args as Value[])));
  }

  /** A function that answers null when any argument is null. */
  defineStrict(name: string, fn: SqlFunction, isExact = false): void {
    this.define(name, (...args) => (args.includes(null) ? null : fn(...args)), true, isExact);
  }
}
