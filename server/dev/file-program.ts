import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { Bundle } from "./bundle.ts";
import { Forwards } from "./forward.ts";
import { CODE, type FromProgram, PROGRAM } from "./messages.ts";
import { DevProcess } from "./process.ts";
import type { Address, Prepared, Program, Started, Surroundings } from "./program.ts";
import { wantsColor } from "./view/index.ts";
import { unwatched, type Watching, watchFiles } from "./watcher.ts";

export interface FileProgramOptions {
  /** Absolute path of the file that is run. */
  readonly file: string;
  readonly args: readonly string[];
  /** Under which path the program serves its endpoint; mostly none. */
  readonly endpointPath: string;
  readonly isColored: boolean;
}

/** A TypeScript or JavaScript file that exports services, or serves them itself. Any number of versions run at a time. */
export class FileProgram implements Program {
  readonly name: string;
  readonly isInPlace = false;
  readonly isWatched = true;
  readonly #options: FileProgramOptions;
  readonly #around: Surroundings;
  readonly #bundle: Bundle;
  readonly #forwards: Forwards;
  /** Holds the code of each version. */
  readonly #folder = mkdtempSync(path.join(tmpdir(), "restate-lite-dev-"));
  #watching: Watching | undefined;
  #started: string | undefined;

  constructor(options: FileProgramOptions, around: Surroundings) {
    this.name = path.basename(options.file);
    this.#options = options;
    this.#around = around;
    this.#bundle = new Bundle(options.file, options.isColored);
    this.#forwards = new Forwards((line) => around.say(line));
    // Also when a second Ctrl-C leaves no time for `close`.
    process.once("exit", this.#removeFolder);
  }

  async watch(onChange: () => void): Promise<() => Promise<void>> {
    const watching = await watchFiles(process.cwd(), this.#bundle.inputs, {
      changed: onChange,
      failed: (error) => this.#around.say(unwatched(error)),
    });
    this.#watching = watching;
    // Those that the first build has found meanwhile.
    watching.follow(this.#bundle.inputs);
    return () => watching.close();
  }

  async prepare(): Promise<Prepared> {
    const build = await this.#bundle.build();
    this.#watching?.follow(this.#bundle.inputs);
    if (build.kind === "broken") return build;
    if (build.code === this.#started) return { kind: "unchanged" };
    return { kind: "ready", start: (version) => this.#start(version, build.code) };
  }

  async close(): Promise<void> {
    this.#forwards.close();
    await this.#bundle.close();
    this.#removeFolder();
  }

  readonly #removeFolder = (): void => rmSync(this.#folder, { recursive: true, force: true });

  forgetCode(): void {
    this.#started = undefined;
  }

  #start(version: number, code: string): Started {
    this.#started = code;
    const { file, args, endpointPath } = this.#options;
    const codeFile = path.join(this.#folder, `${version}.mjs`);
    writeFileSync(codeFile, code);
    let found: (addresses: readonly Address[]) => void;
    const addresses = new Promise<readonly Address[]>((resolve) => {
      found = resolve;
    });
    const onMessage = async (message: unknown) => {
      // reason: what comes over this channel comes from our preload.
      const told = message as FromProgram;
      if (told.kind === "failed") {
        this.#around.say(`${this.name} cannot be served: ${told.reason}`);
        return;
      }
      if (told.kind === "nothing-served") {
        this.#around.say(`${this.name} exports no services and listens on no port. Export them, or call serve().`);
        return;
      }
      const host = told.host.includes(":") ? `[${told.host}]` : told.host;
      const address = await this.#around.probe(`http://${host}:${told.port}${endpointPath}`);
      if (address !== undefined) found([address]);
      else if (told.wanted !== 0) this.#forwards.point(told.wanted, told.host, told.port);
    };
    const preload = new URL("./dev-preload.js", import.meta.url);
    const process = new DevProcess([nodePath(), "--enable-source-maps", "--import", preload.href, file, ...args], {
      environment: { ...environment(), [PROGRAM]: file, [CODE]: codeFile },
      onLine: (line) => this.#around.programSays(version, line),
      guard: this.#around.guard,
      onMessage: (message) => void onMessage(message),
    });
    return { process, addresses, stopLooking() {} };
  }
}

function nodePath(): string {
  return process.execPath;
}

/** Colors go through a pipe only if they are asked for. */
export function environment(): NodeJS.ProcessEnv {
  const isColored = wantsColor(process.stdout, process.env);
  return { ...process.env, ...(isColored && process.env.FORCE_COLOR === undefined ? { FORCE_COLOR: "1" } : {}) };
}
