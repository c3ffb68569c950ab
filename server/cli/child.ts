import { spawn, spawnSync } from "node:child_process";
import { createInterface } from "node:readline";

/** The command of an endpoint, running beside the server. */
export interface Child {
  /** The server stops: from now on the end of the command is no news. A terminal's Ctrl-C reaches it too. */
  expectEnd(): void;
  /** Ends the command, at once when it does not heed that, and waits until it has gone. */
  end(): Promise<void>;
}

/** How long a command may take to end by itself. */
const GRACE_MS = 5000;
const isWindows = process.platform === "win32";

/** Starts the command of an endpoint, with its output under a prefix. */
export function startChild(command: readonly string[], say: (line: string) => void): Child {
  const [program = "", ...args] = command;
  const environment = { ...process.env };
  // The endpoint listens on its SDK's default port unless the user says otherwise in the command.
  delete environment.PORT;
  const child = spawn(program, args, {
    stdio: ["ignore", "pipe", "pipe"],
    env: environment,
    // npm and npx are .cmd files on Windows, which only a shell can start.
    shell: isWindows,
  });
  for (const stream of [child.stdout, child.stderr]) {
    createInterface({ input: stream }).on("line", (line) => say(`[${program}] ${line}`));
  }
  let isEndExpected = false;
  const ended = new Promise<void>((resolve) => {
    child.on("error", (error) => {
      say(`[${program}] cannot be started: ${error.message}`);
      resolve();
    });
    child.on("exit", (code, signal) => {
      if (!isEndExpected) say(`[${program}] ended with ${signal ?? `code ${code}`}; the server goes on`);
      resolve();
    });
  });
  const kill = (signal: "SIGTERM" | "SIGKILL") => {
    if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
    // There the child is the shell, which does not pass its end on.
    if (isWindows) spawnSync("taskkill", ["/pid", String(child.pid), "/T", "/F"], { stdio: "ignore" });
    else child.kill(signal);
  };
  process.on("exit", () => kill("SIGKILL"));
  return {
    expectEnd() {
      isEndExpected = true;
    },
    async end() {
      isEndExpected = true;
      kill("SIGTERM");
      const timer = setTimeout(() => kill("SIGKILL"), GRACE_MS);
      await ended;
      clearTimeout(timer);
    },
  };
}
