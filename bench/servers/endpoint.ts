import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { freePorts } from "./ports.ts";
import { Program } from "./program.ts";
import { eventually, request } from "./request.ts";
import type { WaiterCounts } from "./waiter.ts";

const READY_TIMEOUT_MS = 30_000;

/** Which SDK an endpoint's services are written with. */
export type EndpointSdk = "official" | "ours";

/** The endpoint process: the measured services on Node 24, the same process for both servers. */
export class Endpoint {
  readonly port: number;
  readonly sdkVersion: string;
  readonly nodeVersion: string;
  readonly #program: Program;

  private constructor(port: number, program: Program, nodeVersion: string, sdkVersion: string) {
    this.port = port;
    this.#program = program;
    this.nodeVersion = nodeVersion;
    this.sdkVersion = sdkVersion;
  }

  static async start(node24: string, logFile: string, sdk: EndpointSdk = "official"): Promise<Endpoint> {
    const [port] = (await freePorts(1)) as [number];
    const file = fileURLToPath(new URL("./endpoint-program.ts", import.meta.url));
    const env = { PORT: String(port), SDK: sdk, NODE_ENV: "production" };
    const program = new Program(`endpoint (${sdk} SDK)`, node24, [file], { env, logFile, hasIpc: true });
    // It speaks HTTP/2 only, so anything but a refused connection means that it listens.
    const listening = (error: NodeJS.ErrnoException) => {
      if (error.code === "ECONNREFUSED") throw error;
    };
    await eventually(
      READY_TIMEOUT_MS,
      () => program.assertRunning(),
      () => request(port, "/").then(() => {}, listening),
    );
    const nodeVersion = execFileSync(node24, ["--version"], { encoding: "utf8" }).trim();
    const { sdkVersion } = await program.ask<{ sdkVersion: string }>("versions");
    return new Endpoint(port, program, nodeVersion, sdkVersion);
  }

  get pid(): number {
    return this.#program.pid;
  }

  waiters(): Promise<WaiterCounts> {
    return this.#program.ask<WaiterCounts>("waiters");
  }

  /** Forgets the invocations of `Waiter` seen so far. */
  async forgetWaiters(): Promise<void> {
    await this.#program.ask("forget");
  }

  async stop(): Promise<void> {
    await this.#program.kill();
  }
}
