import { Worker } from "node:worker_threads";

/** Runs beside the thread that a query keeps busy. */
const PROGRAM = `
  const { parentPort } = require("node:worker_threads");
  let timer;
  parentPort.on("message", (limitMs) => {
    clearTimeout(timer);
    if (limitMs > 0) timer = setTimeout(() => process.kill(process.pid, "SIGKILL"), limitMs);
  });
`;

/**
 * Ends this process when a query runs for too long. The server does that, too, and earlier; but a server that was killed
 * cannot, and what it has left behind would read for ever, and keep the next server's write-ahead log from its end.
 */
export class Watchdog {
  readonly #worker = new Worker(PROGRAM, { eval: true, execArgv: [] });
  readonly #limitMs: number;

  constructor(limitMs: number) {
    this.#limitMs = limitMs;
    this.#worker.unref();
  }

  /** Runs `query` under the limit. */
  async watch<T>(query: () => Promise<T>): Promise<T> {
    this.#worker.postMessage(this.#limitMs);
    try {
      return await query();
    } finally {
      this.#worker.postMessage(0);
    }
  }
}
