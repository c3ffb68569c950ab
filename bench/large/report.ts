import fs from "node:fs";
import path from "node:path";
import { type Bed, circumstances, inTurn } from "../bed.ts";
import { GREET, orderOf } from "../calls/cells.ts";
import type { Options } from "../options.ts";
import { compare, comparisonTable, loadText, type Row, Samples } from "../results/index.ts";
import { freePorts, Server, type ServerKind } from "../servers/index.ts";
import { callLarge } from "./callers.ts";

/** Small calls that go on meanwhile; few, because it is their latency that counts. */
const SMALL_CALLERS = 4;
const BULK = { callers: 10, kilobytes: 20 * 1024 };
const CALLERS = 16;
const SIZES = [
  { title: "64 kB", kilobytes: 64 },
  { title: "1 MB", kilobytes: 1024 },
  { title: "8 MB", kilobytes: 8 * 1024 },
];
const NONE = { of: "ours", atMost: 0 } as const;

const ROWS: readonly Row[] = [
  { title: "`greet` p50, nothing else", measure: "alone p50", unit: "us" },
  { title: "`greet` p99, nothing else", measure: "alone p99", unit: "us" },
  { title: "`greet` p50, beside ten of 20 MB", measure: "beside p50", unit: "us", target: { of: "ratio", atMost: 1 } },
  { title: "`greet` p99, beside ten of 20 MB", measure: "beside p99", unit: "us", target: { of: "ratio", atMost: 1 } },
  { title: "connections that gave up on `greet`", measure: "beside unanswered", unit: "times", target: NONE },
  { title: "results of 20 MB meanwhile", measure: "bulk", unit: "calls/s" },
  ...SIZES.map(({ title, kilobytes }): Row => {
    return { title: `results of ${title}, ${CALLERS} connections`, measure: `large ${kilobytes}`, unit: "calls/s" };
  }),
  { title: "failed attempts", measure: "failures", unit: "times", target: NONE },
];

/** Measures large results on both servers, and gives the result as Markdown. */
export async function largeReport(bed: Bed, options: Options): Promise<string> {
  const taken = new Map(bed.kinds.map(({ name }) => [name, new Samples()]));
  for (let round = 0; round < options.rounds; round++) {
    for (const kind of inTurn(bed.kinds, round)) {
      console.error(`round ${round + 1} of ${options.rounds}: ${kind.name}`);
      await serverRound(kind, bed, options, taken.get(kind.name) as Samples);
    }
  }
  const [real, ours] = [taken.get("restate-server") ?? new Samples(), taken.get("restate-lite") ?? new Samples()];
  return [
    "## Large results",
    circumstances(bed, loadText(), [
      `rounds: ${options.rounds}, ${options.measureMs / 1000} s each; \`greet\` on ${SMALL_CALLERS} connections; all calls over the same endpoint`,
      "failed attempts are those of all calls of a round: refused streams of the endpoint, for example",
    ]),
    comparisonTable(ROWS.map((row) => compare(row, real, ours))),
  ].join("\n\n");
}

async function serverRound(kind: ServerKind, bed: Bed, options: Options, samples: Samples): Promise<void> {
  const folder = fs.mkdtempSync(path.join(bed.folder, `${kind.name}-`));
  const [ingress, admin, node] = (await freePorts(3)) as [number, number, number];
  const server = new Server(kind, { ingress, admin, node }, path.join(folder, "data"), path.join(folder, "server.log"));
  await server.untilHealthy();
  await server.register(bed.endpoint.port, "Greeter");
  const small = async (name: string) => {
    const order = orderOf({ ...GREET, connections: SMALL_CALLERS }, ingress, options);
    const measured = await bed.load.run(order);
    // A call that is not answered within half a minute is a figure here: endpoints refuse streams under such a load.
    samples.add(`${name} unanswered`, measured.errors);
    if (measured.errors > 0) console.error(`${kind.name}, greet: ${measured.firstError}`);
    samples.add(`${name} p50`, measured.p50Us);
    samples.add(`${name} p99`, measured.p99Us);
  };
  try {
    await small("alone");
    const bulk = await callLarge(ingress, BULK.callers, BULK.kilobytes, small("beside"));
    samples.add("bulk", bulk.perSecond);
    for (const { kilobytes } of SIZES) {
      const time = new Promise((resolve) => setTimeout(resolve, options.measureMs));
      samples.add(`large ${kilobytes}`, (await callLarge(ingress, CALLERS, kilobytes, time)).perSecond);
    }
    samples.add("failures", await failedAttempts(admin));
  } finally {
    await server.program.kill();
    fs.rmSync(folder, { recursive: true, force: true });
  }
}

/** Both servers note each failed attempt as an event. */
async function failedAttempts(admin: number): Promise<number> {
  const query = "SELECT COUNT(*) AS failures FROM sys_journal_events WHERE event_type = 'TransientError'";
  const answer = await fetch(`http://127.0.0.1:${admin}/query`, {
    method: "POST",
    headers: { "content-type": "application/json", accept: "application/json" },
    body: JSON.stringify({ query }),
  });
  if (!answer.ok) throw new Error(`${query}: ${answer.status} ${await answer.text()}`);
  const { rows } = (await answer.json()) as { rows: { failures: number }[] };
  return rows[0]?.failures ?? 0;
}
