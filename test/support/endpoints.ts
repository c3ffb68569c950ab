import { Diary } from "./diary.ts";
import { withFreshPorts } from "./ports.ts";
import { Program } from "./program.ts";
import { node24Path, nodePath } from "./toolchain.ts";

/** `official`: `@restatedev/restate-sdk`, on Node 24. `ours`: `restate-lite/sdk` as built, on the Node of the tests. */
export type SdkKind = "official" | "ours";

/** Node's options that make `#sdk` (test/package.json) the one SDK or the other. */
export const sdkConditions: Readonly<Record<SdkKind, string>> = {
  official: "--conditions=official-sdk",
  ours: "--conditions=our-sdk",
};

export interface EndpointOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly port?: number;
  /** The SDK that the program runs on; default `official`. */
  readonly sdk?: SdkKind;
}

/** An endpoint as a child process, which gets PORT, with the {@link Diary} of its handlers. */
export class TestEndpoint {
  readonly url: string;
  readonly port: number;
  readonly #file: string;
  readonly #env: Readonly<Record<string, string>>;
  readonly #sdk: SdkKind;
  #running: { readonly program: Program; readonly diary: Diary } | undefined;

  private constructor(file: string, options: EndpointOptions, port: number) {
    this.#file = file;
    this.#env = options.env ?? {};
    this.#sdk = options.sdk ?? "official";
    this.port = port;
    this.url = `http://127.0.0.1:${port}`;
  }

  static async start(file: string, options: EndpointOptions = {}): Promise<TestEndpoint> {
    const startAt = async (port: number) => {
      const endpoint = new TestEndpoint(file, options, port);
      await endpoint.start();
      return endpoint;
    };
    return options.port === undefined ? withFreshPorts(1, ([port = 0]) => startAt(port)) : startAt(options.port);
  }

  /** Starts the program (again), on the same port. */
  async start(): Promise<void> {
    const node = this.#sdk === "official" ? node24Path : nodePath;
    const program = new Program("endpoint", node, [sdkConditions[this.#sdk], this.#file], {
      stdio: ["ignore", "pipe", "pipe", "ipc"],
      env: { ...process.env, RESTATE_LOGGING: "ERROR", ...this.#env, PORT: String(this.port) },
    });
    const diary = new Diary(program);
    this.#running = { program, diary };
    await diary.untilReady();
  }

  get pid(): number {
    const pid = this.#running?.program.child.pid;
    if (pid === undefined) throw new Error("the endpoint is not running");
    return pid;
  }

  get output(): string {
    return this.#running?.program.output ?? "";
  }

  get diary(): Diary {
    if (this.#running === undefined) throw new Error("the endpoint is not running");
    return this.#running.diary;
  }

  async kill(): Promise<void> {
    await this.#running?.program.kill();
  }
}
