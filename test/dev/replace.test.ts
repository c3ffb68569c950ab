import { describe, expect, it } from "vitest";
import { attach, dev, isAlive, Project, query, send } from "./stand.ts";

/** Waits for a signal between two steps; `steps` are the commands before that. */
const program = (code: string, steps: string) => `
import * as restate from "restate-lite/sdk";
console.log("process", process.pid);
export const flow = restate.service({
  name: "Flow",
  handlers: {
    work: async (ctx: restate.Context, name: string): Promise<string> => {
      ${steps}
      await ctx.signal<string>("go");
      return name + " on ${code}";
    },
  },
  options: { inactivityTimeout: 100 },
});
`;
const STEP = 'await ctx.run("first", () => 1);';
/** Its invocations are killed when an attempt fails. */
const oneAttempt = (text: string) =>
  text.replace(
    "inactivityTimeout: 100",
    'inactivityTimeout: 100, retryPolicy: { maxAttempts: 1, onMaxAttempts: "kill" }',
  );

describe("--reload=replace", () => {
  it("moves invocations to the new code, and ends the old version at once", async () => {
    const project = new Project({ "app.ts": program("old", STEP) });
    const running = await dev(project.folder, ["app.ts", "--reload=replace"]);
    await running.says(/Version 1 serves/);
    const [, oldPid] = await running.says(/process (\d+)/);
    const id = await send(running, "Flow/work", "a");
    await running.says(/Flow\/work inv_\w+ suspended/);
    project.write("app.ts", program("new", `${STEP} /* more */`));
    await running.says(/1 invocation goes on with version 2/);
    await running.says(/Version 1 has ended/);
    expect(isAlive(Number(oldPid))).toBe(false);
    await signal(running.ingress, id);
    expect(await attach(running, id)).toBe("a on new");
    expect(await running.stop()).toBe(0);
  });

  it("pauses those that do not fit, shows why, and r starts them again from their input", async () => {
    const project = new Project({ "app.ts": program("old", STEP) });
    const running = await dev(project.folder, ["app.ts", "--reload=replace"], { terminal: true });
    await running.says(/Version 1 serves/);
    const id = await send(running, "Flow/work", "a");
    await running.says(/Flow\/work inv_\w+ suspended/);
    project.write("app.ts", program("new", "await ctx.sleep(1);"));
    await running.says(/Version 2 serves/);
    await signal(running.ingress, id);
    await running.says(/‖ Flow\/work inv_\w+ paused: its journal does not fit the new code at command 1/);
    const [row] = await query(running, `select status from sys_invocation where id = '${id}'`);
    expect(row).toEqual({ status: "paused" });
    running.press("r");
    const [, again = ""] = await running.says(/Started Flow\/work again as (inv_\w+) \(was inv_\w+\)/);
    await signal(running.ingress, again);
    expect(await attach(running, again)).toBe("a on new");
    expect(await running.stop()).toBe(0);
  });

  it("lets those go on that fit again once the code has been changed back", async () => {
    const project = new Project({ "app.ts": program("old", STEP) });
    const running = await dev(project.folder, ["app.ts", "--reload=replace"]);
    await running.says(/Version 1 serves/);
    const id = await send(running, "Flow/work", "a");
    await running.says(/Flow\/work inv_\w+ suspended/);
    project.write("app.ts", program("new", "await ctx.sleep(1);"));
    await running.says(/Version 2 serves/);
    await signal(running.ingress, id);
    await running.says(/paused: its journal does not fit/);
    project.write("app.ts", program("newest", STEP));
    await running.says(/Version 3 serves/);
    expect(await attach(running, id)).toBe("a on newest");
    expect(await running.stop()).toBe(0);
  });
});

describe("invocations of an earlier run", () => {
  it("go on with the first version of the next one", async () => {
    const project = new Project({ "app.ts": program("code", STEP) });
    const args = ["app.ts", "--data-dir", "data"];
    const first = await dev(project.folder, args);
    await first.says(/Version 1 serves/);
    const id = await send(first, "Flow/work", "a");
    await first.says(/Flow\/work inv_\w+ suspended/);
    expect(await first.stop()).toBe(0);

    const second = await dev(project.folder, args);
    await second.says(/1 invocation goes on with version 1/);
    await signal(second.ingress, id);
    expect(await attach(second, id)).toBe("a on code");
    await second.says(/✓ Flow\/work/);
    expect(second.output().match(/goes on with version 1/g)).toHaveLength(1);
    expect(second.output()).not.toContain("attempt 1 failed");
    const { deployments } = (await (await fetch(`${second.admin}/deployments`)).json()) as { deployments: unknown[] };
    expect(deployments).toHaveLength(1);
    expect(await second.stop()).toBe(0);
  });
});

describe("an invocation that was running when the last run ended", () => {
  it("makes no attempt at the address of that run, which nobody serves", async () => {
    const project = new Project({ "app.ts": oneAttempt(program("old", "await new Promise(() => {});")) });
    const args = ["app.ts", "--data-dir", "data"];
    const first = await dev(project.folder, args);
    await first.says(/Version 1 serves/);
    const id = await send(first, "Flow/work", "a");
    await first.says(/Flow\/work inv_\w+ started/);
    process.kill(first.pid, "SIGKILL");
    await first.exited;

    // While the code does not compile, nobody can make one.
    project.write("app.ts", "export const broken = ;");
    const second = await dev(project.folder, args);
    await second.says(/Waiting for a change/);
    project.write("app.ts", oneAttempt(program("new", STEP)));
    await second.says(/1 invocation goes on with version 1/);
    await signal(second.ingress, id);
    expect(await attach(second, id)).toBe("a on new");
    await second.says(/✓ Flow\/work/);
    expect(second.output().match(/goes on with version 1/g)).toHaveLength(1);
    expect(second.output()).not.toContain("failed");
    expect(await second.stop()).toBe(0);
  });
});

describe("a program that ends by itself", () => {
  it("is started again, and its invocations go on there", async () => {
    const crash = `if (name === "crash" && !existsSync("crashed")) { writeFileSync("crashed", ""); process.exit(3); }`;
    const imports = 'import { existsSync, writeFileSync } from "node:fs";';
    const project = new Project({ "app.ts": imports + program("code", `${STEP} ${crash}`) });
    const running = await dev(project.folder, ["app.ts"]);
    await running.says(/Version 1 serves/);
    const waiting = await send(running, "Flow/work", "a");
    await running.says(/Flow\/work inv_\w+ suspended/);
    const crashing = await send(running, "Flow/work", "crash");
    await running.says(/Version 1 of app\.ts ended with code 3\nStarting it again/);
    await running.says(/2 invocations go on with version 2/);
    for (const id of [waiting, crashing]) await signal(running.ingress, id);
    expect(await attach(running, waiting)).toBe("a on code");
    expect(await attach(running, crashing)).toBe("crash on code");
    expect(await running.stop()).toBe(0);
  });
});

/** An extension of the ingress of restate-lite: see docs/ingress.md. */
async function signal(ingress: string, id: string): Promise<void> {
  const response = await fetch(`${ingress}/restate/signals/${id}/go/resolve`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: '"go"',
  });
  if (!response.ok) throw new Error(`signal: ${response.status} ${await response.text()}`);
}
