import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { serverCliPath } from "../support/toolchain.ts";
import { dev, isAlive, Project, run } from "./stand.ts";

const { npmCli } = (await import(new URL("../install.mjs", import.meta.url).href)) as { npmCli(): string };

/** Serves nothing, and has started another program; neither ends by itself, nor heeds signals if it is stubborn. */
const program = (isStubborn: boolean) => `
if (${isStubborn}) for (const signal of ["SIGTERM", "SIGHUP", "SIGINT"]) process.on(signal, () => {});
if (process.argv[2] !== "inner") {
  const { spawn } = await import("node:child_process");
  spawn(process.execPath, [process.argv[1], "inner"], { stdio: "inherit" });
}
console.log(process.argv[2] ?? "outer", process.pid);
setInterval(() => {}, 1000);
`;

/** A promise's test ends with an error when they never go. */
async function gone(pids: readonly number[]): Promise<void> {
  while (pids.some(isAlive)) await new Promise((resolve) => setTimeout(resolve, 10));
}

async function started({ terminal = false, isStubborn = false } = {}) {
  const project = new Project({ "app.mjs": program(isStubborn) });
  const running = await dev(project.folder, ["--no-watch", "--", process.execPath, "app.mjs"], { terminal });
  const pids = [];
  for (const which of ["outer", "inner"]) {
    const [, pid] = await running.says(new RegExp(`${which} (\\d+)`));
    pids.push(Number(pid));
  }
  return { running, pids };
}

describe("nothing that dev has started is left behind", () => {
  it.each(["SIGINT", "SIGTERM", "SIGHUP"] as const)("by %s", async (signal) => {
    const { running, pids } = await started();
    process.kill(running.pid, signal);
    expect(await running.exited).toBe(0);
    await gone(pids);
  });

  it("when dev is killed, or crashes, and can do nothing any more", async () => {
    const { running, pids } = await started({ isStubborn: true });
    process.kill(running.pid, "SIGKILL");
    await running.exited;
    await gone(pids);
  });

  it.each(["SIGTERM", "SIGKILL"] as const)("when it runs by npx, and that gets a %s", async (signal) => {
    const project = new Project({ "app.mjs": program(false) });
    const bin = path.join(project.folder, "node_modules", ".bin");
    mkdirSync(bin);
    symlinkSync(serverCliPath(), path.join(bin, "restate-lite"));
    const cli = path.join(path.dirname(npmCli()), "npx-cli.js");
    const command = ["dev", "--ephemeral", "--ingress-port", "0", "--admin-port", "0", "--no-watch", "--"];
    const npx = ["--no-install", "restate-lite", ...command, process.execPath, "app.mjs"];
    const running = run(project.folder, npx, { cli });
    const [, outer] = await running.says(/outer (\d+)/);
    const [, inner] = await running.says(/inner (\d+)/);
    process.kill(running.pid, signal);
    // The pipe of its output is closed when the last of them has ended.
    await running.exited;
    expect(running.output()).toContain("The npm that ran this has ended.\n");
    await gone([Number(outer), Number(inner)]);
  });

  it("when the second Ctrl-C ends dev at once", async () => {
    const { running, pids } = await started({ isStubborn: true });
    process.kill(running.pid, "SIGINT");
    await running.says(/Stopping; press Ctrl-C again/);
    process.kill(running.pid, "SIGINT");
    expect(await running.exited).toBe(130);
    await gone(pids);
  });

  it("when the terminal is closed", async () => {
    const { running, pids } = await started({ terminal: true });
    // `script` has the other end of the terminal.
    process.kill(running.pid, "SIGKILL");
    await running.exited;
    await gone(pids);
  });

  it("when nobody reads the output any more", async () => {
    const { running, pids } = await started();
    running.stopReading();
    expect(await running.exited).toBe(0);
    await gone(pids);
  });
});

describe("a program", () => {
  it("that ends at once, and is not watched, is started again", async () => {
    const project = new Project({ "app.mjs": "process.exit(4);" });
    const running = await dev(project.folder, ["--no-watch", "--", process.execPath, "app.mjs"]);
    await running.says(/Version 1 of \S+ ended with code 4 before it served anything[\s\S]*Starting it again in 0.5 s/);
    writeFileSync(
      path.join(project.folder, "app.mjs"),
      'import * as restate from "restate-lite/sdk";\nawait restate.serve({ services: [restate.service({ name: "S", handlers: { go: async () => 1 } })], port: Number(process.env.PORT) });',
    );
    await running.says(/Version \d serves/);
    expect(await running.stop()).toBe(0);
  });

  it("that prints without end holds neither the server nor its end up", async () => {
    const project = new Project({ "app.mjs": 'const line = "x".repeat(200);\nfor (;;) console.log(line);' });
    const running = await dev(project.folder, ["--no-watch", "--", process.execPath, "app.mjs"]);
    await running.says(/x{200}\n[\s\S]*x{200}\n/);
    expect((await fetch(`${running.admin}/health`)).ok).toBe(true);
    expect(await running.stop()).toBe(0);
  });
});
