import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer, type Http2Server, type ServerHttp2Session } from "node:http2";
import { createRequire } from "node:module";
import { type AddressInfo, createServer as createTcpServer } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { isOfficialDefinition } from "../../sdk/authoring/index.ts";
import type { EndpointOptions } from "../../sdk/endpoint/index.ts";
import { TestEnvironmentError } from "../errors.ts";
import type { Resolved } from "../options.ts";
import type { StateStore } from "../state.ts";
import type { TestEngine } from "./types.ts";

const START_LIMIT_MS = 30_000;
const OUTPUT_KEPT = 4000;
const PACKAGE = "@restatedev/restate-server";
const SDK = "@restatedev/restate-sdk";

/** The real `restate-server` as a process, and the services on an endpoint in this one. */
export class RealEngine implements TestEngine {
  readonly name = "restate-server";
  readonly baseUrl: string;
  readonly adminUrl: string;
  readonly state: StateStore;
  readonly #folder: string;
  readonly #process: ChildProcess;
  readonly #endpoints: readonly Served[];
  #output = "";

  /** @throws TestEnvironmentError RL_TEST_NOT_INSTALLED, RL_TEST_NOT_SUPPORTED, RL_TEST_SERVER */
  static async start(options: Resolved): Promise<RealEngine> {
    if (options.clock !== "real") {
      throw new TestEnvironmentError(
        "RL_TEST_NOT_SUPPORTED",
        `clock: "${options.clock}" needs engine: "restate-lite"; restate-server knows the wall clock only. Pass ` +
          "start({ test }) the context of the test to have it skipped",
      );
    }
    const binary = binaryOfServer();
    const [ingress, admin, node] = await freePorts(3);
    const endpoints = await serve(options);
    const folder = mkdtempSync(path.join(tmpdir(), "restate-server-testing-"));
    const engine = new RealEngine(binary, folder, endpoints, { ingress, admin, node } as Ports, options);
    try {
      await engine.#ready();
      for (const { url } of endpoints) await engine.#register(url);
    } catch (error) {
      await engine.stop();
      throw error;
    }
    return engine;
  }

  private constructor(binary: string, folder: string, endpoints: readonly Served[], ports: Ports, options: Resolved) {
    this.baseUrl = `http://127.0.0.1:${ports.ingress}`;
    this.adminUrl = `http://127.0.0.1:${ports.admin}`;
    this.#folder = folder;
    this.#endpoints = endpoints;
    this.#process = spawn(binary, ["--no-logo"], {
      cwd: folder,
      stdio: ["ignore", "pipe", "pipe"],
      env: environment(folder, ports, options),
    });
    const keep = (text: Buffer) => {
      this.#output = (this.#output + text.toString()).slice(-OUTPUT_KEPT);
    };
    this.#process.stdout?.on("data", keep);
    this.#process.stderr?.on("data", keep);
    this.#process.on("error", (error) => keep(Buffer.from(error.message)));
    // A test process that ends early leaves no server behind.
    endWithThisProcess(this.#process);
    this.state = {
      read: (service, key) => this.#readState(service, key),
      write: (service, key, entries) => this.#writeState(service, key, entries),
    };
  }

  async stop(): Promise<void> {
    const child = this.#process;
    if (child.exitCode === null && child.signalCode === null && child.pid !== undefined) {
      const exited = new Promise<void>((resolve) => child.once("exit", () => resolve()));
      child.kill("SIGKILL");
      await exited;
    }
    for (const { close } of this.#endpoints) await close();
    rmSync(this.#folder, { recursive: true, force: true, maxRetries: 5 });
  }

  async #ready(): Promise<void> {
    const untilMs = performance.now() + START_LIMIT_MS;
    const checks = [
      () => isOk(`${this.adminUrl}/health`),
      () => isOk(`${this.baseUrl}/restate/health`),
      async () => (await this.#query("SELECT count(1) AS n FROM sys_invocation").catch(() => undefined)) !== undefined,
    ];
    for (const check of checks) {
      while (!(await check())) {
        if (this.#process.exitCode !== null || this.#process.signalCode !== null || performance.now() > untilMs) {
          throw new TestEnvironmentError("RL_TEST_SERVER", `restate-server did not start. It said:\n${this.#output}`);
        }
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
    }
  }

  async #register(uri: string): Promise<void> {
    await this.#post("/deployments", { uri });
  }

  async #readState(service: string, key: string): Promise<[string, Uint8Array][]> {
    const where = `service_name = ${quoted(service)} AND service_key = ${quoted(key)}`;
    const rows = await this.#query(`SELECT key, encode(value, 'hex') AS value FROM state WHERE ${where}`);
    return rows.map((row) => [String(row.key), Uint8Array.from(Buffer.from(String(row.value ?? ""), "hex"))]);
  }

  async #writeState(service: string, key: string, entries: readonly (readonly [string, Uint8Array])[]): Promise<void> {
    const state = Object.fromEntries(entries.map(([name, value]) => [name, [...value]]));
    await this.#post(`/services/${encodeURIComponent(service)}/state`, { object_key: key, new_state: state });
  }

  async #query(query: string): Promise<Record<string, unknown>[]> {
    const response = await this.#post("/query", { query }, { accept: "application/json" });
    return ((await response.json()) as { rows: Record<string, unknown>[] }).rows;
  }

  async #post(where: string, body: object, headers: Record<string, string> = {}): Promise<Response> {
    const response = await fetch(this.adminUrl + where, {
      method: "POST",
      headers: { "content-type": "application/json", ...headers },
      body: JSON.stringify(body),
    });
    if (response.ok) return response;
    throw new TestEnvironmentError("RL_TEST_SERVER", `${where}: ${response.status} ${await response.text()}`);
  }
}

