import { randomInt } from "node:crypto";
import { createServer } from "node:net";

/** Below the range from which the systems take ports for outgoing connections, which would take them in between. */
const [lowest, highest] = [10_000, 32_000];

const given = new Set<number>();

/**
 * Ports on the loopback interface that were free a moment ago; all of them differ, and none is given twice by one
 * process. Another process may still take one: see {@link withFreshPorts}.
 */
export async function freePorts(count: number): Promise<number[]> {
  const ports: number[] = [];
  while (ports.length < count) {
    const port = randomInt(lowest, highest);
    if (given.has(port) || !(await isFree(port))) continue;
    given.add(port);
    ports.push(port);
  }
  return ports;
}

/** One free port. */
export async function freePort(): Promise<number> {
  const [port] = await freePorts(1);
  if (port === undefined) throw new Error("no free port");
  return port;
}

/** Calls `start` with free ports, and again with others when somebody else took one of them meanwhile. */
export async function withFreshPorts<T>(count: number, start: (ports: readonly number[]) => Promise<T>): Promise<T> {
  for (let attempts = 1; ; attempts++) {
    try {
      return await start(await freePorts(count));
    } catch (error) {
      if (attempts === 5 || !isTaken(error)) throw error;
    }
  }
}

/** In the words of Node, of restate-lite and of the real server. */
function isTaken(error: unknown): boolean {
  return error instanceof Error && /EADDRINUSE|something else listens there|address in use/i.test(error.message);
}

function isFree(port: number): Promise<boolean> {
  const server = createServer();
  return new Promise((resolve) => {
    server.once("error", () => resolve(false));
    server.listen(port, "127.0.0.1", () => server.close(() => resolve(true)));
  });
}
