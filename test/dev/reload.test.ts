import { renameSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { attach, call, dev, isAlive, Project, query, send } from "./stand.ts";

const SLEEPERS = 20;

/** A handler that sleeps on `sleepMs` and then says which code it is; the handler of old code suspends meanwhile. */
const program = (code: string, more = "") => `
import * as restate from "restate-lite/sdk";
import { answer } from "./answer.ts";

console.log("process", process.pid);
const sleeper = restate.service({
  name: "Sleeper",
  handlers: {
    nap: async (ctx: restate.Context, sleepMs: number): Promise<string> => {
      await ctx.sleep(sleepMs);
      ${more}
      return answer("${code}");
    },
  },
  options: { inactivityTimeout: 100 },
});
await restate.serve({ services: [sleeper] });
`;
const ANSWER = "export const answer = (code: string): string => 'from ' + code;\n";

describe("on save, in a terminal", () => {
  it("the new version takes new calls while invocations finish on the old one, which then ends", async () => {
    const project = new Project({ "src/app.ts": program("old code"), "src/answer.ts": ANSWER });
    const running = await dev(project.folder, ["src/app.ts"], { terminal: true });
    await running.says(/Version 1 serves/);
    const [, oldPid] = await running.says(/\[app\.ts\] process (\d+)/);
    expect(running.output()).toMatch(/curl http:\/\/localhost:\d+\/Sleeper\/nap --json/);

    const ids = await Promise.all(Array.from({ length: SLEEPERS }, () => send(running, "Sleeper/nap", 6000)));
    await running.says(new RegExp(`${SLEEPERS} suspended`));
    project.write("src/app.ts", program("new code"));
    await running.says(new RegExp(`Version 1 stays until ${SLEEPERS} invocations have finished`));
    await running.says(/Version 2 serves new invocations, \d+ ms after the change/);
    expect(await call(running, "Sleeper/nap", 0)).toBe("from new code");
    expect(isAlive(Number(oldPid))).toBe(true);

    const results = await Promise.all(ids.map((id) => attach(running, id)));
    expect(results).toEqual(ids.map(() => "from old code"));
    await running.says(/Version 1 has ended/);
    expect(isAlive(Number(oldPid))).toBe(false);
    const statuses = await query(running, "select status, completion_result from sys_invocation");
    expect(statuses).toHaveLength(SLEEPERS + 1);
    expect(statuses.every(({ completion_result: result }) => result === "success")).toBe(true);
    const { deployments } = (await (await fetch(`${running.admin}/deployments`)).json()) as { deployments: unknown[] };
    expect(deployments).toHaveLength(1);
    expect(await running.stop()).toBe(0);
  });
});

describe("a change", () => {
  it("of a file that is imported counts, one that leaves the code as it is does not", async () => {
    const project = new Project({ "src/app.ts": program("code"), "src/answer.ts": ANSWER });
    const running = await dev(project.folder, ["src/app.ts"]);
    await running.says(/Version 1 serves/);
    project.write("src/app.ts", `${program("code")}// a remark\n`);
    project.write("src/answer.ts", ANSWER.replace("from", "out of"));
    await running.says(/Version 2 serves/);
    expect(await call(running, "Sleeper/nap", 0)).toBe("out of code");
    expect(running.output()).not.toContain("Version 3");
    expect(await running.stop()).toBe(0);
  });

  it("that does not compile, or does not start, leaves the old version serving and says why", async () => {
    const project = new Project({ "src/app.ts": program("good code"), "src/answer.ts": ANSWER });
    const running = await dev(project.folder, ["src/app.ts"]);
    await running.says(/Version 1 serves/);
    project.write("src/app.ts", "export const broken = ;\n");
    await running.says(/Unexpected ";"[\s\S]*app\.ts:1:22[\s\S]*Version 1 goes on serving/);
    expect(await call(running, "Sleeper/nap", 0)).toBe("from good code");

    const before = running.output().length;
    project.write("src/app.ts", 'import "./answer.ts";\n\nthrow new Error("not today");\n');
    await running.says(/app\.ts:3:7[\s\S]*Version 2 of app\.ts ended with code 1 before it served anything/, before);
    expect(await call(running, "Sleeper/nap", 0)).toBe("from good code");

    project.write("src/app.ts", program("better code"));
    await running.says(/Version 3 serves/);
    expect(await call(running, "Sleeper/nap", 0)).toBe("from better code");
    expect(await running.stop()).toBe(0);
  });

  it("of files that go and come back, or are not there yet, is seen", async () => {
    const project = new Project({ "src/app.ts": program("code"), "src/answer.ts": ANSWER });
    const at = (name: string) => path.join(project.folder, name);
    const running = await dev(project.folder, ["src/app.ts"]);
    await running.says(/Version 1 serves/);
    renameSync(at("src/answer.ts"), at("src/question.ts"));
    await running.says(/Could not resolve "\.\/answer\.ts"[\s\S]*Version 1 goes on serving/);
    expect(await call(running, "Sleeper/nap", 0)).toBe("from code");
    project.write("src/answer.ts", ANSWER.replace("from", "again from"));
    await running.says(/Version 2 serves/);
    expect(await call(running, "Sleeper/nap", 0)).toBe("again from code");

    const before = running.output().length;
    project.write("src/app.ts", `import { more } from "../lib/more.js";\n${program("code", "more();")}`);
    await running.says(/Could not resolve "\.\.\/lib\/more\.js"[\s\S]*Version 2 goes on serving/, before);
    project.write("lib/more.ts", "export const more = (): void => {};");
    await running.says(/Version 3 serves/);
    expect(await running.stop()).toBe(0);
  });

  it("right after another one is not lost, and no version of those between stays", async () => {
    const project = new Project({ "src/app.ts": program("code 0"), "src/answer.ts": ANSWER });
    const running = await dev(project.folder, ["src/app.ts"]);
    await running.says(/Version 1 serves/);
    const saves = 30;
    for (let save = 1; save <= saves; save++) {
      project.write("src/app.ts", program(`code ${save}`));
      // Later and later, so that a save meets the version before it in each state of its start.
      await new Promise((resolve) => setTimeout(resolve, save * 5));
    }
    while ((await call(running, "Sleeper/nap", 0)) !== `from code ${saves}`);
    const pids = () => [...running.output().matchAll(/process (\d+)/g)].map(([, pid]) => Number(pid));
    while (pids().filter(isAlive).length !== 1) await new Promise((resolve) => setTimeout(resolve, 20));
    const { deployments } = (await (await fetch(`${running.admin}/deployments`)).json()) as { deployments: unknown[] };
    expect(deployments).toHaveLength(1);
    expect(await running.stop()).toBe(0);
  });
});

describe("saves under load", () => {
  const loaded = (code: number, isReplaced: boolean) => `
import * as restate from "restate-lite/sdk";
console.log("process", process.pid);
export const steady = restate.service({
  name: "Steady",
  handlers: {
    work: async (ctx: restate.Context, n: number): Promise<number[]> => {
      const began = await ctx.run("began", () => ${code});
      await ctx.sleep(n % 3 === 0 ? 400 : 20);
      const ended = await ctx.run("ended", () => ${code});
      return [n, began, ${isReplaced} ? 0 : ended];
    },
  },
  options: { inactivityTimeout: 50 },
});
`;

  it.each(["beside", "replace"] as const)("lose nothing with --reload=%s", async (reload) => {
    const isReplaced = reload === "replace";
    const project = new Project({ "app.ts": loaded(0, isReplaced) });
    const running = await dev(project.folder, ["app.ts", `--reload=${reload}`]);
    await running.says(/Version 1 serves/);
    const calls: Promise<unknown>[] = [];
    for (let save = 1; save <= 8; save++) {
      for (let turn = 0; turn < 20; turn++) {
        calls.push(call(running, "Steady/work", calls.length));
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
      project.write("app.ts", loaded(save, isReplaced));
    }
    const results = (await Promise.all(calls)) as number[][];
    expect(results.map(([index]) => index)).toEqual(calls.map((_, index) => index));
    // Each finished on the version that it began on, unless it was moved.
    for (const [, began, ended] of results) expect(ended).toBe(isReplaced ? 0 : began);
    const pids = () => [...running.output().matchAll(/process (\d+)/g)].map(([, pid]) => Number(pid));
    while (pids().filter(isAlive).length !== 1) await new Promise((resolve) => setTimeout(resolve, 20));
    const rows = await query(running, "select count(*) as n from sys_invocation where completion_result = 'success'");
    expect(rows).toEqual([{ n: calls.length }]);
    expect(await running.stop()).toBe(0);
  });
});
