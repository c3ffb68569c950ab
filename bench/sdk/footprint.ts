import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";
import type { Options } from "../options.ts";
import { compare, comparisonTable, type Row, Samples } from "../results/index.ts";
import type { EndpointSdk } from "../servers/index.ts";

const IMPORTS_A_ROUND = 5;
const MEASURE_IMPORT = `
  const startedAt = performance.now();
  await import(process.argv[1]);
  console.log(performance.now() - startedAt);`;

const entries: Readonly<Record<EndpointSdk, string>> = {
  // The package as the tests' endpoints load it: the ES module.
  official: path.join(
    createRequire(import.meta.url).resolve("@restatedev/restate-sdk/package.json"),
    "..",
    "dist",
    "index.js",
  ),
  ours: fileURLToPath(new URL("../../dist/sdk/index.js", import.meta.url)),
};

/** What each SDK costs before its first call: the time of its import, and the code that is loaded. */
export async function footprintTable(node24: string, { rounds }: Options): Promise<string> {
  const taken = { official: new Samples(), ours: new Samples() };
  for (const sdk of ["official", "ours"] as const) {
    const { bytes, packedBytes } = await loadedCode(entries[sdk]);
    taken[sdk].add("loaded", bytes);
    taken[sdk].add("packed", packedBytes);
  }
  for (let round = 0; round < rounds * IMPORTS_A_ROUND; round++) {
    const turns = round % 2 === 0 ? (["official", "ours"] as const) : (["ours", "official"] as const);
    for (const sdk of turns) {
      taken[sdk].add("import 20", importUs(process.execPath, entries[sdk]));
      taken[sdk].add("import 24", importUs(node24, entries[sdk]));
    }
  }
  const rows: Row[] = [
    { title: `import, Node ${process.versions.node}`, measure: "import 20", unit: "us" },
    { title: "import, Node 24", measure: "import 24", unit: "us" },
    { title: "code that the import loads, dependencies included", measure: "loaded", unit: "bytes" },
    { title: "the same, packed (gzip)", measure: "packed", unit: "bytes" },
  ];
  return comparisonTable(
    rows.map((row) => compare(row, taken.official, taken.ours)),
    "official SDK",
    "bundled SDK",
  );
}

function importUs(node: string, entry: string): number {
  const said = execFileSync(node, ["--input-type=module", "-e", MEASURE_IMPORT, pathToFileURL(entry).href], {
    encoding: "utf8",
  });
  return Number(said) * 1000;
}

/** The files that are reachable from an entry, as a bundler sees them. */
async function loadedCode(entry: string): Promise<{ bytes: number; packedBytes: number }> {
  const { metafile } = await build({
    entryPoints: [entry],
    bundle: true,
    platform: "node",
    format: "esm",
    write: false,
    metafile: true,
    logLevel: "silent",
  });
  const contents = Object.keys(metafile.inputs).map((file) => readFileSync(file));
  return {
    bytes: contents.reduce((sum, content) => sum + content.length, 0),
    packedBytes: gzipSync(Buffer.concat(contents)).length,
  };
}
