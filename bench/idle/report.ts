import { type Bed, circumstances, inTurn } from "../bed.ts";
import type { Options } from "../options.ts";
import { compare, comparisonTable, loadText, type Row, Samples } from "../results/index.ts";
import { IdleBed, type IdleCounts } from "./measure.ts";

function rowsOf({ sleepers, depth }: IdleCounts): readonly Row[] {
  return [
    { title: `${sleepers} sleepers sent, until the last one has begun`, measure: "asleep", unit: "ms" },
    {
      title: "the first `greet` behind them",
      measure: "first call",
      unit: "us",
      target: { of: "ours", atMost: 100_000 },
    },
    { title: "20 more, one after the other: p50", measure: "call p50", unit: "us" },
    { title: "the slowest of them all", measure: "call max", unit: "us", target: { of: "ours", atMost: 100_000 } },
    { title: `a chain of ${depth} nested calls`, measure: "chain", unit: "ms", target: { of: "ratio", atMost: 1 } },
    {
      title: `a parent with ${sleepers} sleeping children cancelled, until all have ended`,
      measure: "cancel",
      unit: "ms",
      target: { of: "ours", atMost: 3000 },
    },
  ];
}

/** Measures both servers in turn, and gives the result as Markdown. */
export async function idleReport(bed: Bed, options: Options): Promise<string> {
  const counts: IdleCounts = { sleepers: options.count, depth: Math.max(10, Math.round(options.count / 10)) };
  const beds = new Map(bed.kinds.map((kind) => [kind, new IdleBed(kind, bed, counts, new Samples())]));
  for (let round = 0; round < options.rounds; round++) {
    for (const kind of inTurn(bed.kinds, round)) {
      console.error(`round ${round + 1} of ${options.rounds}: ${kind.name}`);
      await beds.get(kind)?.round();
    }
  }
  const samplesOf = (name: string) =>
    [...beds.values()].find(({ kind }) => kind.name === name)?.samples ?? new Samples();
  const [real, ours] = [samplesOf("restate-server"), samplesOf("restate-lite")];
  return [
    "## Behind those who wait",
    circumstances(bed, loadText(), [
      `at most 1000 attempts at a time in each server (the defaults); rounds: ${options.rounds}, each on fresh data`,
    ]),
    comparisonTable(rowsOf(counts).map((row) => compare(row, real, ours))),
  ].join("\n\n");
}
