import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { freePorts } from "./ports.ts";
import { Program } from "./program.ts";
import { eventually, request } from "./request.ts";

const READY_TIMEOUT_MS = 30_000;

/** How far the invocations of the service `Waiter` have come in the endpoint. */
export interface WaiterCounts {
  /** Different invocations that an attempt was started for. */
  readonly invocations: number;
  readonly openAttempts: number;
  /** An awakeable that one of them awaits, and which invocation that is. */
  readonly awakeable?: { readonly id: string; readonly invocationId: string };
}

/** The endpoint process: services of the official SDK on Node 24, the same process for both servers. */
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

  static async start(node24: string, logFile: string): Promise<Endpoint> {
    const [port] = (await freePorts(1)) as [number];
    const services = fileURLToPath(new URL("./services.ts", import.meta.url));
    const env = { PORT: String(port), NODE_ENV: "production" };
    const program = new Program("endpoint", node24, [services], { env, logFile, hasIpc: true });
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
