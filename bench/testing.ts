/**
 * `npm run bench:testing`: what an environment of the test harness costs, beside the same test on `restate-server`
 * started from its binary by the same harness. Each round runs both, one after the other, each in a process of its own.
 *
 *   --rounds N          processes of each (3)
 *   --environments N    environments in a process, one after the other (100)
 *   --no-build          take dist/ as it is
 *   --record            write the results to bench/RESULTS.md
 *   --smoke             one process with three environments each; no figure is judged
 */
import { spawnSync } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { describeMachine, figure, loadText, median, recordPart, Samples, table } from "./results/index.ts";
import { toolchain } from "./servers/index.ts";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const CACHE = path.join(ROOT, "node_modules", ".cache", "restate-lite");
const PROGRAM = fileURLToPath(new URL("testing/program.mjs", import.meta.url));
const ENGINES = ["restate-server", "restate-lite"] as const;
/** The target of the first start in a process. */
const START_LIMIT_MS = 50;

type Engine = (typeof ENGINES)[number];

/** What the program prints. */
interface Times {
  readonly importMs: number;
  readonly startMs: readonly number[];
  readonly testMs: readonly number[];
  readonly stopMs: readonly number[];
  readonly monthMs: readonly number[];
  readonly runMs: number;
  readonly memoryBytes: number;
}

const { values } = parseArgs({
  options: {
    rounds: { type: "string", default: "3" },
    environments: { type: "string", default: "100" },
    "no-build": { type: "boolean", default: false },
    record: { type: "boolean", default: false },
    smoke: { type: "boolean", default: false },
  },
});
const rounds = values.smoke ? 1 : wholeNumber("rounds", values.rounds);
const environments = values.smoke ? 3 : wholeNumber("environments", values.environments);
if (values.record && values.smoke) throw new Error("--record takes a whole run: no --smoke");

const programs = await toolchain(!values["no-build"]);
fs.mkdirSync(CACHE, { recursive: true });
const machine = describeMachine(CACHE);
const taken = new Map<Engine, Samples>(ENGINES.map((engine) => [engine, new Samples()]));
for (let round = 0; round < rounds; round++) {
  console.error(`round ${round + 1} of ${rounds}`);
  for (const engine of ENGINES) add(samplesOf(engine), run(engine));
}

const firstMs = samplesOf("restate-lite").median("first");
const isMet = firstMs <= START_LIMIT_MS;
const text = [
  "## Test harness",
  "",
  `- ${machine.date} UTC; ${machine.processor}, ${machine.memory}; ${machine.kernel}; Node ${machine.node}`,
  `- both started by \`restate-lite/testing\` at commit ${machine.commit}, with the services in the test's process; restate-lite in memory, restate-server on ${machine.fileSystem} with two partitions`,
  `- load average (1, 5, 15 min) before: ${machine.load}; after: ${loadText()}`,
  `- medians of ${rounds} processes with ${environments} environments each; the test: two calls of a virtual object with a step, and its state read`,
  "",
  table(
    ["", ...ENGINES],
    [
      row("the first start in a process", "first"),
      row("every other start, until the services are registered", "start"),
      row("the test", "test"),
      row("stop", "stop"),
      row(`${environments} environments, one after the other, each with the test`, "run"),
      row("a call that sleeps 30 days, on a virtual clock", "month"),
      row("loading the harness, once in a process", "import"),
      [
        "memory of the test's process at the end",
        ...ENGINES.map((engine) => figure(samplesOf(engine).median("memory"), "bytes")),
      ],
    ],
  ),
  "",
  `The first start of restate-lite: at most ${START_LIMIT_MS} ms; met: ${isMet ? "yes" : "**no**"}. restate-server's own memory is not counted.`,
].join("\n");
console.log(text);
if (values.record) console.error(`recorded in ${path.relative(process.cwd(), recordPart("testing", text))}`);
process.exitCode = isMet || values.smoke ? 0 : 1;

function run(engine: Engine): Times {
  const ran = spawnSync(process.execPath, [PROGRAM, engine, String(environments)], {
    encoding: "utf8",
    env: { ...process.env, RESTATE_SERVER_BINARY: programs.restateServer },
  });
  if (ran.status !== 0) throw new Error(`${engine}: ${ran.stderr}`);
  return JSON.parse(ran.stdout.trim().split("\n").at(-1) as string) as Times;
}

function add(samples: Samples, times: Times): void {
  const [first, ...others] = times.startMs;
  samples.add("first", first ?? Number.NaN);
  samples.add("start", median(others));
  samples.add("test", median(times.testMs));
  samples.add("stop", median(times.stopMs));
  samples.add("run", times.runMs);
  samples.add("month", median(times.monthMs));
  samples.add("import", times.importMs);
  samples.add("memory", times.memoryBytes);
}

function samplesOf(engine: Engine): Samples {
  return taken.get(engine) as Samples;
}

function row(title: string, measure: string): string[] {
  return [title, ...ENGINES.map((engine) => precise(samplesOf(engine).median(measure)))];
}

/** A tenth of a millisecond counts where there are few. */
function precise(ms: number): string {
  return ms < 100 ? `${ms.toFixed(1)} ms` : figure(ms, "ms");
}

function wholeNumber(option: string, given: string): number {
  const value = Number(given);
  if (Number.isInteger(value) && value > 0) return value;
  throw new Error(`--${option} must be a whole number, not ${given}`);
}
