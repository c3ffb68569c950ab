const kept: unknown[] = [];

/**
 * Keeps an object of better-sqlite3 (a connection, a statement) from ever being collected. Node 24.21 aborts the process
 * when the garbage collector ends one ("Assertion failed: (env) != nullptr" in RemoveEnvironmentCleanupHook, called by
 * the destructor of ObjectWrap). So nothing of SQLite here is made in passing: no `db.pragma`, no `iterate`, no statement
 * that is prepared for one use.
 */
export function keep<T>(object: T): T {
  kept.push(object);
  return object;
}
