// Bundles the server and the SDK into dist/. Runs after `npm install` in a checkout (the `prepare` script) and by `npm run build`;
// the published tarball carries dist/, and npm does not run `prepare` when it installs a tarball.
//
// Bundling is for the time to ready (importing hundreds of files costs Node more than running them). Packages with a
// native part or of a size worth sharing stay external; what the code imports lazily stays a chunk of its own.
import { spawnSync } from "node:child_process";
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { LICENCES, licencesOf } from "./licences.mjs";

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
  "query-child": "server/admin/query/process/child.ts",
  "dev-preload": "server/dev/preload.ts",
  "dev-guard": "server/dev/guard-process.ts",
  testing: "testing/index.ts",
  "testing-vitest": "testing/vitest.ts",
  "testing-jest": "testing/jest.ts",
};

/**
 * The SDK's entries, in dist/sdk/ as ES modules and in dist/sdk/cjs/ as CommonJS. They are built together with the
 * server, so that a process with both has every class of the SDK once; a chunk holds only what all of its users use,
 * so that no entry of the SDK loads a part of the server (sdk/entries.test.ts).
 */
const sdkEntries = {
  "sdk/index": "sdk/index.ts",
  "sdk/node": "sdk/node.ts",
  "sdk/fetch": "sdk/fetch.ts",
  "sdk/lambda": "sdk/lambda.ts",
  "sdk/clients": "sdk/clients/index.ts",
};

/**
 * The test harness once more, for those who `require` it, as Jest does. It is built with the SDK, so that both have each
 * class once.
 */
const commonJsEntries = {
  ...sdkEntries,
  "sdk/testing": "testing/index.ts",
  "sdk/testing-jest": "testing/jest.ts",
};

const external = [
  "better-sqlite3",
  "express",
  "libpg-query",
  "ws",
  "pino",
  "zod",
  "chokidar",
  "esbuild",
  "picomatch",
  "vitest",
];

// `npm install --omit=dev` in a checkout runs `prepare` without what is bundled: fine when dist/ is there already.
let esbuild;
try {
  // Is there a development dependency? esbuild is none: `restate-lite dev` uses it, too.
  createRequire(import.meta.url).resolve("apache-arrow");
  esbuild = await import("esbuild");
} catch (error) {
  if (error?.code?.endsWith("MODULE_NOT_FOUND") && existsSync(path.join(dist, "cli.js"))) process.exit(0);
  console.error("build: what is bundled is not installed; run `npm install` without --omit=dev first.");
  process.exit(1);
}

const missing = Object.values({ ...entries, ...sdkEntries }).filter((source) => !existsSync(path.join(root, source)));
if (missing.length > 0) {
  console.error(`build: no such entry point: ${missing.join(", ")}`);
  process.exit(1);
}

const startedAt = performance.now();
const options = {
  absWorkingDir: root,
  outdir: "dist",
  bundle: true,
  splitting: true,
  format: "esm",
  platform: "node",
  target: "node20.19",
  external,
  // Platforms without Node's Buffer get as much of it as the SDK needs.
  inject: ["sdk/buffer.ts"],
  sourcemap: true,
  sourcesContent: false,
  legalComments: "eof",
  metafile: true,
  logLevel: "warning",
};
const build = (more) => esbuild.build({ ...options, ...more }).catch(() => process.exit(1)); // esbuild has said what is wrong

const result = await build({ entryPoints: { ...entries, ...sdkEntries }, chunkNames: "chunk-[hash]" });
const written = new Set(Object.keys(result.metafile.outputs));

// What the server finds beside itself (threads, child processes, migrations), it finds from dist/, also as CommonJS.
const bundleUrl =
  'const bundleUrl = require("node:url").pathToFileURL(require("node:path").join(__dirname, "../../index.js")).href;';

