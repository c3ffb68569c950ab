import { Program } from "./program.ts";
import { eventually, request, requestOk } from "./request.ts";

const READY_TIMEOUT_MS = 60_000;

/** The real server, ours, and ours with the measured services in its own process. */
export const SERVER_NAMES = ["restate-server", "restate-lite", "in-process"] as const;

/** A kind of server that the benchmark can start. */
export interface ServerKind {
  readonly name: (typeof SERVER_NAMES)[number];
  readonly version: string;
  /** It has the services itself: no endpoint is registered. */
  readonly hasServices: boolean;
  /** The command line of a server on these ports and this data directory. */
  launch(ports: ServerPorts, dataDir: string): Launch;
}

export interface ServerPorts {
  readonly ingress: number;
  readonly admin: number;
  /** For traffic between the nodes of a cluster; ours has none. */
  readonly node: number;
}

export interface Launch {
  readonly file: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

/** A server process under test. */
export class Server {
  readonly kind: ServerKind;
  readonly ports: ServerPorts;
  readonly program: Program;
  readonly #startedAtMs = performance.now();

  /** Starts it; wait for {@link untilHealthy} or {@link untilAnswering}. */
  constructor(kind: ServerKind, ports: ServerPorts, dataDir: string, logFile: string) {
    this.kind = kind;
    this.ports = ports;
    const { file, args, env } = kind.launch(ports, dataDir);
    this.program = new Program(kind.name, file, args, { env, logFile });
  }

  get pid(): number {
    return this.program.pid;
  }

  /** Milliseconds from the start of the process until both ports answer their health check. */
  async untilHealthy(): Promise<number> {
    await this.#eventually(() => requestOk(this.ports.admin, "/health"));
    await this.#eventually(() => requestOk(this.ports.ingress, "/restate/health"));
    return performance.now() - this.#startedAtMs;
  }

  /** Milliseconds from the start of the process until a call of a service that it knows already is answered. */
  async untilAnswering(path: string, body: string): Promise<number> {
    await this.#eventually(() => requestOk(this.ports.ingress, path, body));
    return performance.now() - this.#startedAtMs;
  }

  /** Registers an endpoint if the server needs one, and waits until its services can be called. */
  async register(endpointPort: number, service: string): Promise<void> {
    if (!this.kind.hasServices) {
      const deployment = JSON.stringify({ uri: `http://127.0.0.1:${endpointPort}` });
      await this.#eventually(() => requestOk(this.ports.admin, "/deployments", deployment));
    }
    await this.#eventually(async () => {
      const answer = await request(this.ports.ingress, `/${service}/greet`, JSON.stringify("Ada"));
      if (answer.status !== 200) throw new Error(`${service}/greet: ${answer.status} ${answer.body}`);
    });
  }

  #eventually<T>(attempt: () => Promise<T>): Promise<T> {
    return eventually(READY_TIMEOUT_MS, () => this.program.assertRunning(), attempt);
  }
}
