import { type ChildProcess, type StdioOptions, spawn } from "node:child_process";
import fs from "node:fs";

const running = new Set<ChildProcess>();

// Whatever ends the benchmark, nothing that it started survives it.
process.on("exit", () => {
  for (const child of running) child.kill("SIGKILL");
});
for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => process.exit(130));

export interface ProgramOptions {
  readonly env?: Readonly<Record<string, string>>;
  /** Where the program's output goes. */
  readonly logFile: string;
  /** Also opens an IPC channel. */
  readonly hasIpc?: boolean;
}

/** A program that was started and that ends with this process at the latest. */
export class Program {
  readonly child: ChildProcess;
  readonly pid: number;
  readonly ended: Promise<string>;
  readonly #name: string;
  readonly #logFile: string;
  #end: string | undefined;

  constructor(name: string, file: string, args: readonly string[], options: ProgramOptions) {
    const log = fs.openSync(options.logFile, "a");
    const stdio: StdioOptions = ["ignore", log, log, ...(options.hasIpc ? (["ipc"] as const) : [])];
    const child = spawn(file, args, { stdio, env: { ...process.env, ...options.env } });
    fs.closeSync(log);
    if (child.pid === undefined) throw new Error(`${name}: cannot start ${file}`);
    this.child = child;
    this.pid = child.pid;
    this.#name = name;
    this.#logFile = options.logFile;
    running.add(child);
    this.ended = new Promise((resolve) => {
      child.once("exit", (code, signal) => {
        running.delete(child);
        this.#end = `${signal ?? `exit code ${code}`}`;
        resolve(this.#end);
      });
    });
  }

  /** Ends the program at once, as a crash would, and waits until it is gone. */
  async kill(): Promise<void> {
    if (this.#end === undefined) this.child.kill("SIGKILL");
    await this.ended;
  }

  /** Asks the program to end, and kills it after `patienceMs`. */
  async interrupt(patienceMs: number): Promise<void> {
    if (this.#end === undefined) this.child.kill("SIGINT");
    const timer = setTimeout(() => this.child.kill("SIGKILL"), patienceMs);
    await this.ended;
    clearTimeout(timer);
  }

  /** Sends a question over the IPC channel and waits for its answer; one at a time. */
  async ask<T>(question: string): Promise<T> {
    this.assertRunning();
    return await new Promise<T>((resolve, reject) => {
      const onExit = () => reject(new Error(`${this.#name} has ended`));
      this.child.once("exit", onExit);
      this.child.once("message", (answer) => {
        this.child.off("exit", onExit);
        resolve(answer as T);
      });
      this.child.send(question);
    });
  }

  /** Throws, with the end of its output, when the program has ended. */
  assertRunning(): void {
    if (this.#end === undefined) return;
    const output = fs.readFileSync(this.#logFile, "utf8").slice(-2000);
    throw new Error(`${this.#name} has ended (${this.#end}):\n${output}`);
  }
}
