// `npm run fuzz -- --cases 1000000 [--seed N]`: the fuzzers of test/fuzz for as long as one likes. Prints its seed, and
// keeps it in test/fuzz/seeds.txt when something failed, a crash of the process included: every later run begins there.
import { spawnSync } from "node:child_process";
import { appendFileSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "..");
const { values } = parseArgs({ options: { cases: { type: "string", default: "1000000" }, seed: { type: "string" } } });
const seed = values.seed ?? String(Date.now() % 0x7fffffff);
if (!/^\d+$/.test(values.cases) || !/^\d+$/.test(seed)) {
  console.error("fuzz: --cases and --seed are whole numbers");
  process.exit(2);
}

const startedAtMs = performance.now();
const vitest = path.join(path.dirname(createRequire(import.meta.url).resolve("vitest/package.json")), "vitest.mjs");
// test/fuzz/aborts.test.ts needs a build; the fuzzers themselves do not.
const files = ["test/fuzz/ingress.test.ts", "test/fuzz/client.test.ts"];
const run = spawnSync(process.execPath, [vitest, "run", "--project", "fuzz", ...files], {
  cwd: root,
  stdio: "inherit",
  env: { ...process.env, FUZZ_CASES: values.cases, FUZZ_SEED: seed },
});
const seconds = Math.round((performance.now() - startedAtMs) / 1000);
console.log(`fuzz: ${values.cases} programs in ${seconds} s, seed ${seed}: ${run.status === 0 ? "passed" : "FAILED"}`);
if (run.status !== 0) {
  appendFileSync(path.join(root, "test/fuzz/seeds.txt"), `${seed}\n`);
  console.log("fuzz: the seed was added to test/fuzz/seeds.txt");
}
process.exit(run.status ?? 1);
