import { connect } from "node:net";
import { fileURLToPath } from "node:url";
import { freePort } from "./ports.ts";
import { run, until } from "./processes.ts";
import { node24Path } from "./toolchain.ts";

export interface Endpoint {
  readonly url: string;
  readonly port: number;
  output(): string;
  stop(): Promise<void>;
  kill(): Promise<void>;
}

/** Starts an endpoint program on Node 24 with `PORT` in its environment, and waits until it listens. */
export async function startEndpoint(file: URL, env: Record<string, string> = {}, port?: number): Promise<Endpoint> {
  const ownPort = port ?? (await freePort());
  const running = run(node24Path, [fileURLToPath(file)], { ...env, PORT: String(ownPort) });
  await until(`${file.pathname} to listen`, async () => {
    if (running.child.exitCode !== null) throw new Error(`${file.pathname} ended:\n${running.output()}`);
    return listens(ownPort);
  });
  return {
    url: `http://localhost:${ownPort}`,
    port: ownPort,
    output: running.output,
    stop: () => running.end(),
    kill: () => running.end("SIGKILL"),
  };
}

function listens(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, "localhost");
    socket.once("connect", () => {
      socket.destroy();
      resolve(true);
    });
    socket.once("error", () => resolve(false));
  });
}
