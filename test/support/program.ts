import { type ChildProcess, type SpawnOptions, spawn } from "node:child_process";

const keptCharacters = 20_000;

// A test run that is interrupted must not leave servers behind.
const running = new Set<ChildProcess>();
process.once("exit", () => {
  for (const child of running) child.kill("SIGKILL");
});

/** A child process with the end of its output, which is what one wants to see when a test fails. */
export class Program {
  readonly child: ChildProcess;
  readonly exited: Promise<number | NodeJS.Signals>;
  exitStatus: number | NodeJS.Signals | undefined;
  readonly #name: string;
  #output = "";

  constructor(name: string, file: string, args: readonly string[], options: SpawnOptions) {
    this.#name = name;
    this.child = spawn(file, args, { ...options, stdio: options.stdio ?? ["ignore", "pipe", "pipe"] });
    running.add(this.child);
    for (const stream of [this.child.stdout, this.child.stderr]) {
      stream?.on("data", (chunk: Buffer) => {
        this.#output = (this.#output + chunk.toString()).slice(-keptCharacters);
      });
    }
    this.exited = new Promise((resolve) => {
      const done = (status: number | NodeJS.Signals) => {
        running.delete(this.child);
        this.exitStatus = status;
        resolve(status);
      };
      this.child.once("error", (error) => {
        this.#output += String(error);
        done(127);
      });
      this.child.once("exit", (code, signal) => done(code ?? signal ?? 0));
    });
  }

  /** The end of what the program printed, both streams. */
  get output(): string {
    return this.#output;
  }

  /** Throws when the program has ended. */
  assertRunning(): void {
    if (this.exitStatus === undefined) return;
    throw new Error(`${this.#name} ended with ${this.exitStatus}:\n${this.#output}`);
  }

  /** Ends the program at once, as a crash would. */
  async kill(): Promise<void> {
    this.child.kill("SIGKILL");
    await this.exited;
  }

  /** Asks the program to end and returns its exit status; after `limitMs` it is killed and an error thrown. */
  async stop(limitMs = 10_000): Promise<number | NodeJS.Signals> {
    this.child.kill("SIGTERM");
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<undefined>((resolve) => {
      timer = setTimeout(() => resolve(undefined), limitMs);
    });
    const status = await Promise.race([this.exited, late]);
    clearTimeout(timer);
    if (status !== undefined) return status;
    await this.kill();
    throw new Error(`${this.#name} did not end within ${limitMs} ms of SIGTERM:\n${this.#output}`);
  }
}
