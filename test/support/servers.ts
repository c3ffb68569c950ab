import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { Diary } from "./diary.ts";
import { type SdkKind, sdkConditions } from "./endpoints.ts";
import { withFreshPorts } from "./ports.ts";
import { Program } from "./program.ts";
import { nodePath, restateServerPath, serverCliPath } from "./toolchain.ts";
import { until } from "./until.ts";

/**
 * `ours`: restate-lite as built. `real`: the real server as it comes. `real-experimental`: the real server with
 * protocol v7, virtual queues (scopes and limit keys) and scoped objects, which it hides behind flags.
 */
export type ServerKind = "ours" | "real" | "real-experimental";

export interface ServerOptions {
  /** Environment variables on top of the ones that the kind needs. */
  readonly env?: Readonly<Record<string, string>>;
  /** Further command line arguments of our server. */
  readonly args?: readonly string[];
  /**
   * A program that starts our server (at INGRESS_PORT and ADMIN_PORT, on DATA_DIR) in its own process, with services
   * that need no endpoint. Its {@link Diary} outlives {@link TestServer.kill}.
   */
  readonly embedding?: {
    readonly file: string;
    readonly sdk: SdkKind;
    readonly env?: Readonly<Record<string, string>>;
  };
}

const experimentalFlags = {
  RESTATE_EXPERIMENTAL_ENABLE_PROTOCOL_V7: "true",
  RESTATE_EXPERIMENTAL_ENABLE_VQUEUES: "true",
  RESTATE_EXPERIMENTAL_ENABLE_SCOPED_VIRTUAL_OBJECTS: "true",
} as const;

const outsideSettings = /^(RESTATE_|RUST_LOG$)/;

/** A server under test, on free loopback ports with a fresh data directory. */
export class TestServer {
  readonly kind: ServerKind;
  readonly ingressUrl: string;
  readonly adminUrl: string;
  readonly dataDir: string;
  readonly #options: ServerOptions;
  readonly #ports: { ingress: number; admin: number; node: number };
  #program: Program | undefined;
  #diary: Diary | undefined;

  private constructor(kind: ServerKind, options: ServerOptions, ports: readonly number[]) {
    const [ingress, admin, node] = ports;
    if (ingress === undefined || admin === undefined || node === undefined) throw new Error("a server has three ports");
    this.kind = kind;
    this.#options = options;
    this.#ports = { ingress, admin, node };
    this.ingressUrl = `http://127.0.0.1:${ingress}`;
    this.adminUrl = `http://127.0.0.1:${admin}`;
    this.dataDir = mkdtempSync(path.join(tmpdir(), "restate-lite-test-"));
  }

  /** Starts a server of that kind and returns when both of its ports answer. */
  static async start(kind: ServerKind, options: ServerOptions = {}): Promise<TestServer> {
    return withFreshPorts(3, async (ports) => {
      const server = new TestServer(kind, options, ports);
      try {
        await server.start();
        return server;
      } catch (error) {
        await server.dispose();
        throw error;
      }
    });
  }

  /** Starts the server again, on the same ports and data, after {@link kill} or {@link stop}. */
  async start(): Promise<void> {
    this.#program = this.kind === "ours" ? this.#spawnOurs() : this.#spawnReal();
    const program = this.#program;
    for (const url of [`${this.adminUrl}/health`, `${this.ingressUrl}/restate/health`]) {
      let ended: unknown;
      await until(`an answer of ${url}`, async () => {
        try {
          program.assertRunning();
        } catch (error) {
          ended = error;
          return true;
        }
        return (await fetch(url)).ok;
      });
      if (ended !== undefined) throw ended;
    }
    await this.#diary?.untilReady();
  }

  /** What the services do that run inside of the server. */
  get diary(): Diary {
    if (this.#diary === undefined) throw new Error("the server embeds no services");
    return this.#diary;
  }

  /** Registers an endpoint. @throws Error with the server's words when it refuses */
  async register(endpointUrl: string): Promise<void> {
    const answer = await fetch(`${this.adminUrl}/deployments`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ uri: endpointUrl }),
    });
    if (!answer.ok) throw new Error(`${this.kind} did not register the endpoint: ${await answer.text()}`);
  }

  get pid(): number {
    const pid = this.#program?.child.pid;
    if (pid === undefined) throw new Error("the server is not running");
    return pid;
  }

  /** The end of what the server printed. */
  get output(): string {
    return this.#program?.output ?? "";
  }

  /** SIGKILL; the data stays for {@link start}. */
  async kill(): Promise<void> {
    await this.#program?.kill();
  }

  /** SIGTERM; returns the exit status. The data stays for {@link start}. */
  async stop(): Promise<number | NodeJS.Signals> {
    return (await this.#program?.stop()) ?? 0;
  }

  /** Ends the server for good and deletes its data. Never throws: it runs after the verdict. */
  async dispose(): Promise<void> {
    await this.#program?.kill();
    rmSync(this.dataDir, { recursive: true, force: true });
  }

  #spawnOurs(): Program {
    const { ingress, admin } = this.#ports;
    const { embedding } = this.#options;
    if (embedding !== undefined) {
      const program = new Program(
        "restate-lite with services",
        nodePath,
        [sdkConditions[embedding.sdk], embedding.file],
        {
          stdio: ["ignore", "pipe", "pipe", "ipc"],
          env: this.#environment({
            INGRESS_PORT: String(ingress),
            ADMIN_PORT: String(admin),
            DATA_DIR: this.dataDir,
            DIARY_FILE: path.join(this.dataDir, "diary"),
            ...embedding.env,
          }),
        },
      );
      this.#diary = new Diary(program);
      return program;
    }
    const args = [serverCliPath(), "start", "--ingress-port", String(ingress), "--admin-port", String(admin)];
    return new Program("restate-lite", nodePath, [...args, "--data-dir", this.dataDir, ...(this.#options.args ?? [])], {
      env: this.#environment({}),
    });
  }

  #spawnReal(): Program {
    return new Program("restate-server", restateServerPath, ["--no-logo"], {
      cwd: this.dataDir,
      env: this.#environment({
        RESTATE_LISTEN_MODE: "tcp",
        RESTATE_BIND_IP: "127.0.0.1",
        RESTATE_BIND_PORT: String(this.#ports.node),
        RESTATE_INGRESS__BIND_PORT: String(this.#ports.ingress),
        RESTATE_ADMIN__BIND_PORT: String(this.#ports.admin),
        RESTATE_BASE_DIR: this.dataDir,
        RESTATE_DISABLE_TELEMETRY: "true",
        // Two partitions of three threads each start in a third of the time of the default 24.
        RESTATE_DEFAULT_NUM_PARTITIONS: "2",
        ...(this.kind === "real-experimental" ? experimentalFlags : {}),
      }),
    });
  }

  #environment(own: Record<string, string>): Record<string, string> {
    const inherited = Object.entries(process.env).filter(
      (entry): entry is [string, string] => entry[1] !== undefined && !outsideSettings.test(entry[0]),
    );
    return { ...Object.fromEntries(inherited), ...own, ...this.#options.env };
  }
}
