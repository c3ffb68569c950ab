import { type ChildProcess, spawn } from "node:child_process";
import { fileURLToPath } from "node:url";

/** What the guard's process is told. */
export type ToGuard =
  | { readonly kind: "started"; readonly pid: number }
  /** It has ended, and its number may become that of another one. */
  | { readonly kind: "ended"; readonly pid: number };

/**
 * A process that outlives this one by a moment, to end the developer's programs when this one could not: it was killed,
 * or crashed. Without it they would keep their ports.
 */
export class Guard {
  #child: ChildProcess | undefined;

  started(pid: number): void {
    this.#child ??= start();
    this.#tell({ kind: "started", pid });
  }

  ended(pid: number): void {
    this.#tell({ kind: "ended", pid });
  }

  #tell(message: ToGuard): void {
    // Without a guard things are as they would be anyway.
    if (this.#child?.connected === true) this.#child.send(message, () => {});
  }
}

function start(): ChildProcess {
  const file = fileURLToPath(new URL("./dev-guard.js", import.meta.url));
  const child = spawn(process.execPath, [file], {
    stdio: ["ignore", "ignore", "ignore", "ipc"],
    // What ends this process, such as a terminal's Ctrl-C, is not to reach it.
    detached: true,
    windowsHide: true,
  });
  child.on("error", () => {});
  child.unref();
  child.channel?.unref();
  return child;
}
