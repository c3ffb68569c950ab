import fs from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { LoadProcess } from "./load/index.ts";
import type { Options } from "./options.ts";
import { describeMachine, type Machine } from "./results/index.ts";
import { Endpoint, kindOf, type ServerKind, type Toolchain, toolchain } from "./servers/index.ts";

const PARENT = fileURLToPath(new URL("../node_modules/.cache/restate-lite/", import.meta.url));

/** What every benchmark stands on: the endpoint, the load process, a folder for data, the kinds of server. */
export interface Bed {
  readonly programs: Toolchain;
  readonly endpoint: Endpoint;
  readonly load: LoadProcess;
  /** On the disk of the checkout: a temporary folder may lie in memory, where a flush costs nothing. */
  readonly folder: string;
  readonly kinds: readonly ServerKind[];
  readonly machine: Machine;
}

/**
 * Sets the bed up, runs `work` on it, and takes everything down again.
 *
 * @param profileTo folder to which the Node of our server writes CPU profiles, if any
 */
export async function onBed(options: Options, work: (bed: Bed) => Promise<void>, profileTo?: string): Promise<void> {
  fs.mkdirSync(PARENT, { recursive: true });
  const folder = fs.mkdtempSync(path.join(PARENT, "bench-"));
  const programs = await toolchain(options.shouldBuild && !isRealOnly(options));
  // Before anything of ours adds to the machine's load.
  const machine = describeMachine(folder);
  const endpoint = await Endpoint.start(programs.node24, path.join(folder, "endpoint.log"));
  const load = new LoadProcess();
  const profiling = profileTo === undefined ? [] : ["--cpu-prof", "--cpu-prof-dir", profileTo];
  const kinds = options.servers.map((name) => kindOf(name, programs, profiling));
  try {
    await work({ programs, endpoint, load, folder, kinds, machine });
    fs.rmSync(folder, { recursive: true, force: true });
  } catch (error) {
    console.error(`The data and logs of the servers stay in ${folder}`);
    throw error;
  } finally {
    load.stop();
    await endpoint.stop();
  }
}

/** The lines of a result that say what it was measured on. */
export function circumstances({ machine, endpoint, kinds }: Bed, loadAfter: string, more: readonly string[]): string {
  const versions = kinds.length === 0 ? "no server" : kinds.map(({ name, version }) => `${name} ${version}`).join(", ");
  return [
    `- ${machine.date} UTC; ${machine.processor}, ${machine.memory}; ${machine.kernel}; data on ${machine.fileSystem}`,
    `- ${versions} (commit ${machine.commit}); restate-lite and load on Node ${machine.node}; endpoint: official TypeScript SDK ${endpoint.sdkVersion} on Node ${endpoint.nodeVersion}`,
    ...(kinds.length === 0 ? [] : ["- durability `power`, retention 24 h (the defaults)"]),
    "- everything on one machine, over loopback",
    `- load average (1, 5, 15 min) before: ${machine.load}; after: ${loadAfter}`,
    ...more.map((line) => `- ${line}`),
  ].join("\n");
}

/** The kinds in the order of a round: which one comes first alternates, so that a drift of the machine cancels out. */
export function inTurn(kinds: readonly ServerKind[], round: number): readonly ServerKind[] {
  return round % 2 === 0 ? kinds : [...kinds].reverse();
}

/** Whether nothing of ours is measured. */
function isRealOnly({ servers }: Options): boolean {
  return servers.length > 0 && servers.every((name) => name === "restate-server");
}
