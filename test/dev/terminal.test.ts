import { chmodSync, existsSync, readFileSync } from "node:fs";
import path from "node:path";
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

describe("a terminal", () => {
  it("has the dashboard opened by a key, and takes arrows and pasted escapes for no keys", async () => {
    const project = new Project({ "app.ts": COUNTER });
    // What opens an address on Linux; it notes which.
    project.write("bin/xdg-open", '#!/bin/sh\necho "$1" > opened\n');
    chmodSync(path.join(project.folder, "bin/xdg-open"), 0o755);
    const search = `${path.join(project.folder, "bin")}${path.delimiter}${process.env.PATH}`;
    const running = await dev(project.folder, ["app.ts"], { terminal: true, environment: { PATH: search } });
    await running.says(/Version 1 serves/);
    running.press("\u001b[c");
    running.press("o");
    const opened = path.join(project.folder, "opened");
    while (!existsSync(opened) || readFileSync(opened, "utf8") === "")
      await new Promise((resolve) => setTimeout(resolve, 10));
    expect(readFileSync(opened, "utf8")).toBe(`${running.admin}/ui\n`);
    expect(running.output()).not.toContain("Clear the state");
    expect(await running.stop()).toBe(0);
  });

  it("that is narrow has a footer of one row", async () => {
    const project = new Project({ "app.ts": COUNTER });
    const running = await dev(project.folder, ["app.ts"], { terminal: true, columns: 24 });
    await running.says(/Version 1 serves/);
    await Promise.all(Array.from({ length: 3 }, (_, key) => call(running, `Counter/${key}/add`, 1)));
    await running.says(/✓ Counter/);
    const footers = running.output().match(/^version 1 · .*$/gm) ?? [];
    expect(footers.length).toBeGreaterThan(0);
    for (const footer of footers) expect(footer.length).toBeLessThan(24);
    expect(await running.stop()).toBe(0);
  });

  it("is left as it was found", async () => {
    const project = new Project({ "app.ts": COUNTER });
    const running = await dev(project.folder, ["app.ts"], { terminal: true, isFollowedByStty: true });
    await running.says(/Version 1 serves/);
    running.press("q");
    await running.exited;
    expect(running.output()).toMatch(/(?:^|\s)icanon(?:\s|$)/m);
    expect(running.output()).toMatch(/(?:^|\s)echo(?:\s|$)/m);
  });

  it.each([
    ["colors", {}, true, true],
    ["no colors with NO_COLOR", { NO_COLOR: "1" }, false, true],
    ["colors with an empty NO_COLOR", { NO_COLOR: "" }, true, true],
    ["neither colors nor a footer on a dumb terminal", { TERM: "dumb" }, false, false],
  ])("has %s", async (_title, environment, isColored, hasFooter) => {
    const project = new Project({ "app.ts": COUNTER });
    const running = await dev(project.folder, ["app.ts"], { terminal: true, environment });
    await running.says(/Version 1 serves/);
    await call(running, "Counter/a/add", 2);
    await running.says(/✓ Counter\/a\/add/);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: colors are control characters
    expect(/\u001b\[\d+m/.test(running.raw())).toBe(isColored);
    expect(running.output().includes("h help")).toBe(hasFooter);
    // As a key in one, as a signal from the dumb one.
    running.press("\u0003");
    expect(await running.exited).toBe(0);
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
