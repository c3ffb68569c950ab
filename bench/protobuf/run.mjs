/** Runs all candidates in interleaved rounds and prints the medians as the tables of RESULTS.md. */
import { execFileSync } from "node:child_process";
import { cpus, loadavg } from "node:os";
import { fileURLToPath } from "node:url";
import { generate } from "./generate.mjs";

const ROUNDS = Number(process.env.ROUNDS ?? 5);
const measure = fileURLToPath(new URL("measure.mjs", import.meta.url));

const median = (numbers) => numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)];
const row = (cells) => console.log(`| ${cells.join(" | ")} |`);

const bundles = await generate();
const names = Object.keys(bundles);
const results = Object.fromEntries(names.map((name) => [name, []]));
for (let round = 0; round < ROUNDS; round++) {
  for (const name of names) {
    const line = execFileSync(process.execPath, ["--expose-gc", measure, bundles[name].file], { encoding: "utf8" });
    results[name].push(JSON.parse(line));
  }
}

const of = (name, pick) => median(results[name].map(pick));
console.log(
  `Node ${process.version}, ${cpus().length} × ${cpus()[0]?.model}, load ${loadavg()[0]?.toFixed(1)}, ${ROUNDS} rounds\n`,
);
row(["", ...names]);
row(["---", ...names.map(() => "---:")]);
for (const operation of Object.keys(results[names[0]][0].ns)) {
  const isLarge = operation.includes("MiB");
  const shown = (name) => of(name, ({ ns }) => ns[operation]) / (isLarge ? 1000 : 1);
  row([`${operation}, ${isLarge ? "µs" : "ns"}`, ...names.map((name) => shown(name).toFixed(isLarge ? 1 : 0))]);
}
const small = (name) => of(name, ({ ns }) => ns["encode Start"] + ns["encode Input"] + ns["decode Output"]);
row([
  "**server's part of a call** (encode Start and Input, decode Output), ns",
  ...names.map((n) => small(n).toFixed(0)),
]);
row(["load and first use, ms", ...names.map((name) => of(name, (r) => r.startUpMs).toFixed(1))]);
row(["memory of that, MB", ...names.map((name) => (of(name, (r) => r.rssBytes) / 1e6).toFixed(1))]);
row(["minified bundle, kB", ...names.map((name) => (bundles[name].bytes / 1000).toFixed(0))]);
row(["64-bit seed exact", ...names.map((name) => (results[name][0].isSeedExact ? "yes" : "no"))]);
