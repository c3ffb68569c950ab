import { readFileSync } from "node:fs";

let known: string | undefined;

/** The package's version, which is not that of Restate whose API it has. The file is one level up from here, and from `dist/`. */
export function packageVersion(): string {
  known ??= readVersion();
  return known;
}

function readVersion(): string {
  try {
    const manifest = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8")) as Record<
      string,
      unknown
    >;
    if (manifest.name === "restate-lite") return String(manifest.version);
  } catch {
    // It has been bundled into another program, without its manifest.
  }
  return "unknown";
}
