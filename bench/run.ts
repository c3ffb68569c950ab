/**
 * `npm run bench`: calls on the real server and on ours, with the same endpoint, and what the machine allows at most;
 * and on ours with the same services in its own process, on our SDK.
 *
 * Each round measures the limits and then the servers, one after the other, each from an empty data directory: time
 * to healthy, idle memory, every cell, memory afterwards, and the restart after a crash. Which server comes first
 * alternates. Figures are medians over the rounds; a ratio is ours divided by the real server's. A wrong answer, a
 * broken connection or a counter that does not add up fails the run.
 */
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { type Bed, circumstances, inTurn, onBed } from "./bed.ts";
import { CELLS, type Cell, inProcessRowsOf, rowsOf, SERVER_ROWS } from "./calls/cells.ts";
import { type Limit, limits, limitsTable, measureLimits, startEcho } from "./calls/limits.ts";
import { profileCells } from "./calls/profiling.ts";
import { type Disturbance, serverRound } from "./calls/round.ts";
import { type Options, parseOptions, USAGE } from "./options.ts";
import { compare, comparisonTable, loadText, median, type Row, recordPart, Samples } from "./results/index.ts";
import { SERVER_NAMES } from "./servers/index.ts";
import { suspendedReport } from "./suspended/report.ts";

const DEFAULT_ROUNDS = 5;
const LIMIT_MEASURE_MS = 2000;
/** Processors that other programs may take before the report says so. */
const QUIET_ENOUGH = 0.2;

const options = optionsOrExit();
const cells = cellsOf(options);
const profileFolder = path.join(os.tmpdir(), `restate-lite-profile-${process.pid}`);
try {
  await onBed(options, options.shouldProfile ? profile : bench, options.shouldProfile ? profileFolder : undefined);
} catch (error) {
  console.error(`bench: ${(error as Error).message}`);
  process.exitCode = 1;
}

async function profile(bed: Bed): Promise<void> {
  await profileCells(bed, cells, options, profileFolder);
}

async function bench(bed: Bed): Promise<void> {
  const taken = new Map(bed.kinds.map((kind) => [kind.name, new Samples()]));
  const limitSamples = new Samples();
  const disturbance: Disturbance = { others: [], stolen: [] };
  const mistakes: string[] = [];
  const echo = await startEcho();
  const measuredLimits = limits(
    { endpointPort: bed.endpoint.port, echoPort: echo.port, folder: bed.folder },
    Math.min(options.warmUpMs, LIMIT_MEASURE_MS * 0.4),
    Math.min(options.measureMs, LIMIT_MEASURE_MS),
  );
  try {
    for (let round = 0; round < options.rounds; round++) {
      console.error(`round ${round + 1} of ${options.rounds}: limits`);
      await measureLimits(measuredLimits, bed.load, limitSamples, mistakes);
      for (const kind of inTurn(bed.kinds, round)) {
        console.error(`round ${round + 1} of ${options.rounds}: ${kind.name}`);
        const setup = { ...bed, cells, length: options, settleMs: options.settleMs };
        await serverRound(kind, setup, taken.get(kind.name) as Samples, disturbance, mistakes);
      }
    }
  } finally {
    echo.stop();
  }
  const text = report(bed, taken, measuredLimits, limitSamples, disturbance);
  console.log(text);
  if (options.isSmoke) {
    mistakes.push(...missingFigures(bed, taken, measuredLimits, limitSamples));
    console.log(await suspendedReport({ ...bed, kinds: bed.kinds.filter(({ hasServices }) => !hasServices) }, options));
  }
  if (mistakes.length > 0) throw new Error(`the run is void:\n${mistakes.join("\n")}`);
  if (options.shouldRecord) console.error(`recorded in ${path.relative(process.cwd(), recordPart("calls", text))}`);
  if (options.isSmoke) console.log(`bench: ${cells.length} cells and ${measuredLimits.length} limits gave answers`);
}

function report(
  bed: Bed,
  taken: ReadonlyMap<string, Samples>,
  measuredLimits: readonly Limit[],
  limitSamples: Samples,
  disturbance: Disturbance,
): string {
  const real = taken.get("restate-server") ?? new Samples();
  const ours = taken.get("restate-lite") ?? new Samples();
  const inProcess = taken.get("in-process") ?? new Samples();
  const rows: readonly Row[] = [...cells.flatMap(rowsOf), ...SERVER_ROWS];
  const seconds = (ms: number) => (ms / 1000).toFixed(1);
  return [
    "## Calls",
    circumstances(bed, loadText(), [
      options.answersPerConnection === undefined
        ? `rounds: ${options.rounds}; ${seconds(options.measureMs)} s a cell and round after ${seconds(options.warmUpMs)} s of warm-up`
        : `smoke run: ${options.answersPerConnection} answers a connection, no warm-up; these figures say nothing of speed`,
      ...disturbanceLine(disturbance),
    ]),
    comparisonTable(rows.map((row) => compare(row, real, ours))),
    "The real server with its endpoint, and restate-lite with the services in its own process, on the bundled SDK:",
    comparisonTable(
      cells.flatMap(inProcessRowsOf).map((row) => compare(row, real, inProcess)),
      "restate-server",
      "in-process",
    ),
    "What the machine allows at most, measured in the same rounds:",
    limitsTable(measuredLimits, limitSamples),
  ].join("\n\n");
}

function disturbanceLine({ others, stolen }: Disturbance): string[] {
  if (others.length === 0) return [];
  const worst = Math.max(...others);
  const caution = median(others) > QUIET_ENOUGH ? ["**the machine was not quiet: take these figures with care**"] : [];
  return [
    ...caution,
    `processors taken by other programs while cells were measured: ${median(others).toFixed(2)} (median), ${worst.toFixed(2)} (worst cell); by other guests of the host: ${median(stolen).toFixed(2)}`,
  ];
}

/** A smoke run judges no figure, but each must be there. */
function missingFigures(
  bed: Bed,
  taken: ReadonlyMap<string, Samples>,
  measuredLimits: readonly Limit[],
  limitSamples: Samples,
): string[] {
  const missing: string[] = [];
  const rows = [...cells.flatMap(rowsOf), ...SERVER_ROWS].filter(({ unit }) => unit !== "cpuUs");
  for (const { name } of bed.kinds) {
    for (const { title, measure } of rows) {
      if (!((taken.get(name)?.median(measure) ?? Number.NaN) > 0)) missing.push(`${name}, ${title}: no figure`);
    }
  }
  for (const { name, title } of measuredLimits) {
    if (!(limitSamples.median(`${name} throughput`) > 0)) missing.push(`${title}: no figure`);
  }
  return missing;
}

function cellsOf({ only }: Options): Cell[] {
  const unknown = only.filter((name) => !CELLS.some((cell) => cell.name === name));
  if (unknown.length > 0) {
    console.error(`no such cell: ${unknown.join(", ")}\n${USAGE}`);
    process.exit(2);
  }
  return CELLS.filter(({ name }) => only.length === 0 || only.includes(name));
}

function optionsOrExit(): Options {
  try {
    const parsed = parseOptions(process.argv.slice(2), DEFAULT_ROUNDS, SERVER_NAMES);
    if (parsed.shouldProfile) fs.mkdirSync(path.join(os.tmpdir(), `restate-lite-profile-${process.pid}`));
    return parsed;
  } catch (error) {
    console.error(`${(error as Error).message}\n${USAGE}`);
    process.exit(2);
  }
}
