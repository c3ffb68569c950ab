/**
 * `npm run soak -- [minutes]` (30): calls, big answers, kills, clients that vanish and a log that nobody reads, all at
 * once, on the built server and an endpoint of the official SDK. Descriptors and memory have to be at the end where they
 * were after a sixth of the time (five minutes of thirty). Linux only: it reads /proc.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { TestEndpoint } from "../support/endpoints.ts";
import { freePorts } from "../support/ports.ts";
import { Program } from "../support/program.ts";
import { nodePath, serverCliPath } from "../support/toolchain.ts";
import { until } from "../support/until.ts";
import { type Counts, runLoads } from "./loads.ts";
import { type Reading, readingOf, window } from "./readings.ts";

const MIB = 2 ** 20;
const READ_EVERY_MS = 5000;
/** The log is read for so long, and then not for as long. */
const LOG_MS = 20_000;
/** Connections of the loads that happen to be open. */
const DESCRIPTORS_APART = 12;
/** The heap grows and shrinks by collections; a leak of half an hour at these rates is a multiple of it. */
const MEMORY_FACTOR = 1.25;

const minutes = Number(process.argv[2] ?? "30");
if (!(minutes > 0)) {
  console.error(`soak: ${process.argv[2]} is no number of minutes`);
  process.exit(2);
}
const totalMs = minutes * 60_000;
const dataDir = mkdtempSync(path.join(tmpdir(), "restate-lite-soak-"));
const endpoint = await TestEndpoint.start(fileURLToPath(new URL("./endpoint.mjs", import.meta.url)));
const [ingress = 0, admin = 0] = await freePorts(2);
const target = { ingressUrl: `http://127.0.0.1:${ingress}`, adminUrl: `http://127.0.0.1:${admin}` };
const ports = ["--ingress-port", String(ingress), "--admin-port", String(admin)];
const server = new Program(
  "restate-lite",
  nodePath,
  [serverCliPath(), "start", ...ports, "--data-dir", dataDir, "--log-format", "json", "--log-level", "debug"],
  {
    env: {
      ...process.env,
      // What has ended goes soon, so that the database has one size.
      RESTATE_DEFAULT_JOURNAL_RETENTION: "20s",
      RESTATE_DEFAULT_IDEMPOTENCY_RETENTION: "20s",
      RESTATE_WORKER__INVOKER__CONCURRENT_INVOCATIONS_LIMIT: "80",
    },
  },
);
const readings: Reading[] = [];
const counts: Counts = new Map();
let isOver = false;
let failure: unknown;

try {
  await until("the server", async () => (await fetch(`${target.adminUrl}/health`)).ok);
  const registered = await fetch(`${target.adminUrl}/deployments`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ uri: endpoint.url }),
  });
  if (!registered.ok) throw new Error(`registration: ${await registered.text()}`);
  await soak();
} catch (error) {
  failure = error;
} finally {
  isOver = true;
  await server.kill();
  await endpoint.kill();
  rmSync(dataDir, { recursive: true, force: true });
}
if (failure !== undefined) {
  console.error("soak:", failure, `\n${server.output.slice(-3000)}`);
  process.exit(1);
}
process.exit(verdict() ? 0 : 1);

async function soak(): Promise<void> {
  const startedAtMs = Date.now();
  const pid = server.child.pid ?? 0;
  const stall = setInterval(() => {
    const { stdout } = server.child;
    if (stdout?.isPaused()) stdout.resume();
    else stdout?.pause();
  }, LOG_MS);
  const read = setInterval(() => {
    const reading = readingOf(pid);
    readings.push(reading);
    if (readings.length % 12 === 0) progress(reading, startedAtMs);
  }, READ_EVERY_MS);
  const timer = setTimeout(() => (isOver = true), totalMs);
  const ended = server.exited.then((status) => {
    if (!isOver) throw new Error(`the server ended with ${status}`);
  });
  try {
    await Promise.race([runLoads({ target, counts, isOver: () => isOver }), ended]);
  } finally {
    clearTimeout(timer);
    clearInterval(stall);
    clearInterval(read);
  }
}

function progress({ descriptors, residentBytes }: Reading, startedAtMs: number): void {
  const minute = Math.round((Date.now() - startedAtMs) / 60_000);
  const done = [...counts].map(([name, n]) => `${n} ${name}`).join(", ");
  console.error(`minute ${minute}: ${descriptors} descriptors, ${(residentBytes / MIB).toFixed(0)} MiB; ${done}`);
}

function verdict(): boolean {
  const endMs = readings.at(-1)?.atMs ?? 0;
  const spanMs = Math.max(30_000, totalMs / 15);
  const earlyMs = endMs - totalMs + totalMs / 6;
  const early = window(readings, earlyMs - spanMs / 2, earlyMs + spanMs / 2);
  const late = window(readings, endMs - spanMs, endMs);
  for (const [name, n] of counts) console.log(`${name}: ${n}`);
  const say = (what: string, { descriptors, residentBytes }: typeof early) =>
    console.log(`${what}: ${descriptors} descriptors, ${(residentBytes / MIB).toFixed(1)} MiB resident`);
  say(`around minute ${(minutes / 6).toFixed(1)}`, early);
  say(`at the end, minute ${minutes}`, late);
  const isFlat =
    late.descriptors <= early.descriptors + DESCRIPTORS_APART &&
    late.residentBytes <= early.residentBytes * MEMORY_FACTOR;
  console.log(isFlat ? "soak: flat" : "soak: it has grown");
  return isFlat;
}
