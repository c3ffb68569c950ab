// Bundles the server into dist/. Runs after `npm install` in a checkout (the `prepare` script) and by `npm run build`;
// the published tarball carries dist/, and npm does not run `prepare` when it installs a tarball.
//
// Bundling is for the time to ready (importing hundreds of files costs Node more than running them). Packages with a
// native part or of a size worth sharing stay external; what the code imports lazily stays a chunk of its own.
import { spawnSync } from "node:child_process";
import { chmodSync, existsSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { fileURLToPath } from "node:url";

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "..");
const dist = path.join(root, "dist");

/**
 * Name in dist/ → source. Every file that starts a thread or a process of its own is an entry; it is found by
 * `new URL("./<name>.js", import.meta.url)`, which holds for all chunks because they lie side by side.
 */
const entries = {
  cli: "server/cli/main.ts",
  index: "server/index.ts",
  checkpointer: "server/storage/checkpointer.ts",
};

const external = ["better-sqlite3", "express", "ws", "pino", "zod"];

// `npm install --omit=dev` in a checkout runs `prepare` without the build tools: fine when dist/ is there already.
let esbuild;
try {
  esbuild = await import("esbuild");
} catch (error) {
  if (error?.code === "ERR_MODULE_NOT_FOUND" && existsSync(path.join(dist, "cli.js"))) process.exit(0);
  console.error("build: esbuild is not installed; run `npm install` without --omit=dev first.");
  process.exit(1);
}

const missing = Object.values(entries).filter((source) => !existsSync(path.join(root, source)));
if (missing.length > 0) {
  console.error(`build: no such entry point: ${missing.join(", ")}`);
  process.exit(1);
}

const startedAt = performance.now();
const result = await esbuild
  .build({
    absWorkingDir: root,
    entryPoints: entries,
    outdir: "dist",
    bundle: true,
    splitting: true,
    chunkNames: "chunk-[hash]",
    format: "esm",
    platform: "node",
    target: "node20.19",
    external,
    sourcemap: true,
    sourcesContent: false,
    legalComments: "eof",
    metafile: true,
    logLevel: "warning",
  })
  .catch(() => process.exit(1)); // esbuild has printed what is wrong

// Chunks carry a hash in their name: drop those of earlier builds. Type declarations (dist/types) have their own step.
const written = new Set(Object.keys(result.metafile.outputs).map((file) => path.basename(file)));
for (const file of readdirSync(dist)) if (file !== "types" && !written.has(file)) rmSync(path.join(dist, file));

const cli = path.join(dist, "cli.js");
const text = readFileSync(cli, "utf8");
if (!text.startsWith("#!")) throw new Error(`build: ${entries.cli} must start with #!/usr/bin/env node`);
chmodSync(cli, 0o755);

// The declarations cost a type check, so only a tarball (npm pack, npm publish) or --types asks for them.
if (process.argv.includes("--types") || ["pack", "publish"].includes(process.env.npm_command ?? "")) {
  rmSync(path.join(dist, "types"), { recursive: true, force: true });
  const tsc = createRequire(import.meta.url).resolve("typescript/bin/tsc");
  const options = ["--declaration", "--emitDeclarationOnly", "--noEmit", "false", "--outDir", "dist/types"];
  const run = spawnSync(process.execPath, [tsc, "-p", "scripts/tsconfig.types.json", ...options], {
    cwd: root,
    encoding: "utf8",
  });
  // TS4058: a function inside returns a type of better-sqlite3 that has no public name. Nothing that we export shows
  // it, and check-tarball.mjs compiles a program against the result; anything else is an error.
  const errors = run.stdout.split("\n").filter((line) => /error TS/.test(line) && !line.includes("error TS4058"));
  if (run.error !== undefined || errors.length > 0) {
    console.error(["build: no type declarations", ...errors].join("\n"));
    process.exit(1);
  }
}

const bytes = Object.values(result.metafile.outputs).reduce((sum, output) => sum + output.bytes, 0);
console.error(
  `build: dist/ written in ${Math.round(performance.now() - startedAt)} ms (${Math.round(bytes / 1024)} kB with maps)`,
);
