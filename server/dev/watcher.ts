import path from "node:path";
import type { FSWatcher } from "chokidar";

/** Changes that belong together (a formatter, a switch of branches) come within this time. */
const SETTLE_MS = 30;

/** Folders in which nobody edits a program. */
const LEFT_OUT = new Set([
  ...["node_modules", ".git", ".hg", ".svn", ".idea", ".vscode", ".restate-lite"],
  ...["venv", ".venv", "__pycache__", ".mypy_cache", ".pytest_cache", ".ruff_cache", ".tox"],
  ...["target", "dist", "build", "out", ".gradle", ".next", ".cache", "coverage"],
]);

/** What a command's program is likely to be made of, where the developer does not say. */
export const SOURCES =
  "**/*.{py,ts,tsx,mts,cts,js,jsx,mjs,cjs,go,rs,java,kt,kts,scala,rb,php,cs,fs,ex,toml,properties}";

export interface Watching {
  /** These files and no others, from now on. */
  follow(files: readonly string[]): void;
  close(): Promise<void>;
}

/** Watches single files. */
export async function watchFiles(files: readonly string[], onChange: () => void): Promise<Watching> {
  const { watch } = await import("chokidar");
  const watcher = watch([...files], { ignoreInitial: true });
  let followed = new Set(files);
  await settled(watcher, onChange);
  return {
    follow(next) {
      const wanted = new Set(next);
      watcher.unwatch([...followed].filter((file) => !wanted.has(file)));
      watcher.add([...wanted].filter((file) => !followed.has(file)));
      followed = wanted;
    },
    close: () => watcher.close(),
  };
}

/** Watches the files in a folder that match one of the patterns; folders that hold no sources are left out. */
export async function watchPatterns(
  folder: string,
  patterns: readonly string[],
  onChange: () => void,
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
  await settled(watcher, onChange);
  return { follow() {}, close: () => watcher.close() };
}

/** Resolves when the watch has begun. */
async function settled(watcher: FSWatcher, onChange: () => void): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  watcher.on("all", () => {
    clearTimeout(timer);
    timer = setTimeout(onChange, SETTLE_MS);
  });
  // A file that cannot be watched is none whose change is noticed; the others are.
  watcher.on("error", () => {});
  await new Promise<void>((resolve) => watcher.once("ready", () => resolve()));
}
