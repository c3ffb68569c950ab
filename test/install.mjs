// Puts in place what the tests need beyond `npm install`, and only when it is missing or out of date:
//   installTestTools()   test/node_modules: the real server and CLI, Node 24, the official SDK, Jest (710 MB), by `npm ci`,
//                        and a link to this checkout, so that tests import `restate-lite/sdk` as a user does;
//   installOnNode24()    restate-lite as a user of Node 24 has it: its dependencies, with better-sqlite3 compiled for
//                        Node 24 (one native binding fits one Node version), beside a copy of dist/ and migrations/.
// Both are called by scripts/test.mjs; run this file by itself to do the same by hand.
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { fileURLToPath } from "node:url";

const testFolder = path.dirname(fileURLToPath(import.meta.url));
const root = path.resolve(testFolder, "..");
const cache = path.join(root, "node_modules", ".cache", "restate-lite");

const readJson = (file) => JSON.parse(readFileSync(file, "utf8"));
const hashOf = (text) => createHash("sha256").update(text).digest("hex").slice(0, 16);

/** Path of the Node 24 executable that test/package.json brings. Throws when there is none for this machine. */
export function node24() {
  const name = `node-${process.platform}-${process.arch}`;
  try {
    const manifest = createRequire(path.join(testFolder, "package.json")).resolve(`${name}/package.json`);
    return path.join(path.dirname(manifest), "bin", "node");
  } catch {
    throw new Error(`the tests need Node 24 from the npm package ${name}: add it to test/package.json`);
  }
}

/** Folder in which restate-lite is installed for Node 24. */
export function node24Installation() {
  const { dependencies } = readJson(path.join(root, "package.json"));
  const version = readJson(path.join(path.dirname(node24()), "..", "package.json")).version;
  return path.join(cache, `node-${version}-${hashOf(JSON.stringify(dependencies))}`);
}

/** The JavaScript file of the npm that runs us, so that any Node can run it. */
export function npmCli() {
  const nodeFolder = path.dirname(process.execPath);
  const candidates = [
    process.env.npm_execpath,
    path.join(nodeFolder, "..", "lib", "node_modules", "npm", "bin", "npm-cli.js"),
    path.join(nodeFolder, "node_modules", "npm", "bin", "npm-cli.js"),
  ];
  const found = candidates.find((file) => file?.endsWith("npm-cli.js") && existsSync(file));
  if (found === undefined) throw new Error("cannot find npm-cli.js: start this with `npm run` or `npm test`");
  return found;
}

/**
 * Environment in which npm, npx and node-gyp use this Node and its own headers (the npm packages of Node carry them),
 * whatever Node and headers the calling npm was set up with.
 */
export function environmentOf(node) {
  const folder = path.dirname(node);
  const headers = path.resolve(folder, "..");
  const isOwnNode = node === process.execPath;
  const kept = Object.entries(process.env).filter(
    ([name]) => isOwnNode || !/^npm_(config_(node_gyp|nodedir)|node_execpath)$/i.test(name),
  );
  const env = { ...Object.fromEntries(kept), PATH: `${folder}${path.delimiter}${process.env.PATH ?? ""}` };
  if (!isOwnNode && existsSync(path.join(headers, "include", "node", "node.h"))) env.npm_config_nodedir = headers;
  return env;
}

/** Runs a program; after a second says what takes its time. Rejects with the end of its output when it fails. */
async function run(what, program, args, options) {
  const startedAt = Date.now();
  const say = setTimeout(() => console.error(`${what} ...`), 1000);
  const child = spawn(program, args, { stdio: ["ignore", "pipe", "pipe"], ...options });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk) => (output += chunk));
  const code = await new Promise((resolve, reject) => child.once("error", reject).once("close", resolve));
  clearTimeout(say);
  if (code !== 0) throw new Error(`${what}: failed (exit code ${code})\n${output.slice(-4000)}`);
  const seconds = (Date.now() - startedAt) / 1000;
  if (seconds > 1) console.error(`${what}: done in ${seconds.toFixed(0)} s`);
}

/** Installs test/node_modules with `npm ci` when the lock file changed since the last time, and links restate-lite. */
export async function installTestTools() {
  await installPackages();
  const link = path.join(testFolder, "node_modules", "restate-lite");
  if (!existsSync(link)) symlinkSync(root, link, "junction");
}

async function installPackages() {
  const lockHash = hashOf(readFileSync(path.join(testFolder, "package-lock.json")));
  const stamp = path.join(testFolder, "node_modules", ".installed-lock-hash");
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === lockHash) return;
  // No install scripts: none of them does anything that the tests need (the packages bring their binaries as files).
  const args = [npmCli(), "ci", "--ignore-scripts", "--no-audit", "--no-fund"];
  await run("test tools: installing test/node_modules (710 MB, once)", process.execPath, args, { cwd: testFolder });
  writeFileSync(stamp, lockHash);
}

/** Installs restate-lite's dependencies for Node 24 (once) and copies the built server beside them (each time). */
export async function installOnNode24() {
  const target = node24Installation();
  if (!existsSync(path.join(root, "dist"))) throw new Error("dist/ is missing: run `npm run build` first");
  const source = readJson(path.join(root, "package.json"));
  if (!existsSync(target)) {
    const unfinished = `${target}.unfinished`;
    rmSync(unfinished, { recursive: true, force: true });
    mkdirSync(unfinished, { recursive: true });
    const { name, version, type, dependencies, allowScripts } = source;
    const manifest = { name, version, private: true, type, dependencies, allowScripts };
    writeFileSync(path.join(unfinished, "package.json"), JSON.stringify(manifest, null, 2));
    const node = node24();
    // -O1 spares a third of the compile time; no benchmark uses this binding.
    const env = { ...environmentOf(node), CFLAGS: "-O1", CXXFLAGS: "-O1", JOBS: "2" };
    const args = [npmCli(), "install", "--no-audit", "--no-fund", "--no-package-lock"];
    await run("test tools: compiling better-sqlite3 for Node 24 (about a minute, once)", node, args, {
      cwd: unfinished,
      env,
    });
    for (const name of readdirSync(cache)) {
      if (name.startsWith("node-") && path.join(cache, name) !== unfinished)
        rmSync(path.join(cache, name), { recursive: true });
    }
    renameSync(unfinished, target);
  }
  for (const name of ["dist", "migrations"]) {
    rmSync(path.join(target, name), { recursive: true, force: true });
    cpSync(path.join(root, name), path.join(target, name), { recursive: true });
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await installTestTools();
  await installOnNode24();
}
