import type { Program } from "./program.ts";
import { until } from "./until.ts";

interface Reply {
  readonly reply: number;
  readonly value: unknown;
}

/**
 * The IPC channel of a program that runs handlers: it says `ready`, keeps a diary of what the handlers did (an
 * observation that does not pass through the server under test), and has gates that a test opens to let one go on.
 */
export class Diary {
  readonly #program: Program;
  #isReady = false;
  #nextQuestion = 0;
  readonly #waiting = new Map<number, (value: unknown) => void>();

  constructor(program: Program) {
    this.#program = program;
    program.child.on("message", (message: Reply | "ready") => {
      if (message === "ready") this.#isReady = true;
      else this.#waiting.get(message.reply)?.(message.value);
    });
  }

  /** Returns when the program has said `ready`. */
  async untilReady(): Promise<void> {
    await until("a program with handlers to be ready", () => this.#isReady || this.#program.exitStatus !== undefined);
    this.#program.assertRunning();
  }

  /** What the handlers wrote under `key`, oldest first. */
  async lines(key: string): Promise<unknown[]> {
    return (await this.#ask({ diary: key })) as unknown[];
  }

  /** Waits until there are at least `count` lines under `key` and returns them. */
  async linesOf(key: string, count: number): Promise<unknown[]> {
    return until(`${count} lines in the diary of ${key}`, async () => {
      const lines = await this.lines(key);
      return lines.length >= count ? lines : undefined;
    });
  }

  /** Opens a gate: handlers that wait for it, now or later, go on. */
  async open(gate: string): Promise<void> {
    await this.#ask({ open: gate });
  }

  #ask(question: Record<string, string>): Promise<unknown> {
    const number = ++this.#nextQuestion;
    this.#program.assertRunning();
    return new Promise((resolve, reject) => {
      this.#waiting.set(number, (value) => {
        this.#waiting.delete(number);
        resolve(value);
      });
      this.#program.child.send({ ...question, number }, (error) => error && reject(error));
    });
  }
}
