import { type ChildProcess, type SpawnOptions, spawn, spawnSync } from "node:child_process";
import { createInterface } from "node:readline";

/** How long a program may take to end by itself; a shorter time when another one waits for its place. */
const GRACE_MS = 5000;
const HURRIED_GRACE_MS = 300;
const isWindows = process.platform === "win32";

export interface ProcessOptions {
  /** Gets each line that the program writes. */
  readonly onLine: (line: string) => void;
  readonly environment: NodeJS.ProcessEnv;
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

  constructor(command: readonly string[], { onLine, environment, onMessage }: ProcessOptions) {
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
      });
      // After the last line of its output.
      this.#child.once("close", (code, signal) => {
        this.#isOver = true;
        process.removeListener("exit", this.#killNow);
        resolve(`ended with ${signal ?? `code ${code}`}`);
      });
    });
    process.on("exit", this.#killNow);
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
    const timer = setTimeout(this.#killNow, isHurried ? HURRIED_GRACE_MS : GRACE_MS);
    await this.ended;
    clearTimeout(timer);
  }

  readonly #killNow = (): void => {
    if (!this.#isOver) this.#signal("SIGKILL");
  };

  #signal(signal: "SIGTERM" | "SIGKILL"): void {
    const { pid } = this.#child;
    if (pid === undefined) return;
    if (isWindows) {
      // The whole tree: there a shell does not pass its end on.
      spawnSync("taskkill", ["/pid", String(pid), "/T", "/F"], { stdio: "ignore", windowsHide: true });
      return;
    }
    try {
      process.kill(-pid, signal);
    } catch {
      // It has gone by itself.
    }
  }
}

/** An argument as cmd.exe and the program behind it read it. */
export function quotedForCmd(argument: string): string {
  const quoted = /[\s"&|<>^()%!;,=]/.test(argument) || argument === "";
  if (!quoted) return argument;
  // Backslashes before a quote are doubled (the C runtime's rule); cmd itself takes what stands in quotes as it is.
  return `"${argument.replace(/(\\*)"/g, '$1$1\\"').replace(/(\\+)$/, "$1$1")}"`;
}
