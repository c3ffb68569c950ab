import { freePort } from "./ports.ts";
import { Program } from "./program.ts";
import { node24Path } from "./toolchain.ts";
import { until } from "./until.ts";

export interface EndpointOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly port?: number;
}

interface Reply {
  readonly reply: number;
  readonly value: unknown;
}

/**
 * An endpoint of an official SDK as a child process on Node 24. The program gets PORT, says `ready` over the IPC
 * channel, keeps a diary of what its handlers did (an observation that does not pass through the server under test),
 * and has gates that a test opens to let a handler go on.
 */
export class TestEndpoint {
  readonly url: string;
  readonly port: number;
  readonly #file: string;
  readonly #env: Readonly<Record<string, string>>;
  #program: Program | undefined;
  #isReady = false;
  #nextQuestion = 0;
  readonly #waiting = new Map<number, (value: unknown) => void>();

  private constructor(file: string, options: EndpointOptions, port: number) {
    this.#file = file;
    this.#env = options.env ?? {};
    this.port = port;
    this.url = `http://127.0.0.1:${port}`;
  }

  static async start(file: string, options: EndpointOptions = {}): Promise<TestEndpoint> {
    const endpoint = new TestEndpoint(file, options, options.port ?? (await freePort()));
    await endpoint.start();
    return endpoint;
  }

  /** Starts the program (again), on the same port. */
  async start(): Promise<void> {
    this.#isReady = false;
    const program = new Program("endpoint", node24Path, [this.#file], {
      stdio: ["ignore", "pipe", "pipe", "ipc"],
      env: { ...process.env, ...this.#env, PORT: String(this.port), RESTATE_LOGGING: "ERROR" },
    });
    this.#program = program;
    program.child.on("message", (message: Reply | "ready") => {
      if (message === "ready") this.#isReady = true;
      else this.#waiting.get(message.reply)?.(message.value);
    });
    await until("the endpoint to listen", () => this.#isReady || program.exitStatus !== undefined);
    program.assertRunning();
  }

  get pid(): number {
    const pid = this.#program?.child.pid;
    if (pid === undefined) throw new Error("the endpoint is not running");
    return pid;
  }

  get output(): string {
    return this.#program?.output ?? "";
  }

  /** What the handlers wrote into the diary under `key`, oldest first. */
  async diary(key: string): Promise<unknown[]> {
    return (await this.#ask({ diary: key })) as unknown[];
  }

  /** Waits until the diary under `key` has at least `count` lines and returns it. */
  async diaryOf(key: string, count: number): Promise<unknown[]> {
    return until(`${count} lines in the diary of ${key}`, async () => {
      const lines = await this.diary(key);
      return lines.length >= count ? lines : undefined;
    });
  }

  /** Opens a gate: handlers that wait for it, now or later, go on. */
  async open(gate: string): Promise<void> {
    await this.#ask({ open: gate });
  }

  async kill(): Promise<void> {
    await this.#program?.kill();
  }

  #ask(question: Record<string, string>): Promise<unknown> {
    const number = ++this.#nextQuestion;
    const program = this.#program;
    if (program === undefined) throw new Error("the endpoint is not running");
    program.assertRunning();
    return new Promise((resolve, reject) => {
      this.#waiting.set(number, (value) => {
        this.#waiting.delete(number);
        resolve(value);
      });
      program.child.send({ ...question, number }, (error) => error && reject(error));
    });
  }
}
