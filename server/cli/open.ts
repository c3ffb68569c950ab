import { spawn } from "node:child_process";

/** Opens an address in the browser; `failed` is called when there is nothing that could. */
export function openInBrowser(url: string, failed: () => void): void {
  const [program, args] =
    process.platform === "win32"
      ? // `start` takes a first argument in quotes for the title of a window.
        (["cmd", ["/c", "start", '""', url]] as const)
      : process.platform === "darwin"
        ? (["open", [url]] as const)
        : (["xdg-open", [url]] as const);
  const child = spawn(program, args, { stdio: "ignore", detached: true, windowsHide: true });
  child.on("error", failed);
  child.on("exit", (code) => {
    if (code !== 0) failed();
  });
  child.unref();
}
