import {
  type InProcessDirectory,
  type InProcessOptions,
  type InProcessService,
  inProcessEndpoints,
  inProcessUri,
} from "./invoker/index.ts";
import type { Log } from "./log.ts";
import type { Registrar } from "./registration.ts";
import type { Registered } from "./registry/index.ts";
import type { Clock } from "./seams.ts";

const DEFAULT_NAME = "services";

/** Registers services that run in the server's own process. */
export class InProcessRegistrar {
  readonly #registrar: Registrar;
  readonly #directory: InProcessDirectory;
  readonly #log: Log;
  readonly #now: () => number;
  /** The registration before the next one: each adds to what the last one left. */
  #last: Promise<unknown> = Promise.resolve();

  constructor(registrar: Registrar, directory: InProcessDirectory, clock: Clock, log: Log) {
    this.#now = () => clock.nowMs();
    this.#log = log;
    this.#registrar = registrar;
    this.#directory = directory;
  }

  /** See `RunningServer.register`. */
  async register(services: readonly InProcessService[], options: InProcessOptions = {}): Promise<Registered> {
    const { name = DEFAULT_NAME, ...endpointOptions } = options;
    const uri = inProcessUri(name);
    const endpoints = await inProcessEndpoints(services, endpointOptions, this.#log, this.#now);
    const registered = this.#last.then(() => this.#registrar.registerInProcess(this.#directory.stage(uri, endpoints)));
    // Its failure is the caller's to see; the next registration does not depend on it.
    this.#last = registered.catch(() => {});
    return await registered;
  }
}
