import { type ChildProcess, fork } from "node:child_process";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Log } from "../../../log.ts";
import { QueryError } from "../types.ts";
import type { Ask, FromChild, ToChild } from "./messages.ts";
import { TOO_MUCH_MEMORY } from "./watchdog.ts";

export interface ChildrenOptions {
  /** Path of the database; `undefined`: it is in this process's memory and comes with each query. */
  readonly path: string | undefined;
  /** A query that takes longer is ended together with its process. */
  readonly timeLimitMs: number;
  /** A process that takes more ends itself, together with its query. */
  readonly memoryBytes: number;
  /** Queries that run at the same time; more wait. */
  readonly processes: number;
  /** How long a process without a query stays. */
  readonly idleMs: number;
  /** What the queries' reading keeps the write-ahead log from. */
  readonly writeAheadLog: WriteAheadLog;
  readonly log: Log;
}

/** The write-ahead log as readers see it: it starts from its beginning only when none of them needs its end. */
export interface WriteAheadLog {
  /** Whether queries have kept it from that for so long that they should make a pause. */
  readonly isTooLong: boolean;
  /** Copies it to the database, which works while nobody reads. */
  copy(): Promise<void>;
}

/** The answer to a query, read piece by piece so that a slow client keeps nobody's memory but the process's. */
export interface Answer {
  readonly bytes: number;
  /** The next piece; `undefined` at the end. @throws QueryError when the process has gone */
  next(): Promise<Buffer | undefined>;
  /** Gives the process back. To be called when the last piece has been read or the client has gone. */
  release(): void;
}

/** A process that takes so many queries is replaced: what it prepared for them cannot be dropped. */
const QUERIES_A_PROCESS = 500;
const HEAP_MB = 512;
/** A query whose client has gone may still end by itself within this time, which spares the start of a process. */
const ABANDONED_MS = 200;
/** So much later than the server's limit a process ends its query by itself. */
const ORPHAN_MS = 1000;
const ABANDONED = new QueryError("the client has gone");

/** The processes that run queries: started when there is one, kept warm for the next, ended when idle or too slow. */
export class Children {
  readonly #options: ChildrenOptions;
  readonly #idle: Child[] = [];
  readonly #all = new Set<Child>();
  readonly #waiting: (() => void)[] = [];
  #pause: Promise<void> | undefined;
  #isClosed = false;

  constructor(options: ChildrenOptions) {
    this.#options = options;
  }

