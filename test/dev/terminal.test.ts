import { describe, expect, it } from "vitest";
import { call, dev, Project, query } from "./stand.ts";

const COUNTER = `import * as restate from "restate-lite/sdk";
export const counter = restate.object({
  name: "Counter",
  handlers: {
    add: async (ctx: restate.ObjectContext, n: number) => {
      const value = ((await ctx.get<number>("value")) ?? 0) + n;
      ctx.set("value", value);
      return value;
    },
    fail: async () => { throw new restate.TerminalError("no such thing", { errorCode: 404 }); },
  },
});
`;

describe("the keys of the terminal", () => {
  it("show help, hold the output, clear the state after a question, and quit", async () => {
    const project = new Project({ "app.ts": COUNTER });
    const running = await dev(project.folder, ["app.ts"], { terminal: true });
    await running.says(/version 1 · h help/);
    running.press("h");
    await running.says(/ {2}p +pause the output/);
    expect(await call(running, "Counter/a/add", 2)).toBe(2);
    await running.says(/✓ Counter\/a\/add inv_\w+ \d+ ms/);

    running.press("p");
    await running.says(/output paused/);
    const held = running.output().length;
    await expect(call(running, "Counter/a/fail", 1)).rejects.toThrow("no such thing");
    await running.says(/output paused, [1-9]\d* lines/, held);
    expect(running.output().slice(held)).not.toContain("✗ Counter/a/fail");
    running.press("p");
    await running.says(/✗ Counter\/a\/fail inv_\w+ 404 no such thing/, held);

    running.press("c");
    await running.says(/Clear the state of all keys\? y \/ n/);
    running.press("n");
    await running.says(/Nothing was cleared/);
    expect(await query(running, "select key from state")).toHaveLength(1);
    running.press("c");
    running.press("y");
    await running.says(/Cleared the state of 1 keys/);
    expect(await query(running, "select key from state")).toEqual([]);

    running.press("r");
    await running.says(/No invocation is paused because of changed code/);
    running.press("\u0003");
    expect(await running.exited).toBe(0);
    expect(running.output()).toContain("Stopping; press Ctrl-C again");
  });
});

describe("without a terminal", () => {
  it("lines are plain, and a burst of invocations leaves a few", async () => {
    const project = new Project({ "app.ts": COUNTER });
    const running = await dev(project.folder, ["app.ts"]);
    await running.says(/Version 1 serves/);
    await Promise.all(Array.from({ length: 300 }, (_, key) => call(running, `Counter/${key}/add`, 1)));
    await running.says(/… and more: \d+ completed/);
    expect(running.output()).not.toContain("\u001b");
    expect(running.output().match(/^✓ /gm)?.length).toBeLessThan(200);
    expect(await running.stop()).toBe(0);
  });
});
