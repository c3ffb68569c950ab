import { describe, expect, it } from "vitest";
import { DevProcess, quotedForCmd } from "./process.ts";

describe("a program's process", () => {
  it("gives its lines, and how it ended after the last of them", async () => {
    const lines: string[] = [];
    const code = "console.log('a\\nb'); console.error('c'); process.exitCode = 3;";
    const onLine = (line: string) => void lines.push(line);
    const started = new DevProcess([process.execPath, "-e", code], { onLine, environment: process.env });
    expect(await started.ended).toBe("ended with code 3");
    expect(lines.sort()).toEqual(["a", "b", "c"]);
    await started.end();
  });

  it("ends when it is told over its channel, on every platform", async () => {
    const code = "process.on('message', (m) => { console.log(m.kind); process.exit(0); }); console.log('up')";
    let up: () => void = () => {};
    const isUp = new Promise<void>((resolve) => {
      up = resolve;
    });
    const lines: string[] = [];
    const started = new DevProcess([process.execPath, "-e", code], {
      onLine: (line) => {
        lines.push(line);
        if (line === "up") up();
      },
      environment: process.env,
      onMessage: () => {},
    });
    await isUp;
    await started.end();
    expect(await started.ended).toBe("ended with code 0");
    expect(lines).toEqual(["up", "stop"]);
  });

  it.skipIf(process.platform === "win32")(
    "that does not heed is ended all the same, with what it has started",
    async () => {
      const inner = "process.on('SIGTERM', () => {}); console.log('inner'); setInterval(() => {}, 1000)";
      const code = `process.on('SIGTERM', () => {}); require('node:child_process').spawn(process.execPath, ['-e', ${JSON.stringify(inner)}], { stdio: 'inherit' }); setInterval(() => {}, 1000)`;
      const lines: string[] = [];
      let up: () => void = () => {};
      const isUp = new Promise<void>((resolve) => {
        up = resolve;
      });
      const started = new DevProcess([process.execPath, "-e", code], {
        onLine: (line) => {
          lines.push(line);
          up();
        },
        environment: process.env,
      });
      await isUp;
      await started.end(true);
      // That comes when the output is closed, which the inner process holds open for as long as it lives.
      expect(await started.ended).toBe("ended with SIGKILL");
      expect(lines).toEqual(["inner"]);
    },
  );

  it("that cannot be started says so", async () => {
    const started = new DevProcess(["no-such-program-anywhere"], { onLine: () => {}, environment: process.env });
    expect(await started.ended).toMatch(
      process.platform === "win32" ? /ended with code 1/ : /cannot be started: .*ENOENT/,
    );
    await started.end();
  });
});

it.each([
  ["plain", "plain"],
  ["a b", '"a b"'],
  ["", '""'],
  ["100%", '"100%"'],
  ['say "hi"', '"say \\"hi\\""'],
  ["C:\\my folder\\", '"C:\\my folder\\\\"'],
  ["a&b", '"a&b"'],
])("for cmd.exe, %s is written %s", (argument, quoted) => expect(quotedForCmd(argument)).toBe(quoted));
