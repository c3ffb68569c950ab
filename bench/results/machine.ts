import { execFileSync } from "node:child_process";
import fs from "node:fs";
import os from "node:os";

/** What the figures depend on besides the code; `load` is the machine's load average before the run. */
export interface Machine {
  readonly processor: string;
  readonly memory: string;
  readonly kernel: string;
  readonly node: string;
  readonly fileSystem: string;
  readonly load: string;
  readonly date: string;
  /** The commit that was measured. */
  readonly commit: string;
}

/** @param folder where the servers keep their data */
export function describeMachine(folder: string): Machine {
  const cpus = os.cpus();
  return {
    processor: `${cpus.length} × ${cpus[0]?.model.trim() ?? "unknown"}`,
    memory: `${(os.totalmem() / 2 ** 30).toFixed(1)} GiB`,
    kernel: `${os.type()} ${os.release()} ${os.arch()}`,
    node: process.version,
    fileSystem: fileSystemOf(folder),
    load: loadText(),
    date: new Date().toISOString().slice(0, 16).replace("T", " "),
    commit: commitText(),
  };
}

/** The load averages of the last 1, 5 and 15 minutes. */
export function loadText(): string {
  return os
    .loadavg()
    .map((load) => load.toFixed(2))
    .join(", ");
}

function fileSystemOf(folder: string): string {
  try {
    const [, type] = execFileSync("df", ["--output=fstype", folder], { encoding: "utf8" }).split("\n");
    return type?.trim() || "unknown";
  } catch {
    return fs.existsSync(folder) ? "unknown" : "none";
  }
}

function commitText(): string {
  const git = (...args: string[]) =>
    execFileSync("git", args, { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] });
  try {
    const commit = git("rev-parse", "--short", "HEAD").trim();
    return git("status", "--porcelain").trim() === "" ? commit : `${commit} with uncommitted changes`;
  } catch {
    return "unknown";
  }
}
