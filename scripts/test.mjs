// `npm test`: everything. `npm test -- --project unit` (or any other arguments of vitest) runs a part.
//
// What a project needs is put in place first, and only then: `unit` nothing, the others a fresh build and the test
// tools. Ends with the counts by project. A project without a single test is a failure, and so is a skipped test
// when CI is set: nothing is left out without a word.
import { spawnSync } from "node:child_process";
import { mkdirSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { countByProject, reportFile } from "./test-report.mjs";

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "..");
const projects = [
  "unit",
  "cli",
  "testing",
  "sdk-types",
  "examples",
  "dev",
  "clients",
  "companions",
  "conformance",
  "dashboard",
  "oracle",
  "query",
  "restate-cli",
  "fuzz",
  "torture",
];

const passedOn = process.argv.slice(2);
const chosen = passedOn.flatMap((argument, index) => {
  if (argument.startsWith("--project=")) return [argument.slice("--project=".length)];
  return argument === "--project" && passedOn[index + 1] !== undefined ? [passedOn[index + 1]] : [];
});
const wanted = chosen.length > 0 ? chosen : projects;

rmSync(reportFile, { force: true });
mkdirSync(path.dirname(reportFile), { recursive: true });

if (wanted.some((project) => project !== "unit")) {
  const built = spawnSync(process.execPath, ["scripts/build.mjs"], { cwd: root, stdio: "inherit" });
  if (built.status !== 0) process.exit(1);
  try {
    const install = await import("../test/install.mjs");
    await install.installTestTools();
    await install.installOnNode24();
  } catch (error) {
    console.error(`npm test: ${error.message}`);
    process.exit(1);
  }
}

const vitest = path.join(path.dirname(createRequire(import.meta.url).resolve("vitest/package.json")), "vitest.mjs");
const reporters = ["--reporter=default", "--reporter=json", `--outputFile.json=${reportFile}`];
const run = spawnSync(process.execPath, [vitest, "run", ...reporters, ...passedOn], { cwd: root, stdio: "inherit" });

let counts = new Map();
try {
  counts = countByProject();
} catch {
  console.error("npm test: vitest ended without a report");
}
let isRed = run.status !== 0 || counts.size === 0;
for (const project of wanted) {
  const { passed = 0, failed = 0, skipped = [] } = counts.get(project) ?? {};
  console.log(
    `${project}: ${passed} passed, ${failed} failed${skipped.length > 0 ? `, ${skipped.length} skipped` : ""}`,
  );
  for (const title of skipped) console.log(`  skipped: ${title}`);
  if (passed + failed === 0 && passedOn.length === chosen.length * 2) {
    console.error(`${project}: no test ran, which counts as a failure`);
    isRed = true;
  }
  if (skipped.length > 0 && process.env.CI) isRed = true;
}
process.exit(isRed ? 1 : 0);
