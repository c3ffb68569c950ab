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
});
