import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, it } from "vitest";
import { restateServerPath } from "../support/toolchain.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));
const cache = path.join(root, "node_modules/.cache/restate-lite");
const guide = readFileSync(path.join(root, "docs/testing.md"), "utf8");

interface Block {
  readonly language: string;
  readonly text: string;
}

const blocks: Block[] = [...guide.matchAll(/^```(\w*)\n([\s\S]*?)^```$/gm)].map((match) => ({
  language: match[1] as string,
  text: match[2] as string,
}));
const files = blocks
  .filter(({ language }) => language === "ts")
  .map(({ text }) => ({ name: /^\/\/ (\S+)\n/.exec(text)?.[1], text }));

let folder: string;

/** A folder as `npm install restate-lite` and `npm install --save-dev vitest` leave one, with this checkout as the package. */
beforeAll(() => {
  mkdirSync(cache, { recursive: true });
  folder = mkdtempSync(path.join(cache, "docs-testing-"));
  mkdirSync(path.join(folder, "node_modules"));
  for (const [name, target] of [
    ["restate-lite", root],
    ["vitest", path.join(root, "node_modules/vitest")],
  ] as const) {
    symlinkSync(target, path.join(folder, "node_modules", name), "junction");
  }
  writeFileSync(path.join(folder, "package.json"), JSON.stringify({ name: "trial", version: "1.0.0" }));
  writeFileSync(path.join(folder, "vitest.config.mjs"), "export default {};\n");
  for (const { name, text } of files) writeFileSync(path.join(folder, name as string), text);
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

function run(
  args: readonly string[],
  more: Readonly<Record<string, string>> = {},
): { status: number | null; output: string; report: () => Report } {
  const reportFile = path.join(folder, "report.json");
  const vitest = path.join(root, "node_modules/vitest/vitest.mjs");
  const reporters = ["--reporter=default", "--reporter=json", `--outputFile.json=${reportFile}`];
  const environment = { ...process.env, CI: "true", NO_COLOR: "1", ...more };
  const ran = spawnSync(process.execPath, [vitest, "run", ...reporters, ...args], {
    cwd: folder,
    encoding: "utf8",
    env: Object.fromEntries(Object.entries(environment).filter(([name]) => !name.startsWith("VITEST"))),
  });
  return {
    status: ran.status,
    output: ran.stdout + ran.stderr,
    report: () => JSON.parse(readFileSync(reportFile, "utf8")) as Report,
  };
}

it("the blocks fit the types", { timeout: 120_000 }, () => {
  const compilerOptions = { verbatimModuleSyntax: false, lib: ["esnext"], noEmit: true, types: ["node"] };
  const config = path.join(folder, "tsconfig.json");
  writeFileSync(
    config,
    JSON.stringify({ extends: path.join(root, "tsconfig.json"), compilerOptions, include: ["*.ts"], exclude: [] }),
  );
  const tsc = path.join(root, "node_modules/typescript/bin/tsc");
  const typeRoots = path.join(root, "node_modules/@types");
  const ran = spawnSync(process.execPath, [tsc, "-p", config, "--typeRoots", typeRoots], { encoding: "utf8" });
  expect(ran.stdout).toBe("");
});

interface Report {
  readonly numPassedTests: number;
  readonly numTotalTests: number;
  readonly testResults: readonly {
    readonly name: string;
    readonly status: string;
    readonly assertionResults: readonly { readonly status: string }[];
  }[];
}

it("every block of docs/testing.md is one that this test runs or compares", () => {
  for (const { name } of files) expect(name).toMatch(/^[a-z]+(\.test)?\.ts$/);
  expect(blocks.filter(({ language }) => language === "sh").map(({ text }) => text)).toEqual([
    "npm init -y\nnpm install restate-lite\nnpm install --save-dev vitest\n",
    "npx vitest run\n",
  ]);
  // The message, which the next test compares.
  expect(blocks.filter(({ language }) => !["ts", "sh"].includes(language))).toHaveLength(1);
});

it("npx vitest run passes every test of the guide", { timeout: 120_000 }, () => {
  const { status, output, report } = run([]);
  expect(status, output).toBe(0);
  const titles = files.flatMap(({ text }) => [...text.matchAll(/^it\(/gm)]).length;
  const { numPassedTests, numTotalTests, testResults } = report();
  expect([numPassedTests, numTotalTests]).toEqual([titles, titles]);
  expect(testResults).toHaveLength(files.filter(({ name }) => name?.endsWith(".test.ts")).length);
});

it("on the real server, the tests that need more than it has are skipped with the reason", { timeout: 120_000 }, () => {
  const engine = { RESTATE_TEST_ENGINE: "restate-server", RESTATE_SERVER_BINARY: restateServerPath };
  const { status, output, report } = run(["--reporter=verbose", "engines.test.ts"], engine);
  expect(status, output).toBe(0);
  const { testResults } = report();
  const told = testResults.flatMap(({ assertionResults }) => assertionResults.map((each) => each.status));
  expect(told).toEqual(["skipped", "skipped"]);
  for (const reason of ["fault injection", "a clock that the test moves"])
    expect(output).toContain(`restate-server does not have ${reason}; only engine: "restate-lite" does`);
});

it("the message of the guide is the one that is shown", { timeout: 60_000 }, () => {
  const file = path.join(folder, "lottery.test.ts");
  writeFileSync(
    file,
    readFileSync(file, "utf8").replace(
      'await expect(env.ingress().objectClient(lottery, "k").draw()).rejects.toThrow("Lottery/draw is not deterministic");',
      'await env.ingress().objectClient(lottery, "k").draw().catch((error) => console.log(error.message));',
    ),
  );
  const { output } = run(["lottery.test.ts"]);
  const plain = (text: string) =>
    text
      .replace(/0\.\d+/g, "0.N")
      .replace(/:\d+:\d+/g, ":L:C")
      .replace(/^ +\d+ \|/gm, "    L |")
      .replace(/at \S*lottery/g, "at lottery")
      .replace(/ {2,}/g, "  ");
  const message = blocks.find(({ language }) => language === "")?.text ?? "";
  for (const line of plain(message)
    .split("\n")
    .filter((text) => text.trim() !== ""))
    expect(plain(output)).toContain(line);
});
