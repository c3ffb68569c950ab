import { accessSync, constants } from "node:fs";
import path from "node:path";
import { type Browser, chromium } from "playwright-core";

const NAMES = ["chromium", "chromium-browser", "google-chrome-stable", "google-chrome"];

/** On macOS and Windows browsers are not on the PATH. */
const PLACES = [
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
  "/Applications/Chromium.app/Contents/MacOS/Chromium",
  ...["PROGRAMFILES", "PROGRAMFILES(X86)", "LOCALAPPDATA"].flatMap((name) => {
    const folder = process.env[name];
    return folder === undefined ? [] : [path.join(folder, "Google", "Chrome", "Application", "chrome.exe")];
  }),
];

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** @throws Error that says how to get one */
function chromiumPath(): string {
  const named = process.env.CHROMIUM;
  if (named !== undefined && named !== "") {
    if (isExecutable(named)) return named;
    throw new Error(`CHROMIUM names ${named}, which is no program`);
  }
  const folders = (process.env.PATH ?? "").split(path.delimiter);
  const found = [...folders.flatMap((folder) => NAMES.map((name) => path.join(folder, name))), ...PLACES].find(
    isExecutable,
  );
  if (found !== undefined) return found;
  throw new Error(
    "The tests of the dashboard need Chromium, and there is none: install it (Debian and Ubuntu, as root: " +
      "`apt-get install --no-install-recommends chromium`), or name the program of one in the environment variable CHROMIUM",
  );
}

export async function launchChromium(): Promise<Browser> {
  // In containers there is neither a user of its own for the sandbox nor a large /dev/shm.
  return await chromium.launch({ executablePath: chromiumPath(), args: ["--no-sandbox", "--disable-dev-shm-usage"] });
}
