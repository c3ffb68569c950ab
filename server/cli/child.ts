import { spawn } from "node:child_process";
import { createInterface } from "node:readline";

/**
 * Starts the command of an endpoint, with its output under a prefix.
 * @returns a function that ends it
 */
export function startChild(command: readonly string[], say: (line: string) => void): () => void {
  const [program = "", ...args] = command;
  const environment = { ...process.env };
  // The endpoint listens on its SDK's default port unless the user says otherwise in the command.
  delete environment.PORT;
  const child = spawn(program, args, {
    stdio: ["ignore", "pipe", "pipe"],
    env: environment,
    // npm and npx are .cmd files on Windows, which only a shell can start.
    shell: process.platform === "win32",
  });
  for (const stream of [child.stdout, child.stderr]) {
    createInterface({ input: stream }).on("line", (line) => say(`[${program}] ${line}`));
  }
  let isEnding = false;
  child.on("error", (error) => say(`[${program}] cannot be started: ${error.message}`));
  child.on("exit", (code, signal) => {
    if (!isEnding) say(`[${program}] ended with ${signal ?? `code ${code}`}; the server goes on`);
  });
  process.on("exit", () => void child.kill());
  return () => {
    isEnding = true;
    child.kill();
  };
}