// esbuild splits ES modules only: build those, and turn each into CommonJS. The package.json says what they are.
const commonJs = await build({
  entryPoints: commonJsEntries,
  chunkNames: "sdk/chunk-[hash]",
  sourcemap: false,
  define: { "import.meta.url": "bundleUrl" },
  write: false,
});
mkdirSync(path.join(dist, "sdk/cjs"), { recursive: true });
for (const { path: file, text } of commonJs.outputFiles) {
  const target = path.join("dist/sdk/cjs", path.basename(file));
  const { code } = await esbuild.transform(text, {
    format: "cjs",
    platform: "node",
    target: "node20.19",
    // Jest's modules know no import().
    supported: { "dynamic-import": false },
    ...(text.includes("bundleUrl") ? { banner: bundleUrl } : {}),
  });
  writeFileSync(path.join(root, target), code);
  written.add(target);
}
writeFileSync(path.join(dist, "sdk/cjs/package.json"), `${JSON.stringify({ type: "commonjs" })}\n`);
written.add("dist/sdk/cjs/package.json");

const bundled = [result, commonJs].flatMap(({ metafile }) => Object.keys(metafile.inputs));
writeFileSync(path.join(dist, LICENCES), licencesOf(bundled, root));
written.add(path.join("dist", LICENCES));

// Chunks carry a hash in their name: drop those of earlier builds. Type declarations (dist/types) and the dashboard
// (dist/dashboard) have their own steps.
const isKept = (name) => ["types", "dashboard"].some((folder) => name.startsWith(path.join("dist", folder, path.sep)));
for (const file of readdirSync(dist, { recursive: true, withFileTypes: true })) {
  const name = path.relative(root, path.join(file.parentPath, file.name));
  if (file.isFile() && !isKept(name) && !written.has(name)) rmSync(path.join(root, name));
}

const cli = path.join(dist, "cli.js");
const text = readFileSync(cli, "utf8");
if (!text.startsWith("#!")) throw new Error(`build: ${entries.cli} must start with #!/usr/bin/env node`);
chmodSync(cli, 0o755);

// The dashboard takes seconds, so it is built when something of it has changed.
const page = path.join(dist, "dashboard/index.html");
const licences = path.join(dist, "dashboard", LICENCES);
const sources = ["dashboard", "package-lock.json", "scripts/licences.mjs"].flatMap((name) => {
  const source = path.join(root, name);
  if (!statSync(source).isDirectory()) return [source];
  const files = readdirSync(source, { recursive: true, withFileTypes: true });
  return files.filter((file) => file.isFile()).map((file) => path.join(file.parentPath, file.name));
});
const builtAt = existsSync(page) && existsSync(licences) ? statSync(page).mtimeMs : 0;
if (sources.some((source) => statSync(source).mtimeMs > builtAt)) {
  const vite = await import("vite").catch((error) => {
    if (error?.code === "ERR_MODULE_NOT_FOUND" && existsSync(page)) return undefined;
    throw error;
  });
  const modules = new Set();
  const remember = {
    name: "remember-modules",
    generateBundle() {
      // What style sheets import, the fonts, is no module, and is watched.
      for (const file of [...this.getModuleIds(), ...this.getWatchFiles()]) modules.add(file);
    },
  };
  const configFile = path.join(root, "dashboard/vite.config.ts");
  await vite?.build({ configFile, logLevel: "warn", plugins: [remember] });
  if (vite !== undefined) writeFileSync(licences, licencesOf(modules, path.join(root, "dashboard")));
}

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
  // The same declarations once more, for those who `require`: TypeScript asks the nearest package.json.
  for (const folder of ["sdk", "server", "testing"])
    cpSync(path.join(dist, "types", folder), path.join(dist, "types/cjs", folder), { recursive: true });
  writeFileSync(path.join(dist, "types/cjs/package.json"), `${JSON.stringify({ type: "commonjs" })}\n`);
}

const bytes = Object.values(result.metafile.outputs).reduce((sum, output) => sum + output.bytes, 0);
console.error(
  `build: dist/ written in ${Math.round(performance.now() - startedAt)} ms (${Math.round(bytes / 1024)} kB with maps)`,
);
