import { type Bed, circumstances, inTurn } from "../bed.ts";
import type { Options } from "../options.ts";
import { compare, comparisonTable, loadText, type Row, Samples } from "../results/index.ts";
import { FEW, IdleBed, type IdleCounts } from "./measure.ts";

function rowsOf({ sleepers, depth, fewPlaces }: IdleCounts): readonly Row[] {
  const behind = (of: string, where: string): Row[] => [
    { title: `${sleepers} sleepers sent, until the last one has begun${where}`, measure: `${of}asleep`, unit: "ms" },
    {
      title: `the first \`greet\` behind them${where}`,
      measure: `${of}first call`,
      unit: "us",
      target: { of: "ours", atMost: 100_000 },
    },
    { title: `20 more, one after the other: p50${where}`, measure: `${of}call p50`, unit: "us" },
    {
      title: `the slowest of them all${where}`,
      measure: `${of}call max`,
      unit: "us",
      target: { of: "ours", atMost: 100_000 },
    },
  ];
  const cancelled = `a parent with ${sleepers} sleeping children cancelled, until all have ended`;
  const few = `, ${fewPlaces} places`;
  return [
    ...behind("", ""),
    { title: `a chain of ${depth} nested calls`, measure: "chain", unit: "ms", target: { of: "ratio", atMost: 1 } },
    { title: cancelled, measure: "cancel", unit: "ms", target: { of: "ours", atMost: 3000 } },
    ...behind(FEW, few),
    { title: `${cancelled}${few}`, measure: `${FEW}cancel`, unit: "ms" },
  ];
}

/** Measures both servers in turn, and gives the result as Markdown. */
export async function idleReport(bed: Bed, options: Options): Promise<string> {
  const tenth = Math.max(10, Math.round(options.count / 10));
  const counts: IdleCounts = { sleepers: options.count, depth: tenth, fewPlaces: tenth };
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
      `at most 24,000 attempts at a time in each server (the defaults), and as many as said in the last rows, for which the real server has no setting: it counts in each of 24 partitions; rounds: ${options.rounds}, each on fresh data`,
    ]),
    comparisonTable(rowsOf(counts).map((row) => compare(row, real, ours))),
  ].join("\n\n");
}
