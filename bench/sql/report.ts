import { type Bed, circumstances, inTurn } from "../bed.ts";
import type { Options } from "../options.ts";
import { compare, comparisonTable, loadText, type Row, Samples } from "../results/index.ts";
import { QUERIES } from "./queries.ts";
import { SqlStand } from "./stand.ts";

const ROWS: readonly Row[] = [
  ...QUERIES.map(({ name, title }): Row => ({ title, measure: name, unit: "us", target: { of: "ratio", atMost: 2 } })),
  { title: "`greet` p50, 64 connections", measure: "unqueried p50", unit: "us" },
  { title: "`greet` p50, 64 connections, with queries", measure: "queried p50", unit: "us" },
  { title: "the second by the first", measure: "p50 growth", unit: "times" },
  { title: "`greet` p99, 64 connections", measure: "unqueried p99", unit: "us" },
  { title: "`greet` p99, 64 connections, with queries", measure: "queried p99", unit: "us" },
  { title: "the second by the first", measure: "p99 growth", unit: "times", target: { of: "ours", atMost: 1.2 } },
  { title: "`greet` throughput", measure: "unqueried calls", unit: "calls/s" },
  { title: "`greet` throughput, with queries", measure: "queried calls", unit: "calls/s" },
  { title: "queries answered meanwhile", measure: "queries", unit: "calls/s" },
];

/** Fills both servers, queries them in turn, and gives the result as Markdown. */
export async function sqlReport(bed: Bed, options: Options): Promise<string> {
  const stands = new Map<string, SqlStand>();
  try {
    for (const kind of bed.kinds) {
      console.error(`${kind.name}: ${options.count} invocations are sent and end`);
      const stand = await SqlStand.start(kind, bed, options);
      stands.set(kind.name, stand);
      await stand.fill();
    }
    await new Promise((resolve) => setTimeout(resolve, options.settleMs));
    const each = async (round: number, measure: (stand: SqlStand) => Promise<void>) => {
      for (const { name } of inTurn(bed.kinds, round)) await measure(stands.get(name) as SqlStand);
    };
    for (let round = 0; round < options.rounds; round++) {
      console.error(`round ${round + 1} of ${options.rounds}: queries`);
      await each(round, (stand) => stand.query());
    }
    for (let round = 0; round < options.rounds; round++) {
      console.error(`round ${round + 1} of ${options.rounds}: calls, without queries and with them`);
      await each(round, (stand) => stand.load(round));
    }
  } finally {
    for (const stand of stands.values()) await stand.stop();
  }
  const samplesOf = (name: string) => stands.get(name)?.samples ?? new Samples();
  const [real, ours] = [samplesOf("restate-server"), samplesOf("restate-lite")];
  const length =
    options.answersPerConnection === undefined
      ? `${(options.measureMs / 1000).toFixed(1)} s of calls`
      : "smoke run: these figures say nothing of speed";
  return [
    "## SQL",
    circumstances(bed, loadText(), [
      `${options.count} invocations that have ended in each server, one in 16 with a failure; rounds: ${options.rounds}; ${length}`,
      "queries with JSON answers, both servers running, one of them asked; under load they follow one another without a pause, and what the calls add is in the tables, too",
    ]),
    comparisonTable(ROWS.map((row) => compare(row, real, ours))),
    ["```sql", ...QUERIES.map(({ sql }) => `${sql};`), "```"].join("\n"),
  ].join("\n\n");
}
