import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePort } from "./ports.ts";
import { answers, type Running, run, until } from "./processes.ts";
import { nodePath, restateServerPath, serverCliPath } from "./toolchain.ts";

export { freePort } from "./ports.ts";

/** `ours`: restate-lite as built. `real`: restate-server, the oracle. */
export type ServerKind = "ours" | "real";

export interface ServerOptions {
  /** Kept by `stop` when given; else a temporary one that `stop` removes. */
  readonly dataDir?: string;
  readonly ingressPort?: number;
  readonly adminPort?: number;
  readonly env?: Readonly<Record<string, string>>;
  /** The real server's flags for protocol v7, virtual queues and scoped objects. Ours needs none. */
  readonly experimental?: boolean;
  /** More arguments for ours. */
  readonly args?: readonly string[];
}

export interface ServerUnderTest {
  readonly kind: ServerKind;
  readonly ingressUrl: string;
  readonly adminUrl: string;
  readonly dataDir: string;
  readonly pid: number;
  output(): string;
  /** Registers an endpoint and returns the admin API's answer. */
  register(endpointUrl: string, more?: object): Promise<unknown>;
  stop(): Promise<void>;
  kill(): Promise<void>;
}

const EXPERIMENTAL = {
  RESTATE_EXPERIMENTAL_ENABLE_PROTOCOL_V7: "true",
  RESTATE_EXPERIMENTAL_ENABLE_VQUEUES: "true",
  RESTATE_EXPERIMENTAL_ENABLE_SCOPED_VIRTUAL_OBJECTS: "true",
};

/** Starts a server on loopback ports and waits until both of them answer. */
export async function startServer(kind: ServerKind, options: ServerOptions = {}): Promise<ServerUnderTest> {
  const ingressPort = options.ingressPort ?? (await freePort());
  const adminPort = options.adminPort ?? (await freePort());
  const dataDir = options.dataDir ?? mkdtempSync(join(tmpdir(), `restate-lite-test-${kind}-`));
  const running =
    kind === "ours"
      ? startOurs(dataDir, ingressPort, adminPort, options)
      : await startReal(dataDir, ingressPort, adminPort, options);
  const ingressUrl = `http://localhost:${ingressPort}`;
  const adminUrl = `http://localhost:${adminPort}`;
  await until(`the ${kind} server`, async () => {
    if (running.child.exitCode !== null) throw new Error(`the ${kind} server ended:\n${running.output()}`);
    return (await answers(`${adminUrl}/health`)) && (await answers(`${ingressUrl}/restate/health`));
  });
  const removeData = () => {
    if (options.dataDir === undefined) rmSync(dataDir, { recursive: true, force: true });
  };
  return {
    kind,
    ingressUrl,
    adminUrl,
    dataDir,
    pid: running.child.pid ?? 0,
    output: running.output,
    async register(uri, more = {}) {
      const response = await fetch(`${adminUrl}/deployments`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ uri, ...more }),
      });
      const body: unknown = await response.json();
      if (!response.ok) throw new Error(`registration of ${uri} failed: ${response.status} ${JSON.stringify(body)}`);
      return body;
    },
    async stop() {
      await running.end();
      removeData();
    },
    async kill() {
      await running.end("SIGKILL");
    },
  };
}

function startOurs(dataDir: string, ingressPort: number, adminPort: number, options: ServerOptions): Running {
  const ports = ["--ingress-port", String(ingressPort), "--admin-port", String(adminPort)];
  const args = ["start", ...ports, "--data-dir", dataDir, "--log-level", "warn", ...(options.args ?? [])];
  return run(nodePath, [serverCliPath, ...args], options.env);
}

async function startReal(
  dataDir: string,
  ingressPort: number,
  adminPort: number,
  options: ServerOptions,
): Promise<Running> {
  return run(restateServerPath, ["--no-logo"], {
    RESTATE_LISTEN_MODE: "tcp",
    RESTATE_BIND_IP: "127.0.0.1",
    RESTATE_BIND_PORT: String(await freePort()),
    RESTATE_INGRESS__BIND_PORT: String(ingressPort),
    RESTATE_ADMIN__BIND_PORT: String(adminPort),
    RESTATE_BASE_DIR: dataDir,
    RESTATE_DISABLE_TELEMETRY: "true",
    ...(options.experimental === true ? EXPERIMENTAL : {}),
    ...options.env,
  });
}
