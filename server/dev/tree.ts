import { spawnSync } from "node:child_process";

/**
 * Signals a program with everything that it has started: its process group, or on Windows, which has no signals, the
 * tree below it, which is ended at once. One that has gone by itself is none to signal.
 */
export function signalTree(pid: number, signal: "SIGTERM" | "SIGKILL"): void {
  if (process.platform === "win32") {
    spawnSync("taskkill", ["/pid", String(pid), "/T", "/F"], { stdio: "ignore", windowsHide: true });
    return;
  }
  try {
    process.kill(-pid, signal);
  } catch {
    // It has gone by itself.
  }
}
