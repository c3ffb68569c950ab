/**
 * `npm run test:languages [language ...]`: builds restate-lite, installs and builds the programs of the five languages
 * (languages.ts says how), and runs the same driver against each of them. A language whose toolchain is not installed
 * is skipped and named; with CI set that is a failure. Ends with "N passed, N failed".
 */
import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { fileURLToPath } from "node:url";
import type { Language } from "./languages.ts";

const folder = path.dirname(fileURLToPath(import.meta.url));
const root = path.resolve(folder, "..", "..");
const reportFile = path.join(root, "node_modules", ".cache", "restate-lite", "languages-report.json");

interface Report {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly numPendingTests: number;
  readonly numFailedTestSuites: number;
}

const built = spawnSync(process.execPath, ["scripts/build.mjs"], { cwd: root, stdio: "inherit" });
if (built.status !== 0) process.exit(1);
// reason: a JavaScript module without declarations, shared with the scripts that run before any TypeScript loader.
const tools = (await import(new URL("../install.mjs", import.meta.url).href)) as { installTestTools(): Promise<void> };
await tools.installTestTools();
// Only now: the table names programs that the test tools bring.
const { languages } = await import("./languages.ts");
const { install } = await import("./install.ts");

const names = process.argv.slice(2);
const unknown = names.filter((name) => languages.every((language) => language.name !== name));
if (unknown.length > 0) {
  console.error(`unknown: ${unknown.join(", ")}; there are ${languages.map(({ name }) => name).join(", ")}`);
  process.exit(2);
}
const chosen = names.length === 0 ? languages : languages.filter(({ name }) => names.includes(name));

const ready: Language[] = [];
const skipped: string[] = [];
const broken: string[] = [];
for (const language of chosen) {
  const from = Date.now();
  try {
    const installation = install(language);
    if (installation.isReady) {
      ready.push(language);
      const seconds = ((Date.now() - from) / 1000).toFixed(0);
      console.log(`${language.name}: ${language.sdk}, installed and built in ${seconds} s`);
    } else skipped.push(`${language.name} (not installed: ${installation.missing.join(", ")})`);
  } catch (error) {
    broken.push(language.name);
    console.error(error instanceof Error ? error.message : error);
  }
}

rmSync(reportFile, { force: true });
mkdirSync(path.dirname(reportFile), { recursive: true });
let passed = 0;
let failed = broken.length;
if (ready.length > 0) {
  const vitest = path.join(path.dirname(createRequire(import.meta.url).resolve("vitest/package.json")), "vitest.mjs");
  const config = path.join(folder, "vitest.config.ts");
  const files = ready.map(({ name }) => `/languages/${name}`);
  const reporters = ["--reporter=default", "--reporter=json", `--outputFile.json=${reportFile}`];
  const run = spawnSync(process.execPath, [vitest, "run", "--config", config, ...reporters, ...files], {
    cwd: root,
    stdio: "inherit",
  });
  try {
    const report = JSON.parse(readFileSync(reportFile, "utf8")) as Report;
    passed += report.numPassedTests;
    failed += report.numFailedTests;
    // A file whose hook failed has no failed test of its own.
    if (run.status !== 0 && report.numFailedTests === 0) failed += 1;
  } catch {
    console.error("vitest ended without a report");
    failed += 1;
  }
}
for (const line of skipped) console.log(`skipped: ${line}`);
for (const line of broken) console.log(`could not be installed or built: ${line}`);
if (process.env.CI) failed += skipped.length;
console.log(`languages: ${ready.map(({ name }) => name).join(", ") || "none"}`);
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed > 0 || passed === 0 ? 1 : 0);
