/**
 * `npm run bench:dev`: how long a developer waits. From the start of `restate-lite dev` to the first answer, and from
 * saving a file to the first call that the new code answers, for programs of both SDKs and, if there is one, of Python.
 *
 *   --rounds N    changes of each program (10)
 *   --no-build    take dist/ as it is
 *   --record      write the results to bench/RESULTS.md
 *   --smoke       two changes each; no figure is judged
 */
import { spawnSync } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { type DevProgram, devPrograms } from "./dev/programs.ts";
import { DevRun } from "./dev/run.ts";
import { describeMachine, figure, loadText, recordPart, Samples, table } from "./results/index.ts";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const CACHE = path.join(ROOT, "node_modules", ".cache", "restate-lite");
const LIMIT_MS = 1000;

const { values } = parseArgs({
  options: {
    rounds: { type: "string" },
    "no-build": { type: "boolean", default: false },
    record: { type: "boolean", default: false },
    smoke: { type: "boolean", default: false },
  },
});
const rounds = values.smoke ? 2 : Number(values.rounds ?? 10);
if (!Number.isInteger(rounds) || rounds < 1) throw new Error(`--rounds must be a whole number, not ${values.rounds}`);
if (values.record && values.smoke) throw new Error("--record takes a whole run: no --smoke");

if (!values["no-build"]) {
  const built = spawnSync(process.execPath, ["scripts/build.mjs"], { cwd: ROOT, stdio: "inherit" });
  if (built.status !== 0) process.exit(1);
}
fs.mkdirSync(CACHE, { recursive: true });
const machine = describeMachine(CACHE);
const rows: string[][] = [];
let isRed = false;
for (const program of devPrograms(ROOT)) {
  const samples = await measure(program);
  const saves = samples.all("save");
  const slowest = Math.max(...saves);
  const isMet = slowest <= LIMIT_MS;
  isRed ||= !isMet && program.isJudged && !values.smoke;
  rows.push([
    program.title,
    figure(samples.median("start"), "ms"),
    figure(samples.median("save"), "ms"),
    figure(slowest, "ms"),
    program.isJudged ? `≤ ${LIMIT_MS} ms` : "",
    program.isJudged ? (isMet ? "yes" : "**no**") : "",
  ]);
}

const text = [
  "## Development loop",
  "",
  `- ${machine.date} UTC; ${machine.processor}, ${machine.memory}; ${machine.kernel}; Node ${machine.node}`,
  `- restate-lite at commit ${machine.commit}, durability \`power\`, a database on ${machine.fileSystem}`,
  `- load average (1, 5, 15 min) before: ${machine.load}; after: ${loadText()}`,
  `- ${rounds} changes of each program; a change is one write of its file, and ends with the first call that the new code answers`,
  "",
  table(["", "`dev` to the first answer", "save to new code: median", "slowest", "target of the slowest", "met"], rows),
].join("\n");
console.log(text);
if (values.record) console.error(`recorded in ${path.relative(process.cwd(), recordPart("dev", text))}`);
process.exitCode = isRed ? 1 : 0;

async function measure(program: DevProgram): Promise<Samples> {
  const samples = new Samples();
  const folder = fs.mkdtempSync(path.join(CACHE, "bench-dev-"));
  program.install(folder);
  const file = path.join(folder, program.file);
  const write = (code: string) => fs.writeFileSync(file, program.source(code));
  write("0");
  const startedAtMs = performance.now();
  const run = new DevRun(ROOT, folder, program.args);
  try {
    await run.answers("0");
    samples.add("start", performance.now() - startedAtMs);
    for (let round = 1; round <= rounds; round++) {
      const savedAtMs = performance.now();
      write(String(round));
      await run.answers(String(round));
      samples.add("save", performance.now() - savedAtMs);
      // The next change comes when the machine is quiet again.
      await run.says(new RegExp(`Version ${round} has ended`));
    }
  } finally {
    await run.stop();
    fs.rmSync(folder, { recursive: true, force: true });
  }
  return samples;
}
