import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";
import { Worker } from "node:worker_threads";
import type Database from "better-sqlite3";
import type { CheckpointerAnswer, CheckpointerStart } from "./checkpointer.ts";
import { keep } from "./keep.ts";
import type { Turns } from "./turns.ts";
import type { Log } from "./types.ts";

export interface CheckpointsOptions {
  /** The writer's connection. */
  readonly db: Database.Database;
  readonly turns: Turns;
  readonly path: string;
  /** Descriptor of the database file for the worker's flushes. It must never be closed while a connection is open. */
  readonly databaseFd: number;
  /** Length of the write-ahead log that starts a checkpoint. */
  readonly thresholdBytes: number;
  readonly log: Log;
  readonly onFailure: (error: Error) => void;
}

/**
 * Keeps the write-ahead log short without holding up the writer. When the log has outgrown the threshold, a
 * worker thread copies it to the database file and flushes that, while the writer goes on; what was committed
 * meanwhile is little, and the writer copies it itself between two turns. The next commit then starts the log
 * from its beginning, in the file that is there already.
 *
 * Worker and writer never checkpoint at the same time, and the worker never starts a checkpoint while the log is
 * entirely copied: in SQLite up to 3.51.2 a log that is restarted at that moment loses commits
 * (https://sqlite.org/wal.html, "The WAL-Reset Bug").
 */
export class Checkpoints {
  readonly #options: CheckpointsOptions;
  readonly #lastPass: Database.Statement;
  #worker: Worker | undefined;
  #isRunning = false;
  #isClosed = false;
  #onEnd: (() => void)[] = [];
  #completed = 0;
  /** Length of the log at which the next checkpoint starts; above the threshold while a reader holds the log. */
  #nextBytes: number;

  constructor(options: CheckpointsOptions) {
    this.#options = options;
    this.#nextBytes = options.thresholdBytes;
    this.#lastPass = keep(options.db.prepare("PRAGMA wal_checkpoint(PASSIVE)").raw());
  }

  /** Checkpoints that copied the whole log. */
  get completed(): number {
    return this.#completed;
  }

  /** To be called with the length of the log after each turn. */
  onGrowth(walBytes: number): void {
    if (walBytes < this.#options.thresholdBytes) this.#nextBytes = this.#options.thresholdBytes;
    if (walBytes < this.#nextBytes || this.#isRunning || this.#isClosed) return;
    this.#nextBytes = walBytes + this.#options.thresholdBytes;
    this.#start();
  }

  /** Starts a checkpoint unless one is running, and waits for its end. There is none while all of the log is copied. */
  async now(): Promise<void> {
    if (this.#isClosed || (!this.#isRunning && this.#options.turns.uncopiedBytes === 0)) return;
    const ended = new Promise<void>((resolve) => this.#onEnd.push(resolve));
    if (!this.#isRunning) this.#start();
    await ended;
  }

  #start(): void {
    this.#isRunning = true;
    try {
      this.#worker ??= this.#startWorker();
      this.#worker.postMessage("checkpoint");
    } catch (error) {
      this.#options.log("error", "the checkpointer thread cannot be started", { error });
      this.#finish();
    }
  }

  /** Ends the worker. A checkpoint in progress finishes its current pass. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#ended();
    const worker = this.#worker;
    if (worker === undefined) return;
    const exited = new Promise<void>((resolve) => worker.once("exit", () => resolve()));
    worker.ref();
    worker.postMessage("close");
    await exited;
  }

  #startWorker(): Worker {
    const { path, databaseFd, log } = this.#options;
    const start: CheckpointerStart = { path, databaseFd };
    const worker = startCheckpointer(start);
    // A checkpoint is no reason to keep the process alive: what it would have copied is safe in the log.
    worker.unref();
    worker.on("message", (answer: CheckpointerAnswer) => this.#onAnswer(answer));
    worker.on("error", (error) => {
      log("error", "the checkpointer thread ended with an error", { error });
    });
    worker.on("exit", () => {
      if (this.#worker !== worker) return;
      this.#worker = undefined;
      // Without a worker the writer does all the work itself: slow, but the log stays bounded.
      if (this.#isRunning && !this.#isClosed) this.#options.turns.betweenTurns(() => this.#finish());
    });
    return worker;
  }

  #onAnswer(answer: CheckpointerAnswer): void {
    const { turns, onFailure } = this.#options;
    if (answer.kind === "failed") {
      this.#ended();
      onFailure(new Error(`checkpoint failed: ${answer.message}`));
      return;
    }
    if (answer.kind === "postponed") {
      this.#ended();
      this.#options.log("warn", "a checkpoint was postponed; the write-ahead log grows until one succeeds", {
        reason: answer.message,
      });
      return;
    }
    if (this.#isClosed) return;
    turns.betweenTurns(() => this.#finish());
  }

  #ended(): void {
    this.#isRunning = false;
    for (const effect of this.#onEnd.splice(0)) effect();
  }

  #finish(): void {
    this.#ended();
    if (this.#isClosed) return;
    try {
      const [, frames, backfilled] = this.#lastPass.get() as [number, number, number];
      if (frames === backfilled) this.#completed++;
      else
        this.#options.log("debug", "a reader keeps the write-ahead log from being restarted", { frames, backfilled });
    } catch (error) {
      this.#options.onFailure(error instanceof Error ? error : new Error(String(error)));
    }
  }
}

/** The worker's entry file stands beside this one: as TypeScript in the sources, as JavaScript in the bundle. */
function startCheckpointer(start: CheckpointerStart): Worker {
  const candidates = ["./checkpointer.ts", "./checkpointer.js"];
  const entry = candidates.map((name) => new URL(name, import.meta.url)).find((url) => existsSync(url));
  if (entry === undefined) throw new Error(`the file of the checkpointer thread is missing beside ${import.meta.url}`);
  const readsTypeScript = "typescript" in process.features && process.features.typescript !== false;
  if (entry.pathname.endsWith(".js") || readsTypeScript) return new Worker(entry, { workerData: start });
  // Only in development: Node before 22.18 needs a loader for the sources, and tsx does not load itself into threads.
  const loader = pathToFileURL(createRequire(import.meta.url).resolve("tsx/esm/api")).href;
  const boot = `import("${loader}").then((tsx) => { tsx.register(); return import("${entry.href}"); })`;
  return new Worker(boot, { workerData: start, eval: true });
}
