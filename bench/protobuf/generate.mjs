/** Generates and bundles one file per candidate, from `messages.proto` and `candidates.mjs`. */
import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { CANDIDATES, FILES } from "./candidates.mjs";

const here = fileURLToPath(new URL(".", import.meta.url));
const outDir = `${here}node_modules/.cache/bench`;

function run(binary, args) {
  return execFileSync(`${here}node_modules/.bin/${binary}`, args, { cwd: here, encoding: "utf8", maxBuffer: 1 << 26 });
}

/** Answers the bundle of each candidate and its size in bytes. */
export async function generate() {
  mkdirSync(`${outDir}/es`, { recursive: true });
  const plugin = { local: "node_modules/.bin/protoc-gen-es", out: `${outDir}/es`, opt: ["target=js"] };
  const template = { version: "v2", plugins: [plugin] };
  run("buf", ["generate", "--template", JSON.stringify(template), "messages.proto"]);
  run("pbjs", ["-t", "static-module", "-w", "es6", "--no-comments", "-o", `${outDir}/pbjs.js`, "messages.proto"]);
  // What pbjs writes imports "protobufjs/minimal" as a namespace; under plain ES modules that is its default export.
  const pbjs = readFileSync(`${outDir}/pbjs.js`, "utf8");
  writeFileSync(`${outDir}/pbjs.js`, pbjs.replace("import * as $protobuf from", "import $protobuf from"));
  // pbf keeps the names of the document; the others turn them into JavaScript's.
  const pbf = run("pbf", ["messages.proto"]).replace(/_([a-z])/g, (_match, letter) => letter.toUpperCase());
  writeFileSync(`${outDir}/pbf.js`, pbf);

  const bundles = {};
  for (const [name, source] of Object.entries(CANDIDATES)) {
    const entry = `${outDir}/${FILES[name]}.entry.js`;
    const outfile = `${outDir}/${FILES[name]}.mjs`;
    writeFileSync(entry, source);
    const { metafile } = await build({
      entryPoints: [entry],
      outfile,
      bundle: true,
      minify: true,
      platform: "node",
      format: "esm",
      metafile: true,
      // protobufjs looks for optional modules with require().
      banner: { js: `import { createRequire } from "node:module"; const require = createRequire(import.meta.url);` },
    });
    bundles[name] = { file: outfile, bytes: Object.values(metafile.outputs)[0].bytes };
  }
  return bundles;
}