  /** Processes that are running, for tests. */
  get pids(): number[] {
    return [...this.#all].map(({ pid }) => pid);
  }

  /**
   * @param ask is called when there is a process for the query
   * @param abandoned when nobody wants the answer any more
   * @throws QueryError what the query's process says, 503 when it cannot run, or that it took too long
   */
  async ask(ask: () => Promise<Omit<Ask, "kind">>, abandoned?: AbortSignal): Promise<Answer> {
    const child = await this.#takeChild(abandoned);
    const hasGone = () => abandoned?.aborted === true;
    if (hasGone()) {
      this.#giveBack(child);
      throw ABANDONED;
    }
    const { timeLimitMs } = this.#options;
    let abandonedTimer: NodeJS.Timeout | undefined;
    const abandon = () => {
      abandonedTimer = setTimeout(() => child.end(ABANDONED), ABANDONED_MS);
    };
    abandoned?.addEventListener("abort", abandon);
    const timer = setTimeout(() => {
      child.end(
        new QueryError(
          `Resources exhausted: the query ran for longer than ${timeLimitMs} ms and was ended. Narrow it down, or add a LIMIT.`,
          500,
          "RL_QUERY_TOO_SLOW",
        ),
      );
    }, timeLimitMs);
    try {
      const reply = await child.request({ kind: "ask", ...(await ask()) });
      if (hasGone()) throw ABANDONED;
      if (reply.kind === "refused") throw new QueryError(reply.message, reply.status === 400 ? 400 : 500, reply.code);
      if (reply.kind !== "answer") throw new QueryError(`unexpected ${reply.kind} of the query process`);
      return this.#answerOf(child, reply.bytes);
    } catch (error) {
      this.#giveBack(child);
      throw error;
    } finally {
      clearTimeout(timer);
      clearTimeout(abandonedTimer);
      abandoned?.removeEventListener("abort", abandon);
    }
  }

  close(): void {
    this.#isClosed = true;
    for (const child of this.#all) child.end(new QueryError("the server is shutting down", 503));
    this.#wakeAll();
  }

  #answerOf(child: Child, bytes: number): Answer {
    let isLast = false;
    let isReleased = false;
    return {
      bytes,
      next: async () => {
        if (isLast) return undefined;
        const reply = await child.request({ kind: "more" });
        if (reply.kind !== "chunk") throw new QueryError(`unexpected ${reply.kind} of the query process`);
        isLast = reply.isLast;
        return Buffer.from(reply.bytes);
      },
      release: () => {
        if (isReleased) return;
        isReleased = true;
        this.#giveBack(child);
      },
    };
  }

  async #takeChild(abandoned: AbortSignal | undefined): Promise<Child> {
    let hasPaused = false;
    for (;;) {
      if (this.#isClosed) throw new QueryError("the server is shutting down", 503);
      if (abandoned?.aborted === true) {
        // It may have been woken for a process that is free now.
        this.#waiting.shift()?.();
        throw ABANDONED;
      }
      if (this.#pause !== undefined || (this.#options.writeAheadLog.isTooLong && !hasPaused)) {
        hasPaused = await this.#untilCopied(abandoned);
        continue;
      }
      const idle = this.#idle.pop();
      if (idle !== undefined) {
        // Its time without a query has just run out: it is as good as gone.
        if (idle.isEnding) continue;
        idle.cancelIdleEnd();
        return idle;
      }
      if (this.#all.size < this.#options.processes) return await this.#start();
      await this.#untilWoken(abandoned);
    }
  }

  /** Until a process may be free. */
  #untilWoken(abandoned: AbortSignal | undefined): Promise<void> {
    return new Promise((resolve) => {
      const wake = () => {
        abandoned?.removeEventListener("abort", leave);
        resolve();
      };
      const leave = () => {
        this.#waiting.splice(this.#waiting.indexOf(wake), 1);
        resolve();
      };
      this.#waiting.push(wake);
      abandoned?.addEventListener("abort", leave, { once: true });
    });
  }

  #wakeAll(): void {
    for (const wake of this.#waiting.splice(0)) wake();
  }

  /**
   * Lets the queries that run come to their end and no other begin, until the write-ahead log has been copied. Whether
   * that was tried: another program may hold it, and that is no reason to wait for ever.
   */
  async #untilCopied(abandoned: AbortSignal | undefined): Promise<boolean> {
    if (this.#pause === undefined && this.#idle.length < this.#all.size) {
      await this.#untilWoken(abandoned);
      return false;
    }
    this.#pause ??= this.#options.writeAheadLog.copy().finally(() => {
      this.#pause = undefined;
      this.#wakeAll();
    });
    await this.#pause;
    return true;
  }

  async #start(): Promise<Child> {
    const { path, timeLimitMs, memoryBytes } = this.#options;
    const process = startProcess(path, timeLimitMs + ORPHAN_MS);
    const child = new Child(process, memoryBytes, (reason) => {
      this.#all.delete(child);
      const at = this.#idle.indexOf(child);
      if (at >= 0) this.#idle.splice(at, 1);
      if (reason !== undefined) this.#options.log("warn", "a query process ended", { reason });
      this.#waiting.shift()?.();
    });
    this.#all.add(child);
    await child.ready;
    return child;
  }

  #giveBack(child: Child): void {
    if (!this.#all.has(child) || child.isEnding) return;
    if (child.asked >= QUERIES_A_PROCESS || child.isSpent || this.#isClosed) {
      child.end();
      return;
    }
    child.endAfter(this.#options.idleMs);
    this.#idle.push(child);
    this.#waiting.shift()?.();
  }
}

/** One query process, which answers one request at a time. */
class Child {
  readonly ready: Promise<void>;
  asked = 0;
  /** Whether its memory is too full for another query. */
  isSpent = false;
  readonly #process: ChildProcess;
  #pending: { resolve: (reply: FromChild) => void; reject: (error: Error) => void } | undefined;
  #idleTimer: NodeJS.Timeout | undefined;
  #ending: Error | undefined;
  #isEnding = false;

