import { execFileSync } from "node:child_process";
import { closeSync, constants, existsSync, mkdtempSync, openSync, readFileSync, readSync, rmSync } from "node:fs";
import { request } from "node:http";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { Program, until, withFreshPorts } from "../support/index.ts";
import { nodePath, serverCliPath } from "../support/toolchain.ts";

const endings: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of endings.splice(0).reverse()) await end();
});

type Stdio = "pipe" | number;

/** Runs our command with these as its stdout and stderr. */
function serve(args: readonly string[], stdio: readonly [Stdio, Stdio], command: readonly string[] = []): Program {
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^(RESTATE_|RUST_LOG$)/.test(name)));
  const all = [serverCliPath(), ...args, "--ephemeral", "--ingress-port", "0", ...command];
  const program = new Program("restate-lite", nodePath, all, { env, stdio: ["ignore", ...stdio] });
  endings.push(() => program.kill());
  return program;
}

async function portOf(program: Program): Promise<number> {
  const [, port] = await until("the banner", () => {
    program.assertRunning();
    return /admin\s+http:\/\/localhost:(\d+)/.exec(program.output) ?? undefined;
  });
  return Number(port);
}

/** A request that the server refuses with a warning in its log. */
function refused(port: number, host = "evil.example"): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const asked = request({ host: "127.0.0.1", port, path: "/health", headers: { host }, agent: false }, (answer) => {
      answer.resume();
      answer.on("end", () => resolve(answer.statusCode));
    });
    asked.on("error", reject);
    asked.end();
  });
}

/** Nothing is left of it but what its parent may ask for. */
function hasEnded(pid: number): boolean {
  const stat = `/proc/${pid}/stat`;
  return !existsSync(stat) || /\) Z /.test(readFileSync(stat, "utf8"));
}

async function isHealthy(port: number): Promise<boolean> {
  return (await fetch(`http://127.0.0.1:${port}/health`)).status === 200;
}

/** A pipe of which we hold both ends; nobody reads until `read` is called. */
function pipe() {
  const directory = mkdtempSync(path.join(tmpdir(), "restate-lite-output-"));
  endings.push(() => rmSync(directory, { recursive: true, force: true }));
  const fifo = path.join(directory, "pipe");
  execFileSync("mkfifo", [fifo]);
  const reading = openSync(fifo, constants.O_RDONLY | constants.O_NONBLOCK);
  const writing = openSync(fifo, constants.O_WRONLY);
  let text = "";
  const chunk = Buffer.alloc(65_536);
  return {
    writing,
    closeReader: () => closeSync(reading),
    /** What has been written since, all together. */
    read: () => {
      for (;;) {
        let length: number;
        try {
          length = readSync(reading, chunk);
        } catch (error) {
          if ((error as NodeJS.ErrnoException).code === "EAGAIN") return text;
          throw error;
        }
        if (length === 0) return text;
        text += chunk.toString("utf8", 0, length);
      }
    },
  };
}

// `/dev/full`, `mkfifo` and SIGTERM.
describe.skipIf(process.platform !== "linux")("a log that cannot be written", () => {
  for (const format of ["json", "pretty", "compact"]) {
    it(`(${format}) on a full disk holds neither the server nor its end`, async () => {
      const full = openSync("/dev/full", "w");
      endings.push(() => closeSync(full));
      const program = serve(["start", "--admin-port", "0", "--log-format", format], ["pipe", full]);
      const port = await portOf(program);
      for (let each = 0; each < 3; each++) expect(await refused(port)).toBe(403);
      expect(await program.stop()).toBe(0);
    });

    it(`(${format}) because its reader has gone holds neither`, async () => {
      const log = pipe();
      const program = serve(["start", "--admin-port", "0", "--log-format", format], ["pipe", log.writing]);
      closeSync(log.writing);
      const port = await portOf(program);
      log.closeReader();
      for (let each = 0; each < 3; each++) expect(await refused(port)).toBe(403);
      expect(await program.stop()).toBe(0);
    });

    it(`(${format}) because nobody reads holds neither; who reads again is told what is missing`, async () => {
      const log = pipe();
      const program = serve(["start", "--admin-port", "0", "--log-format", format], ["pipe", log.writing]);
      closeSync(log.writing);
      const port = await portOf(program);
      for (let each = 0; each < 16; each++) {
        const answers = Array.from({ length: 50 }, () => refused(port, `${"e".repeat(3000)}.example`));
        expect(new Set(await Promise.all(answers))).toEqual(new Set([403]));
      }
      await until("the gap", () => /RL_LOG_DROPPED/.test(log.read()));
      expect(log.read()).toMatch(/\d+ lines of this log were dropped because nobody read it\./);
      expect(await refused(port, "later.example")).toBe(403);
      await until("the next line", () => log.read().trimEnd().split("\n").at(-1)?.includes("later.example"));

      // And again, with the pipe full at the end.
      for (let each = 0; each < 60; each++) await refused(port, `${"e".repeat(3000)}.example`);
      expect(await program.stop()).toBe(0);
    });
  }
});

describe.skipIf(process.platform !== "linux")("a terminal that somebody has stopped", () => {
  it("holds neither the server nor its end, and shows what is missing when it goes on", async () => {
    const terminal = pipe();
    const line = [nodePath, serverCliPath(), "start", "--ephemeral", "--ingress-port", "0", "--admin-port", "0"];
    const program = new Program("script", "script", ["-qefc", `exec ${line.join(" ")}`, "/dev/null"], {
      stdio: ["pipe", terminal.writing, "pipe"],
    });
    endings.push(() => program.kill());
    closeSync(terminal.writing);
    const port = await until("the banner", () => /admin\s+http:\/\/localhost:(\d+)/.exec(terminal.read())?.[1]);
    for (let each = 0; each < 16; each++) {
      const answers = Array.from({ length: 50 }, () => refused(Number(port), `${"e".repeat(3000)}.example`));
      expect(new Set(await Promise.all(answers))).toEqual(new Set([403]));
    }
    await until("the gap", () => /RL_LOG_DROPPED/.test(terminal.read()));
    for (let each = 0; each < 60; each++) await refused(Number(port), `${"e".repeat(3000)}.example`);
    expect(await isHealthy(Number(port))).toBe(true);
    // `script` itself stands still.
    const { pid } = program.child;
    const server = Number(readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8"));
    process.kill(server, "SIGTERM");
    await until("the end of the server", () => hasEnded(server));
  });
});

// What the developer's program prints is shown, too: five megabytes of it, then it goes on.
const TALKS = `console.log(("x".repeat(999) + "\\n").repeat(5000)); require("node:http").createServer().listen(0);
  setInterval(() => console.log("and on"), 100)`;

describe.skipIf(process.platform !== "linux")("what `dev` shows and cannot", () => {
  for (const obstacle of ["a full disk", "a reader that reads nothing"]) {
    it(`for ${obstacle} holds neither the server nor its end`, async () => {
      const output = obstacle === "a full disk" ? openSync("/dev/full", "w") : pipe().writing;
      await withFreshPorts(1, async ([port]) => {
        const command = ["--", nodePath, "-e", TALKS];
        const program = serve(["dev", "--admin-port", String(port)], [output, "pipe"], command);
        closeSync(output);
        await until("the server", () => {
          program.assertRunning();
          return isHealthy(Number(port));
        });
        expect(await program.stop()).toBe(0);
      });
    });
  }
});
