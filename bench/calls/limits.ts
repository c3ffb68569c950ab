import { fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { LoadProcess, Measured, Order } from "../load/index.ts";
import { figure, type Samples, table } from "../results/index.ts";

/** Something that bounds what any server on this machine could do, measured in the same run. */
export interface Limit {
  readonly name: string;
  readonly title: string;
  readonly order: Order;
}

export interface LimitSources {
  readonly endpointPort: number;
  readonly echoPort: number;
  readonly folder: string;
}

/** The limits: the endpoint without a server, a flush, and an HTTP echo without durability or endpoint. */
export function limits(sources: LimitSources, warmUpMs: number, measureMs: number): Limit[] {
  const duration = { warmUpMs, measureMs };
  const endpoint = (path: string, body: string, expectedBody: string, streams: number): Limit => ({
    name: `endpoint ${path} ${streams}`,
    title: `endpoint alone, \`${path}\`, ${streams} ${streams === 1 ? "stream" : "streams"}`,
    order: {
      kind: "endpoint",
      port: sources.endpointPort,
      streams,
      path: `/invoke/Greeter/${path}`,
      body,
      expectedBody,
      ...duration,
    },
  });
  const echo = (connections: number): Limit => ({
    name: `echo ${connections}`,
    title: `\`node:http\` echo, ${connections} ${connections === 1 ? "connection" : "connections"}`,
    order: {
      kind: "http",
      method: "POST",
      port: sources.echoPort,
      connections,
      paths: ["/"],
      body: '"Ada"',
      expectedStatus: 200,
      expectedBody: '"Ada"',
      ...duration,
    },
  });
  return [
    endpoint("greet", '"Ada"', '"Hello Ada!"', 1),
    endpoint("greet", '"Ada"', '"Hello Ada!"', 64),
    endpoint("steps", "1", "7", 1),
    endpoint("steps", "1", "7", 64),
    {
      name: "flush",
      title: "`fdatasync` of an overwritten page",
      order: { kind: "flush", folder: sources.folder, ...duration },
    },
    echo(1),
    echo(64),
  ];
}

/** Measures every limit once. Wrong answers are added to `mistakes`. */
export async function measureLimits(
  all: readonly Limit[],
  load: LoadProcess,
  samples: Samples,
  mistakes: string[],
): Promise<void> {
  for (const { name, title, order } of all) {
    const measured = await load.run(order);
    if (measured.answers === 0) mistakes.push(`${title}: not one answer`);
    if (measured.errors > 0) mistakes.push(`${title}: ${measured.errors} errors, the first: ${measured.firstError}`);
    addTo(samples, name, measured);
  }
}

function addTo(samples: Samples, name: string, measured: Measured): void {
  samples.add(`${name} throughput`, measured.answersPerSecond);
  samples.add(`${name} p50`, measured.p50Us);
  samples.add(`${name} p99`, measured.p99Us);
  samples.add(`${name} load-cpu`, measured.loadCpuUs);
}

export function limitsTable(all: readonly Limit[], samples: Samples): string {
  const rows = all.map(({ name, title }) => [
    title,
    figure(samples.median(`${name} throughput`), "calls/s"),
    figure(samples.median(`${name} p50`), "us"),
    figure(samples.median(`${name} p99`), "us"),
    figure(samples.median(`${name} load-cpu`), "cpuUs"),
  ]);
  return table(["", "throughput", "p50", "p99", "load process's CPU per answer"], rows);
}

/** Starts the echo in a process of its own, as the servers have one. */
export async function startEcho(): Promise<{ port: number; stop(): void }> {
  const child = fork(fileURLToPath(new URL("./echo.ts", import.meta.url)));
  const port = await new Promise<number>((resolve, reject) => {
    child.once("message", (message) => resolve(message as number));
    child.once("exit", () => reject(new Error("the echo has ended")));
  });
  return { port, stop: () => child.disconnect() };
}
