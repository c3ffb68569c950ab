import { stat, statSync } from "node:fs";
import { dirname } from "node:path";
import type { Log } from "./types.ts";

/** How often the name of the database is looked up, on the thread pool. */
const LOOK_INTERVAL_MS = 2000;

/**
 * Watches that the open database still has its name. SQLite goes on with a file that was deleted or replaced as if nothing
 * had happened, and everything is lost when the process ends: so the log says it, once for each time.
 *
 * @returns a function that ends it
 */
export function watchPresence(path: string, log: Log, intervalMs = LOOK_INTERVAL_MS): () => void {
  const { dev, ino } = statSync(path, { bigint: true });
  let isThere = true;
  const look = () => {
    stat(path, { bigint: true }, (error, found) => {
      // What cannot be looked at (no permission any more) may be there.
      if (error !== null && error.code !== "ENOENT" && error.code !== "ENOTDIR") return;
      const was = isThere;
      isThere = error === null && found.dev === dev && found.ino === ino;
      if (!was || isThere) return;
      log(
        "error",
        `The database ${path} was ${error === null ? "replaced" : "deleted"} under the server. What the server has, and ` +
          "what it acknowledges from now on, is lost when it ends. Restart it: it goes on with what " +
          `${dirname(path)} has then (nothing, unless you import an export first).`,
      );
    });
  };
  const timer = setInterval(look, intervalMs);
  timer.unref();
  return () => clearInterval(timer);
}
