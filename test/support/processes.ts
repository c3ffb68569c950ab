import { type ChildProcess, spawn } from "node:child_process";
import { setTimeout as delay } from "node:timers/promises";

/** A child process with what it printed, for the message when something goes wrong. */
export interface Running {
  readonly child: ChildProcess;
  output(): string;
  /** Ends it and waits: politely, or at once with SIGKILL. */
  end(signal?: "SIGTERM" | "SIGKILL"): Promise<void>;
}

const KEPT_OUTPUT_CHARACTERS = 20_000;
const GRACE_MS = 10_000;

/** Starts a program; its output is kept, not shown. */
export function run(program: string, args: readonly string[], env: Record<string, string | undefined> = {}): Running {
  const child = spawn(program, args, { env: { ...process.env, ...env }, stdio: ["ignore", "pipe", "pipe"] });
  let text = "";
  const keep = (chunk: Buffer) => {
    text = (text + chunk.toString()).slice(-KEPT_OUTPUT_CHARACTERS);
  };
  child.stdout.on("data", keep);
  child.stderr.on("data", keep);
  const exited = new Promise<void>((resolve) => {
    child.once("exit", () => resolve());
    child.once("error", (error) => {
      text += String(error);
      resolve();
    });
  });
  return {
    child,
    output: () => text,
    async end(signal = "SIGTERM") {
      if (child.exitCode === null && child.signalCode === null) child.kill(signal);
      const timer = setTimeout(() => child.kill("SIGKILL"), GRACE_MS);
      await exited;
      clearTimeout(timer);
    },
  };
}

/**
 * Waits until `condition` holds.
 * @param what completes "gave up waiting for …"
 */
export async function until(
  what: string,
  condition: () => Promise<boolean> | boolean,
  timeoutMs = 30_000,
): Promise<void> {
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    if (await condition()) return;
    if (Date.now() > deadline) throw new Error(`gave up waiting for ${what} after ${timeoutMs} ms`);
    await delay(10);
  }
}

/** Whether an HTTP server answers at all. */
export async function answers(url: string): Promise<boolean> {
  try {
    return (await fetch(url)).status < 500;
  } catch {
    return false;
  }
}
