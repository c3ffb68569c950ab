import { type ChildProcess, type SpawnOptions, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import type { Guard } from "./guard.ts";
import { signalTree } from "./tree.ts";

/** How long a program may take to end by itself; a shorter time when another one waits for its place. */
const GRACE_MS = 5000;
const HURRIED_GRACE_MS = 300;
/** The same for what it has left behind. */
const LEFT_BEHIND_GRACE_MS = 1000;
const isWindows = process.platform === "win32";

export interface ProcessOptions {
  /** Gets each line that the program writes. */
  readonly onLine: (line: string) => void;
  readonly environment: NodeJS.ProcessEnv;
  /** Ends the program when nobody else does. */
  readonly guard?: Guard | undefined;
  /** What the program sends over its channel; without it there is no channel. */
  readonly onMessage?: (message: unknown) => void;
}

/** A program of the developer's, running beside the server. */
export class DevProcess {
  readonly #child: ChildProcess;
  readonly #hasChannel: boolean;
  #isOver = false;
  /** Resolves with the reason when the program has ended, or could not be started. Never rejects. */
  readonly ended: Promise<string>;

  constructor(command: readonly string[], { onLine, environment, onMessage, guard }: ProcessOptions) {
    const [program = "", ...args] = command;
    this.#hasChannel = onMessage !== undefined;
    const options: SpawnOptions = {
      stdio: ["ignore", "pipe", "pipe", ...(this.#hasChannel ? (["ipc"] as const) : [])],
      env: environment,
      windowsHide: true,
      // A group of its own: what the program starts ends with it, and a terminal's Ctrl-C reaches the server first,
      // which lets running attempts finish.
      detached: !isWindows,
    };
    // npm, npx and the like are .cmd files on Windows, which only a shell can start.
    this.#child =
      isWindows && !this.#hasChannel
        ? spawn([program, ...args].map(quotedForCmd).join(" "), [], { ...options, shell: true })
        : spawn(program, args, options);
    const { stdout, stderr } = this.#child;
    for (const stream of [stdout, stderr]) {
      if (stream !== null) createInterface({ input: stream }).on("line", onLine);
    }
    if (onMessage !== undefined) this.#child.on("message", onMessage);
    this.ended = new Promise((resolve) => {
      this.#child.once("error", (error) => {
        this.#isOver = true;
        resolve(`cannot be started: ${error.message}`);
      });
      this.#child.once("exit", () => {
        // What it started and left behind would keep its output open.
        if (!isWindows) this.#signal("SIGTERM");
        const timer = setTimeout(() => {
          if (!isWindows) this.#signal("SIGKILL");
          // What has left its group is none of ours any more.
          for (const stream of [stdout, stderr]) stream?.destroy();
        }, LEFT_BEHIND_GRACE_MS);
        this.#child.once("close", () => clearTimeout(timer));
      });
      // After the last line of its output.
      this.#child.once("close", (code, signal) => {
        this.#isOver = true;
        live.delete(this);
        if (live.size === 0) process.removeListener("exit", killAll);
        if (this.pid !== undefined) guard?.ended(this.pid);
        resolve(`ended with ${signal ?? `code ${code}`}`);
      });
    });
    // One listener, however many versions there are.
    if (live.size === 0) process.on("exit", killAll);
    live.add(this);
    if (this.pid !== undefined) guard?.started(this.pid);
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  /**
   * Ends the program, at once when it does not heed that, and waits until it has gone.
   * @param isHurried what it was doing is repeated anyway, and somebody waits
   */
  async end(isHurried = false): Promise<void> {
    if (!this.#isOver) {
      if (this.#hasChannel && this.#child.connected) this.#child.send({ kind: "stop" }, () => {});
      else this.#signal("SIGTERM");
    }
    const timer = setTimeout(() => this.kill(), isHurried ? HURRIED_GRACE_MS : GRACE_MS);
    await this.ended;
    clearTimeout(timer);
  }

  /** Ends it without a word. */
  kill(): void {
    if (!this.#isOver) this.#signal("SIGKILL");
  }

  #signal(signal: "SIGTERM" | "SIGKILL"): void {
    const { pid } = this.#child;
    if (pid !== undefined) signalTree(pid, signal);
  }
}

const live = new Set<DevProcess>();

function killAll(): void {
  for (const one of live) one.kill();
}

/** An argument as cmd.exe and the program behind it read it. */
export function quotedForCmd(argument: string): string {
  const quoted = /[\s"&|<>^()%!;,=]/.test(argument) || argument === "";
  if (!quoted) return argument;
  // Backslashes before a quote are doubled (the C runtime's rule); cmd itself takes what stands in quotes as it is.
  return `"${argument.replace(/(\\*)"/g, '$1$1\\"').replace(/(\\+)$/, "$1$1")}"`;
}
