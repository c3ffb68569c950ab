import { type AddressInfo, createServer } from "node:net";
import { environment } from "./file-program.ts";
import { DevProcess } from "./process.ts";
import type { Address, Prepared, Program, Started, Surroundings } from "./program.ts";
import { SOURCES, unwatched, watchPatterns } from "./watcher.ts";

export interface CommandProgramOptions {
  readonly command: readonly string[];
  /** Where its endpoints are, unless it takes its port from `PORT`. */
  readonly endpoints: readonly string[];
  /** Patterns of files whose change starts it again; `undefined`: sources of the usual languages. */
  readonly patterns: readonly string[] | undefined;
  readonly isWatched: boolean;
}

const LOOK_EVERY_MS = 50;

/**
 * Any command in any language. Each version gets a free port in `PORT`. If that is where its endpoint answers, two
 * versions can run at a time; if it answers at the address that it always takes, they cannot.
 */
export class CommandProgram implements Program {
  readonly name: string;
  readonly isWatched: boolean;
  readonly #options: CommandProgramOptions;
  readonly #around: Surroundings;
  #isInPlace: boolean;

  constructor(options: CommandProgramOptions, around: Surroundings) {
    const [program = ""] = options.command;
    this.name = program.split(/[\\/]/).at(-1) ?? program;
    this.isWatched = options.isWatched;
    this.#options = options;
    this.#around = around;
    // One port cannot be that of several endpoints.
    this.#isInPlace = options.endpoints.length > 1;
  }

  get isInPlace(): boolean {
    return this.#isInPlace;
  }

  async watch(onChange: () => void): Promise<() => Promise<void>> {
    if (!this.isWatched) return async () => {};
    const watching = await watchPatterns(process.cwd(), this.#options.patterns ?? [SOURCES], {
      changed: onChange,
      failed: (error) => this.#around.say(unwatched(error)),
    });
    return () => watching.close();
  }

  async prepare(): Promise<Prepared> {
    const port = await freePort();
    const { endpoints } = this.#options;
    // What answers there before the program runs is not the program.
    const taken = new Set<string>();
    for (const endpoint of endpoints) {
      const isOurs = this.#isInPlace && this.#isServing;
      if (!isOurs && (await this.#around.probe(endpoint)) !== undefined) taken.add(endpoint);
    }
    return { kind: "ready", start: (version) => this.#start(version, port, taken) };
  }

  #isServing = false;

  async close(): Promise<void> {}

  forgetCode(): void {}

  #start(version: number, port: number, taken: ReadonlySet<string>): Started {
    let isLooking = true;
    const { command, endpoints } = this.#options;
    for (const endpoint of taken) {
      this.#around.say(`${endpoint} answers already, from another program: only PORT=${port} counts for this one.`);
    }
    const process = new DevProcess(command, {
      environment: { ...environment(), PORT: String(port) },
      onLine: (line) => this.#around.programSays(version, line),
      guard: this.#around.guard,
    });
    void process.ended.then(() => {
      isLooking = false;
    });
    const look = async (): Promise<readonly Address[]> => {
      while (isLooking) {
        const [endpoint = ""] = endpoints;
        if (endpoints.length === 1) {
          const given = await this.#around.probe(atPort(endpoint, port));
          if (given !== undefined) return this.#found([given], false);
        }
        const own = await Promise.all(endpoints.map((uri) => (taken.has(uri) ? undefined : this.#around.probe(uri))));
        const there = own.filter((address) => address !== undefined);
        if (there.length === endpoints.length) return this.#found(there, true);
        await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
      }
      return await new Promise<never>(() => {});
    };
    return {
      process,
      addresses: look(),
      stopLooking: () => {
        isLooking = false;
      },
    };
  }

  #found(addresses: readonly Address[], isInPlace: boolean): readonly Address[] {
    this.#isServing = true;
    this.#isInPlace = isInPlace;
    return addresses;
  }
}

function atPort(uri: string, port: number): string {
  const url = new URL(uri);
  url.port = String(port);
  return url.href;
}

/** A port that nobody listened on a moment ago. */
async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => resolve());
  });
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
