import fs from "node:fs";
import path from "node:path";
import type { LoadProcess, Measured } from "../load/index.ts";
import type { Samples } from "../results/index.ts";
import {
  cpuUs,
  type Endpoint,
  freePorts,
  machineCpuUs,
  requestOk,
  residentBytes,
  Server,
  type ServerKind,
} from "../servers/index.ts";
import { type Cell, type CellLength, orderOf } from "./cells.ts";

export interface RoundSetup {
  readonly endpoint: Endpoint;
  readonly load: LoadProcess;
  readonly folder: string;
  readonly cells: readonly Cell[];
  readonly length: CellLength;
  /** Quiet time before memory is read. */
  readonly settleMs: number;
}

/** How much of the machine something else took while cells were measured, as shares of all processors. */
export interface Disturbance {
  readonly others: number[];
  readonly stolen: number[];
}

/**
 * One server's part of a round, from an empty data directory to its restart after a crash: figures go to `samples`,
 * wrong answers to `mistakes`.
 */
export async function serverRound(
  kind: ServerKind,
  setup: RoundSetup,
  samples: Samples,
  disturbance: Disturbance,
  mistakes: string[],
): Promise<void> {
  const folder = fs.mkdtempSync(path.join(setup.folder, `${kind.name}-`));
  const dataDir = path.join(folder, "data");
  const logFile = path.join(folder, "server.log");
  const start = async () => {
    const [ingress, admin, node] = (await freePorts(3)) as [number, number, number];
    return new Server(kind, { ingress, admin, node }, dataDir, logFile);
  };

  let server = await start();
  samples.add("ready", await server.untilHealthy());
  await server.register(setup.endpoint.port, "Greeter");
  await quiet(setup.settleMs);
  samples.add("idle-memory", residentBytes(server.pid));

  for (const cell of setup.cells) {
    const before = usage(server, setup.endpoint);
    const measured = await setup.load.run(orderOf(cell, server.ports.ingress, setup.length));
    server.program.assertRunning();
    addTo(samples, cell, measured, before, usage(server, setup.endpoint), disturbance);
    mistakes.push(...(await mistakesOf(kind, cell, measured, server)));
  }

  await quiet(setup.settleMs);
  samples.add("loaded-memory", residentBytes(server.pid));
  await server.program.kill();
  server = await start();
  samples.add("restart", await server.untilAnswering("/Greeter/greet", '"Ada"'));
  await server.program.kill();
  fs.rmSync(folder, { recursive: true, force: true });
}

function quiet(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

interface Usage {
  readonly atMs: number;
  readonly server: number | undefined;
  readonly endpoint: number | undefined;
  readonly machine: { busy: number; stolen: number } | undefined;
}

function usage(server: Server, endpoint: Endpoint): Usage {
  return {
    atMs: performance.now(),
    server: cpuUs(server.pid),
    endpoint: cpuUs(endpoint.pid),
    machine: machineCpuUs(),
  };
}

function addTo(
  samples: Samples,
  cell: Cell,
  measured: Measured,
  before: Usage,
  after: Usage,
  disturbance: Disturbance,
): void {
  const add = (measure: string, value: number) => samples.add(`${cell.name} ${measure}`, value);
  add("throughput", measured.answersPerSecond);
  add("p50", measured.p50Us);
  add("p99", measured.p99Us);
  if (after.server === undefined || before.server === undefined) return;
  if (after.endpoint === undefined || before.endpoint === undefined) return;
  const serverUs = after.server - before.server;
  const endpointUs = after.endpoint - before.endpoint;
  add("server-cpu", serverUs / Math.max(1, measured.allAnswers));
  add("endpoint-cpu", endpointUs / Math.max(1, measured.allAnswers));
  if (after.machine === undefined || before.machine === undefined) return;
  const elapsedUs = (after.atMs - before.atMs) * 1000;
  const busyUs = after.machine.busy - before.machine.busy;
  const ownUs = serverUs + endpointUs + measured.loadCpuUs * measured.allAnswers;
  disturbance.others.push(Math.max(0, busyUs - ownUs) / elapsedUs);
  disturbance.stolen.push((after.machine.stolen - before.machine.stolen) / elapsedUs);
}

/** What the load saw go wrong; and whether the counters hold exactly what was answered. */
async function mistakesOf(kind: ServerKind, cell: Cell, measured: Measured, server: Server): Promise<string[]> {
  const mistakes: string[] = [];
  const say = (what: string) => mistakes.push(`${kind.name}, ${cell.title}: ${what}`);
  if (measured.answers === 0) say("not one answer in the measured time");
  if (measured.errors > 0) say(`${measured.errors} errors, the first: ${measured.firstError}`);
  if (cell.counterKeys !== undefined && measured.errors === 0) {
    let sum = 0;
    for (const key of cell.counterKeys) {
      sum += Number((await requestOk(server.ports.ingress, `/Counter/${key}/read`, "null")).body);
    }
    if (sum !== measured.allAnswers) say(`counted ${sum} additions, answered ${measured.allAnswers}`);
  }
  return mistakes;
}
