// Finds the programs in a folder of sources and makes two copies of the folder: one as it is, for the official SDK, and
// one with the import replaced.
import { cpSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import path from "node:path";

/** What the import of each official package becomes. Packages that take an SDK's object (zod, opentelemetry) stay. */
const replacements = new Map([
  ["@restatedev/restate-sdk", "restate-lite/sdk"],
  ["@restatedev/restate-sdk/node", "restate-lite/sdk"],
  ["@restatedev/restate-sdk/fetch", "restate-lite/sdk/fetch"],
  ["@restatedev/restate-sdk/lambda", "restate-lite/sdk/lambda"],
  ["@restatedev/restate-sdk-cloudflare-workers/fetch", "restate-lite/sdk/fetch"],
  ["@restatedev/restate-sdk-core", "restate-lite/sdk"],
  ["@restatedev/restate-sdk-clients", "restate-lite/clients"],
]);

const importOfSdk = /(from\s*|import\(\s*|require\(\s*)(["'])(@restatedev\/[\w./-]+)\2/g;
const skippedFolders = new Set(["node_modules", ".git", "dist", "build", "webui", "cdk"]);

/** The text with the import replaced; the same text when it imports nothing that we replace. */
function withOurImport(text) {
  return text.replace(importOfSdk, (whole, before, quote, specifier) => {
    const ours = replacements.get(specifier);
    return ours === undefined ? whole : `${before}${quote}${ours}${quote}`;
  });
}

/**
 * Copies `folder` to `work/official/<name>` and `work/ours/<name>`.
 * @returns the programs: paths, relative to the copies, of the files whose import was replaced
 */
export function copySources({ name, folder, part }, work) {
  const programs = [];
  for (const file of filesIn(folder)) {
    const isCode = /\.m?tsx?$/.test(file);
    const relative = path.join(name, path.relative(folder, file));
    for (const side of ["official", "ours"]) {
      const target = path.join(work, side, relative);
      mkdirSync(path.dirname(target), { recursive: true });
      if (path.basename(file).startsWith("tsconfig")) writeFileSync(target, withoutOwnSdk(readFileSync(file, "utf8")));
      else if (!isCode) cpSync(file, target);
      else {
        const text = readFileSync(file, "utf8");
        writeFileSync(target, side === "ours" ? withOurImport(text) : text);
        const isProgram = side === "ours" && withOurImport(text) !== text;
        if (isProgram && file.startsWith(path.join(folder, part))) programs.push(relative);
      }
    }
  }
  return programs.sort();
}

/** A repository that also holds the SDK may take it from its own sources: from the package instead, for both sides. */
function withoutOwnSdk(config) {
  return config.replace(/"@restatedev\/[^"]*":\s*\[[^\]]*\],?/g, "");
}

function* filesIn(folder) {
  for (const entry of readdirSync(folder)) {
    const file = path.join(folder, entry);
    if (statSync(file).isDirectory()) {
      if (!skippedFolders.has(entry)) yield* filesIn(file);
    } else if (/\.(m?tsx?|json)$/.test(entry)) yield file;
  }
}
