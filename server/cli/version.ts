import { readFileSync } from "node:fs";

/** The package's version. The file is one level up from `dist/` and two from `server/cli/`. */
export function version(): string {
  for (const path of ["../package.json", "../../package.json"]) {
    try {
      const manifest = JSON.parse(readFileSync(new URL(path, import.meta.url), "utf8")) as Record<string, unknown>;
      if (manifest.name === "restate-lite") return String(manifest.version);
    } catch {
      // Not there: the other one is.
    }
  }
  return "unknown";
}
