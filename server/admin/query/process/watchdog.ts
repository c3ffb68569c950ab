import { Worker } from "node:worker_threads";

/** How often the memory of the process is looked at: it grows by some 400 MB/s at most. */
const LOOK_MS = 50;
/** Ends the process at once, whatever its thread does, and tells the server why: Node gives it no meaning of its own. */
export const TOO_MUCH_MEMORY = "SIGUSR2";

/** Runs beside the thread that a query keeps busy. */
const PROGRAM = `
  const { parentPort } = require("node:worker_threads");
  let timer, looking;
  const end = (signal) => {
    try {
      process.kill(process.pid, signal);
    } catch {
      process.kill(process.pid, "SIGKILL");
    }
  };
  parentPort.on("message", ({ limitMs, memoryBytes }) => {
    clearTimeout(timer);
    clearInterval(looking);
    if (limitMs === 0) return;
    timer = setTimeout(() => end("SIGKILL"), limitMs);
    looking = setInterval(() => {
      if (process.memoryUsage.rss() > memoryBytes) end("${TOO_MUCH_MEMORY}");
    }, ${LOOK_MS});
  });
`;

/**
 * Ends this process when a query runs for too long or takes too much memory. The server does the former, too, and
 * earlier; but a server that was killed cannot, and what it has left behind would read for ever, and keep the next
 * server's write-ahead log from its end. SQLite's own heap limits have no effect: better-sqlite3 is built without its
 * accounting of memory (DEFAULT_MEMSTATUS=0), and would not count our buffers.
 */
export class Watchdog {
  readonly #worker = new Worker(PROGRAM, { eval: true, execArgv: [] });
  readonly #limitMs: number;

  constructor(limitMs: number) {
    this.#limitMs = limitMs;
    this.#worker.unref();
  }

  /** Runs `query` under the limits. */
  async watch<T>(memoryBytes: number, query: () => Promise<T>): Promise<T> {
    this.#worker.postMessage({ limitMs: this.#limitMs, memoryBytes });
    try {
      return await query();
    } finally {
      this.#worker.postMessage({ limitMs: 0 });
    }
  }
}