const servers = new Set<ChildProcess>();

function endWithThisProcess(server: ChildProcess): void {
  // One listener, however many servers there are.
  if (servers.size === 0) process.once("exit", killServers);
  servers.add(server);
  server.once("exit", () => {
    servers.delete(server);
    if (servers.size === 0) process.removeListener("exit", killServers);
  });
}

function killServers(): void {
  for (const server of servers) server.kill("SIGKILL");
}

interface Ports {
  readonly ingress: number;
  readonly admin: number;
  readonly node: number;
}

function environment(folder: string, ports: Ports, options: Resolved): Record<string, string> {
  const inherited = Object.entries(process.env).filter(
    (entry): entry is [string, string] => entry[1] !== undefined && !/^(RESTATE_|RUST_LOG$)/.test(entry[0]),
  );
  return {
    ...Object.fromEntries(inherited),
    RESTATE_LISTEN_MODE: "tcp",
    RESTATE_BIND_IP: "127.0.0.1",
    RESTATE_BIND_PORT: String(ports.node),
    RESTATE_INGRESS__BIND_PORT: String(ports.ingress),
    RESTATE_ADMIN__BIND_PORT: String(ports.admin),
    RESTATE_BASE_DIR: folder,
    RESTATE_DISABLE_TELEMETRY: "true",
    RESTATE_DEFAULT_NUM_PARTITIONS: "2",
    ...(options.alwaysReplay ? { RESTATE_WORKER__INVOKER__INACTIVITY_TIMEOUT: "0s" } : {}),
    ...(options.disableRetries
      ? { RESTATE_DEFAULT_RETRY_POLICY__MAX_ATTEMPTS: "1", RESTATE_DEFAULT_RETRY_POLICY__ON_MAX_ATTEMPTS: "kill" }
      : {}),
    ...options.environment,
  };
}

/** Where packages of the program that runs the tests are found. */
function* requires(): Generator<NodeJS.Require> {
  const bases = [path.join(process.cwd(), "_"), ...(process.argv[1] === undefined ? [] : [process.argv[1]])];
  for (const base of [...bases.map((file) => pathToFileURL(file).href), import.meta.url]) yield createRequire(base);
}

/** Where the program is; `RESTATE_SERVER_BINARY` names another one. */
export function binaryOfServer(): string {
  const given = process.env.RESTATE_SERVER_BINARY;
  if (given !== undefined && given !== "") return given;
  const name = `${PACKAGE}-${process.platform}-${process.arch}`;
  for (const require of requires()) {
    try {
      // The package of the platform is a dependency of the one that people install.
      const within = createRequire(require.resolve(`${PACKAGE}/package.json`));
      return path.join(path.dirname(within.resolve(`${name}/package.json`)), "bin", "restate-server");
    } catch {
      // Not from here.
    }
  }
  throw new TestEnvironmentError(
    "RL_TEST_NOT_INSTALLED",
    `engine: "restate-server" needs ${PACKAGE}: npm install --save-dev ${PACKAGE}`,
  );
}

interface Served {
  readonly url: string;
  close(): Promise<void>;
}

/** An endpoint for each SDK. */
async function serve({ services, endpoint }: Resolved): Promise<Served[]> {
  const own: EndpointOptions["services"] = [];
  const official: EndpointOptions["services"] = [];
  for (const service of services) {
    if (typeof service === "function") {
      throw new TestEnvironmentError(
        "RL_TEST_NOT_SUPPORTED",
        'engine: "restate-server" serves definitions; pass the services themselves instead of a fetch handler',
      );
    }
    (isOfficialDefinition(service) ? official : own).push(service);
  }
  const served: Served[] = [];
  const quiet = { logger: () => {}, ...endpoint };
  if (own.length > 0) {
    const { createEndpointHandler } = await import("../../sdk/node.ts");
    served.push(await listen(createServer(createEndpointHandler({ ...quiet, services: own }))));
  }
  if (official.length > 0)
    served.push(await listen(createServer(await officialHandler({ ...quiet, services: official }))));
  return served;
}

type Listener = Parameters<typeof createServer>[1];

async function officialHandler(options: EndpointOptions): Promise<NonNullable<Listener>> {
  let reason: unknown = `${SDK} is not installed for this program`;
  for (const require of requires()) {
    try {
      // reason: what is loaded here is known by name only.
      const load = () => import(pathToFileURL(require.resolve(SDK)).href).catch(() => require(SDK));
      const sdk = (await load()) as { createEndpointHandler(options: EndpointOptions): NonNullable<Listener> };
      return sdk.createEndpointHandler(options);
    } catch (error) {
      reason = error;
    }
  }
  throw new TestEnvironmentError("RL_TEST_NOT_INSTALLED", `services of ${SDK} cannot be served: ${String(reason)}`);
}

async function listen(server: Http2Server): Promise<Served> {
  const sessions = new Set<ServerHttp2Session>();
  server.on("session", (session) => {
    sessions.add(session);
    session.on("close", () => sessions.delete(session));
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, "127.0.0.1", resolve);
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const session of sessions) session.destroy();
      }),
  };
}

async function freePorts(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => createTcpServer());
  for (const server of servers) await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const ports = servers.map((server) => (server.address() as AddressInfo).port);
  for (const server of servers) await new Promise<void>((resolve) => server.close(() => resolve()));
  return ports;
}

async function isOk(url: string): Promise<boolean> {
  return await fetch(url).then(
    ({ ok }) => ok,
    () => false,
  );
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
