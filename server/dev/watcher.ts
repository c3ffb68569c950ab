import { existsSync } from "node:fs";
import path from "node:path";
import type { FSWatcher } from "chokidar";

/**
 * Changes that belong together (a formatter, a switch of branches) come within this time. Longer than the 50 ms for which
 * chokidar keeps quiet about a file after a change of it: what was not told is read all the same.
 */
const SETTLE_MS = 55;

/** Folders in which nobody edits a program. */
const LEFT_OUT = new Set([
  ...["node_modules", ".git", ".hg", ".svn", ".idea", ".vscode", ".restate-lite"],
  ...["venv", ".venv", "__pycache__", ".mypy_cache", ".pytest_cache", ".ruff_cache", ".tox"],
  ...["target", "dist", "build", "out", ".gradle", ".next", ".cache", "coverage"],
]);

/** What a command's program is likely to be made of, where the developer does not say. */
export const SOURCES =
  "**/*.{py,ts,tsx,mts,cts,js,jsx,mjs,cjs,go,rs,java,kt,kts,scala,rb,php,cs,fs,ex,toml,properties}";

export interface WatchEvents {
  /** Files have changed, come or gone. */
  changed(): void;
  /** Something cannot be watched. Told once. */
  failed(error: Error): void;
}

export interface Watching {
  /** These files and no others, from now on. */
  follow(files: readonly string[]): void;
  close(): Promise<void>;
}

/**
 * Watches single files, by the folders that they are in: so one that is deleted is seen when it comes back, and one
 * that is not there yet when it comes.
 *
 * @param folder the folders between it and the files may come and go, too
 */
export async function watchFiles(folder: string, files: readonly string[], events: WatchEvents): Promise<Watching> {
  const { watch } = await import("chokidar");
  let followed = new Set(files);
  let folders = foldersOf(folder, files);
  const watcher = watch([...folders], {
    ignoreInitial: true,
    // Other files in these folders would each cost a watch of the system's.
    ignored: (file) => !folders.has(path.normalize(file)) && !followed.has(path.normalize(file)),
  });
  await settled(watcher, events, (file) => followed.has(path.normalize(file)));
  return {
    follow(next) {
      const old = { followed, folders };
      followed = new Set(next);
      folders = foldersOf(folder, next);
      const isNew = (file: string) => !old.folders.has(file) && !old.followed.has(file);
      // What is not there is seen when it comes into a folder that is.
      watcher.add([...folders, ...followed].filter((file) => isNew(file) && existsSync(file)));
    },
    close: () => watcher.close(),
  };
}

/** Those that the files are in, and those between them and `top`. */
function foldersOf(top: string, files: readonly string[]): Set<string> {
  const folders = new Set<string>();
  for (const file of files) {
    for (let folder = path.dirname(file); !folders.has(folder); folder = path.dirname(folder)) {
      folders.add(folder);
      if (!folder.startsWith(top + path.sep)) break;
    }
  }
  return folders;
}

/** Watches the files in a folder that match one of the patterns; folders that hold no sources are left out. */
export async function watchPatterns(
  folder: string,
  patterns: readonly string[],
  events: WatchEvents,
): Promise<Watching> {
  const [{ watch }, { default: picomatch }] = await Promise.all([import("chokidar"), import("picomatch")]);
  const isMatch = picomatch([...patterns], { dot: true });
  const named = new Set(patterns.flatMap((pattern) => pattern.split("/")));
  const watcher = watch(folder, {
    ignoreInitial: true,
    ignored: (file, stats) => {
      const relative = path.relative(folder, file).split(path.sep).join("/");
      if (relative === "") return false;
      const name = path.basename(file);
      // A folder that a pattern names is meant.
      if (LEFT_OUT.has(name) && !named.has(name)) return true;
      return stats?.isFile() === true && !isMatch(relative);
    },
  });
  await settled(watcher, events, () => true);
  return { follow() {}, close: () => watcher.close() };
}

/** Resolves when the watch has begun. */
async function settled(watcher: FSWatcher, events: WatchEvents, isMeant: (file: string) => boolean): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  watcher.on("all", (_kind, file) => {
    if (!isMeant(file)) return;
    clearTimeout(timer);
    timer = setTimeout(() => events.changed(), SETTLE_MS);
  });
  let hasFailed = false;
  // The others are watched all the same.
  watcher.on("error", (error) => {
    if (!hasFailed) events.failed(error as Error);
    hasFailed = true;
  });
  await new Promise<void>((resolve) => watcher.once("ready", () => resolve()));
}

/** For the developer, when something cannot be watched. */
export function unwatched({ message }: Error): string {
  const why = /ENOSPC|EMFILE/.test(message)
    ? "the system allows no more watches; on Linux raise fs.inotify.max_user_watches, or name fewer files by --watch"
    : message;
  return `Some changes of files will not be seen: ${why}`;
}
