import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

const LOOK_EVERY_MS = 5;
const PATIENCE_MS = 60_000;

/** `restate-lite dev`, as a developer runs it. */
export class DevRun {
  readonly #child: ChildProcess;
  #output = "";
  #ingress: string | undefined;

  constructor(root: string, folder: string, args: readonly string[]) {
    const ports = ["--ingress-port", "0", "--admin-port", "0"];
    this.#child = spawn(process.execPath, [path.join(root, "dist", "cli.js"), "dev", ...ports, ...args], {
      cwd: folder,
      stdio: ["ignore", "pipe", "pipe"],
    });
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      stream?.on("data", (chunk: Buffer) => {
        this.#output += chunk.toString();
        this.#ingress ??= /ingress +(http:\S+)\n/.exec(this.#output)?.[1];
      });
    }
  }

  /** Resolves with the first answer of this code; asks all the time until then. */
  async answers(code: string): Promise<void> {
    await this.#until(async () => {
      if (this.#ingress === undefined) return false;
      const response = await fetch(`${this.#ingress}/Code/which`, { method: "POST" });
      return (await response.text()) === JSON.stringify(code);
    }, `an answer of code ${code}`);
  }

  async says(pattern: RegExp): Promise<void> {
    await this.#until(async () => pattern.test(this.#output), String(pattern));
  }

  async stop(): Promise<void> {
    if (this.#child.exitCode !== null) return;
    const exited = once(this.#child, "exit");
    this.#child.kill("SIGINT");
    await exited;
  }

  async #until(condition: () => Promise<boolean>, what: string): Promise<void> {
    const startedAtMs = performance.now();
    for (;;) {
      if (await condition().catch(() => false)) return;
      if (this.#child.exitCode !== null || performance.now() - startedAtMs > PATIENCE_MS) {
        throw new Error(`${what} never came:\n${this.#output}`);
      }
      await sleep(LOOK_EVERY_MS);
    }
  }
}