  constructor(started: ChildProcess, memoryBytes: number, onExit: (reason: string | undefined) => void) {
    this.#process = started;
    // It is no reason for the server to stay.
    this.#process.unref();
    this.#process.channel?.unref();
    this.#process.on("message", (message: FromChild) => {
      const pending = this.#pending;
      this.#pending = undefined;
      if ("isSpent" in message) this.isSpent = message.isSpent;
      pending?.resolve(message);
    });
    let stderr = "";
    this.#process.stderr?.on("data", (text: Buffer) => {
      stderr = (stderr + text.toString()).slice(-2000);
    });
    const onGone = (how: string, error = new QueryError(`The process of the query ${how}`)) => {
      clearTimeout(this.#idleTimer);
      this.#pending?.reject(this.#ending ?? error);
      this.#pending = undefined;
      onExit(this.#isEnding ? undefined : `${how} ${stderr}`.trim());
    };
    // Every one of them: without a listener the second would end the server.
    this.#process.on("error", (error) => onGone(`cannot be started: ${error.message}`));
    this.#process.once("exit", (code, signal) => {
      if (signal === TOO_MUCH_MEMORY || isHeapFull(signal, stderr))
        onGone("took too much memory", tooMuchMemory(memoryBytes));
      else onGone(`ended with ${signal ?? `code ${code}`}`);
    });
    this.ready = this.#reply().then(() => {});
  }

  /** Whether it has been told to end, and may not know yet. */
  get isEnding(): boolean {
    return this.#isEnding;
  }

  get pid(): number {
    return this.#process.pid ?? 0;
  }

  request(message: ToChild): Promise<FromChild> {
    if (message.kind === "ask") this.asked++;
    const reply = this.#reply();
    if (!this.#process.connected)
      this.#pending?.reject(this.#ending ?? new QueryError("The process of the query has ended"));
    else this.#process.send(message);
    return reply;
  }

  cancelIdleEnd(): void {
    clearTimeout(this.#idleTimer);
  }

  endAfter(idleMs: number): void {
    this.#idleTimer = setTimeout(() => this.end(), idleMs);
    this.#idleTimer.unref();
  }

  /** Ends the process at once: it holds nothing but what is to be thrown away. */
  end(reason?: Error): void {
    this.#isEnding = true;
    this.#ending = reason;
    this.#process.kill("SIGKILL");
  }

  #reply(): Promise<FromChild> {
    return new Promise((resolve, reject) => {
      this.#pending = { resolve, reject };
    });
  }
}

/** V8 ends a process whose own heap is full with an abort, and says so. */
function isHeapFull(signal: string | null, stderr: string): boolean {
  return signal === "SIGABRT" && /heap out of memory|allocation failed/i.test(stderr);
}

function tooMuchMemory(limitBytes: number): QueryError {
  const limitMiB = Math.round(limitBytes / (1024 * 1024));
  return new QueryError(
    `Resources exhausted: the query needs more than ${limitMiB} MiB of memory and was ended. ORDER BY, DISTINCT and ` +
      "GROUP BY keep all their rows: narrow them down with WHERE, or add a LIMIT to what they read.",
    500,
    "RL_QUERY_MEMORY",
  );
}

/** The process's entry file stands beside this one: as TypeScript in the sources, as JavaScript in the bundle. */
function startProcess(path: string | undefined, limitMs: number): ChildProcess {
  const candidates = ["./child.ts", "./query-child.js"].map((name) => fileURLToPath(new URL(name, import.meta.url)));
  const entry = candidates.find((file) => existsSync(file));
  if (entry === undefined)
    throw new QueryError(`the file of the query process is missing beside ${import.meta.url}`, 503);
  const readsTypeScript = "typescript" in process.features && process.features.typescript !== false;
  // Only in development: Node before 22.18 needs a loader for the sources.
  const loader = entry.endsWith(".js") || readsTypeScript ? [] : ["--import", import.meta.resolve("tsx")];
  return fork(entry, [path ?? "", String(limitMs)], {
    serialization: "advanced",
    execArgv: [...loader, `--max-old-space-size=${HEAP_MB}`, "--no-warnings"],
    stdio: ["ignore", "ignore", "pipe", "ipc"],
  });
}
