/**
 * Where the programs are that the tests start. `npm test` puts them in place (test/install.mjs); a test asks for a
 * path here and gets one that exists, or an error that says what to run.
 */
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { fileURLToPath } from "node:url";

const testFolder = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "..");
const root = path.resolve(testFolder, "..");
const resolve = createRequire(path.join(testFolder, "package.json")).resolve;
const platform = `${process.platform}-${process.arch}`;

/** The Node that runs the tests: restate-lite itself runs on it unless a test says otherwise. */
export const nodePath = process.execPath;

/** Node 24, on which the official SDK's endpoints run; it reads TypeScript files as they are. */
export const node24Path = binaryOf(`node-${platform}`, "node");

/** The real `restate-server` and the official `restate` CLI, version 1.7.12. */
export const restateServerPath = binaryOf(`@restatedev/restate-server-${platform}`, "restate-server");
export const restateCliPath = binaryOf(`@restatedev/restate-${platform}`, "restate");

/** restate-lite as `npm run build` left it; start it with {@link nodePath}. */
export function serverCliPath(): string {
  return existing(path.join(root, "dist", "cli.js"));
}

/** The same build beside a better-sqlite3 that was compiled for Node 24; start it with {@link node24Path}. */
export async function serverCliPathOnNode24(): Promise<string> {
  // reason: a JavaScript module without declarations, shared with the scripts that run before any TypeScript loader.
  const install = (await import(new URL("../install.mjs", import.meta.url).href)) as { node24Installation(): string };
  return existing(path.join(install.node24Installation(), "dist", "cli.js"));
}

function binaryOf(packageName: string, binary: string): string {
  try {
    return existing(path.join(path.dirname(resolve(`${packageName}/package.json`)), "bin", binary));
  } catch (cause) {
    throw new Error(`${packageName} is not installed: run \`npm test\` or \`node test/install.mjs\` once`, { cause });
  }
}

function existing(file: string): string {
  if (existsSync(file)) return file;
  throw new Error(`${file} is missing: run \`npm test\`, or \`npm run build && node test/install.mjs\``);
}
