import { type Bed, circumstances, inTurn } from "../bed.ts";
import type { Options } from "../options.ts";
import { compare, comparisonTable, loadText, type Row, Samples } from "../results/index.ts";
import { SuspendedBed, type Variant } from "./measure.ts";

const VARIANTS: readonly Variant[] = ["empty", "full"];
const MIB = 2 ** 20;

const ROWS: readonly Row[] = [
  {
    title: "memory above idle, after the sends",
    measure: "suspended memory",
    unit: "bytes",
    target: { of: "ours", atMost: 50 * MIB },
  },
  {
    title: "memory above an empty start, after a restart",
    measure: "restart memory",
    unit: "bytes",
    target: { of: "ours", atMost: 50 * MIB },
  },
  { title: "`kill -9` and restart to first answer, empty", measure: "empty restart", unit: "ms" },
  { title: "`kill -9` and restart to first answer, with them", measure: "full restart", unit: "ms" },
  {
    title: "the second by the first",
    measure: "restart growth",
    unit: "times",
    target: { of: "ours", atMost: 2 },
  },
  { title: "`greet` p50, 1 connection, empty", measure: "empty p50 1", unit: "us" },
  { title: "`greet` p50, 1 connection, with them", measure: "full p50 1", unit: "us" },
  { title: "the second by the first", measure: "p50 growth 1", unit: "times", target: { of: "ours", atMost: 1.5 } },
  { title: "`greet` p50, 64 connections, empty", measure: "empty p50 64", unit: "us" },
  { title: "`greet` p50, 64 connections, with them", measure: "full p50 64", unit: "us" },
  { title: "the second by the first", measure: "p50 growth 64", unit: "times", target: { of: "ours", atMost: 1.5 } },
  { title: "sends accepted, 64 connections", measure: "sends", unit: "calls/s" },
  { title: "data directory with them", measure: "data", unit: "bytes" },
];

/** Measures both servers with and without suspended invocations, and gives the result as Markdown. */
export async function suspendedReport(bed: Bed, options: Options): Promise<string> {
  const beds = new Map(bed.kinds.map((kind) => [kind, new SuspendedBed(kind, bed, options, new Samples())]));
  for (const each of beds.values()) {
    console.error(`${each.kind.name}: ${options.count} invocations are sent and suspend`);
    await each.prepare();
  }
  for (let round = 0; round < options.rounds; round++) {
    console.error(`round ${round + 1} of ${options.rounds}: restarts`);
    for (const kind of inTurn(bed.kinds, round)) {
      const each = beds.get(kind) as SuspendedBed;
      for (const variant of round % 2 === 0 ? VARIANTS : [...VARIANTS].reverse()) await each.round(variant);
      addGrowth(each.samples);
    }
  }
  for (const each of beds.values()) await each.wakeOne();

  const samplesOf = (name: string) =>
    [...beds.values()].find(({ kind }) => kind.name === name)?.samples ?? new Samples();
  const [real, ours] = [samplesOf("restate-server"), samplesOf("restate-lite")];
  return [
    "## Suspended invocations",
    circumstances(bed, loadText(), [
      `${options.count} invocations suspended in each server, half on an awakeable and half in a sleep of a day; rounds of restarts: ${options.rounds}`,
    ]),
    comparisonTable(ROWS.map((row) => compare(row, real, ours))),
  ].join("\n\n");
}

/** What the figures of the round just measured say about growth. */
function addGrowth(samples: Samples): void {
  const last = (measure: string) => samples.all(measure).at(-1) ?? Number.NaN;
  samples.add("restart memory", last("full memory") - last("empty memory"));
  samples.add("restart growth", last("full restart") / last("empty restart"));
  for (const connections of [1, 64]) {
    samples.add(`p50 growth ${connections}`, last(`full p50 ${connections}`) / last(`empty p50 ${connections}`));
  }
}
