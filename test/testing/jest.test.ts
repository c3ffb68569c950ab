import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, it } from "vitest";

const root = fileURLToPath(new URL("../../", import.meta.url));
const jest = path.join(root, "test/node_modules/jest");

/** Jest gives each file modules and globals of its own, so a class of one file is not that of another. */
const TRIAL = `
const restate = require("restate-lite/sdk");
const official = require("@restatedev/restate-sdk");
exports.greeter = official.service({
  name: "OfficialGreeter",
  handlers: { greet: async (ctx, name) => await ctx.run("hello", () => "Hello " + name) },
});
exports.mails = [];
exports.trial = restate.object({
  name: "Trial",
  handlers: {
    start: async (ctx, plan) => {
      ctx.set("plan", plan);
      await ctx.run("welcome", () => void exports.mails.push("welcome, " + ctx.key));
      await ctx.sleep({ days: 30 });
      await ctx.run("remind", () => void exports.mails.push("pay, " + ctx.key));
      return "over";
    },
    guess: async (ctx) => {
      ctx.set("guess-" + Math.random(), true);
      await ctx.run("step", () => {});
    },
    fail: async () => {
      throw new restate.TerminalError("no such plan", { errorCode: 404 });
    },
    echo: async (_ctx, bytes) => bytes,
  },
});
`;
const TEST = `
const { RestateTestEnvironment } = require("restate-lite/testing");
const { greeter, mails, trial } = require("./trial.js");

let env;
beforeEach(async () => {
  env = await RestateTestEnvironment.start({ services: [trial, greeter], clock: "virtual" });
});
afterEach(() => env.stop());

test("journals have matchers and stable snapshots, and the clock moves", async () => {
  env.faults.crashEveryEntry();
  const { invocationId } = await env.ingress().objectSendClient(trial, "Ada").start("basic");
  await env.clock.advance({ days: 29 });
  const invocation = env.invocation(invocationId);
  expect(invocation).toBeSuspendedOn("sleep");
  expect(invocation).not.toBeSuspendedOn("awakeable");
  expect(invocation).toHaveJournal(["set state plan", "run welcome", "sleep"]);
  expect(() => expect(invocation).toHaveJournal(["run welcome"])).toThrow("Trial/start has another journal");
  await env.clock.runToIdle();
  expect(invocation.result).toBe("over");
  expect(mails).toEqual(["welcome, Ada", "pay, Ada"]);
  expect(invocation.snapshot()).toMatchSnapshot();
});

test("values and errors are those of the test", async () => {
  const client = env.ingress().objectClient(trial, "Ada");
  await expect(client.echo({ list: [1, null, "x"] })).resolves.toEqual({ list: [1, null, "x"] });
  await expect(client.fail()).rejects.toThrow("no such plan");
  const state = env.stateOf(trial, "Ada");
  await state.setAll({ plan: "gold" });
  expect(await state.getAll()).toEqual({ plan: "gold" });
});

test("services of the official SDK run beside others", async () => {
  env.faults.crashEveryEntry();
  await expect(env.ingress().serviceClient(greeter).greet("Ada")).resolves.toBe("Hello Ada");
});

test("a handler that is not deterministic is caught", async () => {
  env.faults.crashEveryEntry();
  await expect(env.ingress().objectClient(trial, "k").guess()).rejects.toThrow("Trial/guess is not deterministic");
  expect(() => env.faults.assertDeterministic()).toThrow("trial.js:");
});
`;

let folder: string;

/** A program's folder as `npm install restate-lite jest` leaves it. */
beforeAll(() => {
  // Not below a node_modules, where Jest finds no tests.
  folder = realpathSync(mkdtempSync(path.join(tmpdir(), "restate-lite-jest-")));
  mkdirSync(path.join(folder, "node_modules"));
  symlinkSync(root, path.join(folder, "node_modules/restate-lite"), "junction");
  symlinkSync(
    path.join(root, "test/node_modules/@restatedev"),
    path.join(folder, "node_modules/@restatedev"),
    "junction",
  );
  writeFileSync(path.join(folder, "package.json"), JSON.stringify({ name: "trial", version: "1.0.0" }));
  // What a package brings is not translated; by its link this one does not look like a package.
  const config = { setupFilesAfterEnv: ["restate-lite/testing/jest"], transform: {} };
  writeFileSync(path.join(folder, "jest.config.json"), JSON.stringify(config));
  writeFileSync(path.join(folder, "trial.js"), TRIAL);
  for (const name of ["one.test.js", "two.test.js"]) writeFileSync(path.join(folder, name), TEST);
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Report {
  readonly numPassedTests: number;
  readonly numTotalTests: number;
  readonly snapshot: { readonly added: number; readonly matched: number };
  readonly openHandles: readonly unknown[];
}

function run(...args: string[]): Report {
  const reportFile = path.join(folder, "report.json");
  const given = [path.join(jest, "bin/jest.js"), "--runInBand", "--json", `--outputFile=${reportFile}`, ...args];
  const environment = Object.entries(process.env).filter(([name]) => !/^(VITEST|NODE_ENV$|CI$)/.test(name));
  const options = { cwd: folder, encoding: "utf8", env: Object.fromEntries(environment), timeout: 50_000 } as const;
  const ran = spawnSync(process.execPath, given, options);
  expect(ran, ran.stderr).toMatchObject({ status: 0 });
  return JSON.parse(readFileSync(reportFile, "utf8")) as Report;
}

it("Jest itself runs an environment in each of its files, with the matchers, and ends by itself", () => {
  const first = run("--detectOpenHandles");
  expect(first).toMatchObject({ numPassedTests: 8, numTotalTests: 8, snapshot: { added: 2 }, openHandles: [] });
});

it("what it wrote as a snapshot is what the next run has", () => {
  const second = run("--ci");
  expect(second).toMatchObject({ numPassedTests: 8, snapshot: { added: 0, matched: 2 } });
});
