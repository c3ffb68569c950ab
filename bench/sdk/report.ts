import type { LoadProcess, Order } from "../load/index.ts";
import type { Options } from "../options.ts";
import { compare, comparisonTable, type Row, Samples, type Target } from "../results/index.ts";
import type { Endpoint, EndpointSdk } from "../servers/index.ts";

const RECORDED_STEPS = 1000;

/** An order for endpoints, and what ours has to reach beside the official one. */
interface SdkCell {
  readonly name: string;
  readonly title: string;
  readonly path: string;
  readonly body: string;
  readonly expectedBody: string;
  readonly streams: number;
  readonly recordedSteps?: number;
  readonly throughputTarget?: Target;
}

const GREET = { path: "/invoke/Greeter/greet", body: '"Ada"', expectedBody: '"Hello Ada!"' };
const STEPS = { path: "/invoke/Greeter/steps", body: "1", expectedBody: "7" };
const MORE = { of: "ratio", atLeast: 1.5 } as const;

const CELLS: readonly SdkCell[] = [
  { name: "greet-1", title: "`greet`, 1 stream", streams: 1, ...GREET, throughputTarget: MORE },
  { name: "greet-64", title: "`greet`, 64 streams", streams: 64, ...GREET, throughputTarget: MORE },
  { name: "steps-1", title: "three steps, 1 stream", streams: 1, ...STEPS },
  { name: "steps-64", title: "three steps, 64 streams", streams: 64, ...STEPS },
  {
    name: "replay",
    title: `replay of ${RECORDED_STEPS} steps, 1 stream`,
    path: "/invoke/Greeter/many",
    body: String(RECORDED_STEPS),
    expectedBody: String(RECORDED_STEPS),
    streams: 1,
    recordedSteps: RECORDED_STEPS,
    throughputTarget: { of: "ratio", atLeast: 2 },
  },
];

/** Measures every cell once on each endpoint, one after the other, the order alternating with the rounds. */
export async function measureSdks(
  endpoints: ReadonlyMap<EndpointSdk, Endpoint>,
  load: LoadProcess,
  options: Options,
  taken: ReadonlyMap<EndpointSdk, Samples>,
  round: number,
): Promise<void> {
  for (const { name, title, throughputTarget: _target, ...cell } of CELLS) {
    const turns = round % 2 === 0 ? [...endpoints] : [...endpoints].reverse();
    for (const [sdk, { port }] of turns) {
      const { warmUpMs, measureMs } = options;
      const order: Order = { kind: "endpoint", port, ...cell, warmUpMs, measureMs };
      const measured = await load.run(order);
      if (measured.errors > 0 || measured.answers === 0) {
        throw new Error(`${sdk} SDK, ${title}: ${measured.answers} answers, error: ${measured.firstError}`);
      }
      const samples = taken.get(sdk) ?? new Samples();
      samples.add(`${name} throughput`, measured.answersPerSecond);
      samples.add(`${name} p50`, measured.p50Us);
      samples.add(`${name} p99`, measured.p99Us);
    }
  }
}

/** The comparison as Markdown. */
export function sdkTable(taken: ReadonlyMap<EndpointSdk, Samples>): string {
  const [official, ours] = [taken.get("official") ?? new Samples(), taken.get("ours") ?? new Samples()];
  const rows: Row[] = CELLS.flatMap(({ name, title, throughputTarget }) => [
    {
      title: `${title}: throughput`,
      measure: `${name} throughput`,
      unit: "calls/s",
      ...(throughputTarget === undefined ? {} : { target: throughputTarget }),
    },
    { title: `${title}: p50`, measure: `${name} p50`, unit: "us" },
    { title: `${title}: p99`, measure: `${name} p99`, unit: "us" },
  ]);
  return comparisonTable(
    rows.map((row) => compare(row, official, ours)),
    "official SDK",
    "bundled SDK",
  );
}
