import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { promisify } from "node:util";

const LOOK_INTERVAL_MS = 500;
/** `sh -c …`, in which npm runs what it was told to. */
const SHELL = /^\S*\b(?:sh|bash|dash|ash|zsh)\s+-c\b/;
/** npm and npx, which call themselves "npm exec …" and the like; pnpm, yarn and bun. */
const PACKAGE_MANAGER = /^\S*\b(?:npm|npx|pnpm|pnpx|yarn|bunx?)\b|\b(?:npm|npx|pnpm|yarn)(?:-cli)?\.(?:c?js|mjs)\b/;

interface ProcessEntry {
  readonly parent: number;
  readonly group: number;
  readonly command: string;
}

/**
 * Watches the npm or npx that runs this process, if one does. npm starts a shell in between: a signal to npm ends the two of
 * them, and nobody else would tell this process. A program that was made independent on purpose has another parent, or
 * another process group, and is left alone.
 *
 * @param gone called once, when it has ended
 */
export async function watchNpm(gone: () => void): Promise<void> {
  if (process.platform === "win32" || process.env.npm_execpath === undefined) return;
  const parent = process.ppid;
  const pids = [parent];
  const [own, first] = await Promise.all([entryOf(process.pid), entryOf(parent)]);
  if (own === undefined || first === undefined) return;
  let npm = first;
  if (SHELL.test(first.command)) {
    const second = await entryOf(first.parent);
    if (second === undefined) return;
    npm = second;
    pids.push(first.parent);
  }
  if (!PACKAGE_MANAGER.test(npm.command) || npm.group !== own.group) return;
  const timer = setInterval(() => {
    if (process.ppid === parent && pids.every(isAlive)) return;
    clearInterval(timer);
    gone();
  }, LOOK_INTERVAL_MS);
  timer.unref();
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    // Not ours to signal, but there.
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

/** What the system says of a process, `undefined` where it says nothing: from `/proc`, and elsewhere from `ps`. */
async function entryOf(pid: number): Promise<ProcessEntry | undefined> {
  try {
    const [stat, command] = await Promise.all([
      readFile(`/proc/${pid}/stat`, "utf8"),
      readFile(`/proc/${pid}/cmdline`, "utf8"),
    ]);
    // The name in brackets may hold brackets and spaces.
    const [, parent, group] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return { parent: Number(parent), group: Number(group), command: command.replaceAll("\0", " ").trim() };
  } catch {
    // No /proc: not Linux.
  }
  try {
    const { stdout } = await promisify(execFile)("ps", ["-o", "ppid=,pgid=,args=", "-p", String(pid)]);
    const [, parent, group, command = ""] = /^\s*(\d+)\s+(\d+)\s+(.*)$/m.exec(stdout) ?? [];
    return parent === undefined ? undefined : { parent: Number(parent), group: Number(group), command };
  } catch {
    return undefined;
  }
}
