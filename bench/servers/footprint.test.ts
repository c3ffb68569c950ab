import { spawn } from "node:child_process";
import { once } from "node:events";
import { describe, expect, it } from "vitest";
import { residentBytes } from "./footprint.ts";

describe("residentBytes", () => {
  it("counts the memory of the processes that a process started", async () => {
    const alone = residentBytes(process.pid);
    const grandchild = "setInterval(() => {}, 1000); process.stdout.write('up')";
    const child = spawn(process.execPath, [
      "-e",
      `const child = require("node:child_process").spawn(process.execPath, ["-e", ${JSON.stringify(grandchild)}], { stdio: "inherit" });
       process.stdin.on("end", () => { child.kill(); process.exit(); }).resume();`,
    ]);
    await once(child.stdout, "data");
    const together = residentBytes(process.pid);
    child.stdin.end();
    await once(child, "exit");
    // Two Nodes, of which each takes some 40 MiB; 20 leave room for other versions.
    expect(together - alone).toBeGreaterThan(2 * 20 * 2 ** 20);
  });
});
