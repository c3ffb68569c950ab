import fs from "node:fs";
import path from "node:path";
import type { Bed } from "../bed.ts";
import { freePorts, Server } from "../servers/index.ts";
import { type Cell, type CellLength, orderOf } from "./cells.ts";
import { readProfiles, selfTimes, sourcePlaces } from "./profile.ts";

const LINES = 30;
const PATIENCE_MS = 30_000;

/** Runs the cells on our server under the profiler, and prints what took the CPU. */
export async function profileCells(
  bed: Bed,
  cells: readonly Cell[],
  length: CellLength,
  profileFolder: string,
): Promise<void> {
  const [kind] = bed.kinds;
  if (kind === undefined) throw new Error("there is no server to profile");
  const [ingress, admin, node] = (await freePorts(3)) as [number, number, number];
  const logFile = path.join(bed.folder, "server.log");
  const server = new Server(kind, { ingress, admin, node }, path.join(bed.folder, "data"), logFile);
  await server.untilHealthy();
  await server.register(bed.endpoint.port, "Greeter");
  const fromUs = Number(process.hrtime.bigint()) / 1000;
  for (const cell of cells) {
    const measured = await bed.load.run(orderOf(cell, ingress, length));
    console.log(`${cell.title}: ${measured.answersPerSecond.toFixed(0)}/s, p50 ${measured.p50Us.toFixed(0)} µs`);
    if (measured.errors > 0) throw new Error(`${measured.errors} errors, the first: ${measured.firstError}`);
  }
  // Only a Node that ends by itself writes its profile.
  await server.program.interrupt(PATIENCE_MS);

  const profiles = fs.existsSync(profileFolder) ? readProfiles(profileFolder) : [];
  if (profiles.length === 0) throw new Error("the server wrote no profile: it did not end by itself");
  for (const { file, profile } of profiles) {
    console.log(`\n${path.join(profileFolder, file)}`);
    for (const { name, place, share } of selfTimes(profile, sourcePlaces(), fromUs).slice(0, LINES)) {
      console.log(`${(share * 100).toFixed(1).padStart(6)} %  ${name}  ${place}`);
    }
  }
}
