// The licence texts of what a bundle contains, as their licences ask of those who pass it on. The list of packages is the
// bundler's own: whatever file of a package it read. A package without a text fails the build.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";

/** Name of the file with the texts, in dist/ and in dist/dashboard/. */
export const LICENCES = "THIRD-PARTY-LICENSES.txt";

/** Packages that carry no text, and a package of the same author under the same licence that does. */
const SAME_AS = { "react-remove-scroll-bar": "react-remove-scroll" };

const TEXTS = /^(?:licen[cs]e|copying|notice|ofl)(?:[-.].*)?$/i;
const NO_TEXTS = /\.(?:js|cjs|mjs|ts|json)$/i;

/**
 * @param {Iterable<string>} files that went into a bundle; those outside of node_modules are our own
 * @param {string} root what relative names of files are relative to
 * @returns {string} the texts, one package after the other
 * @throws {Error} when a package has none
 */
export function licencesOf(files, root) {
  const packages = [...new Set([...files].map((file) => folderOf(file, root)).filter(Boolean))].map(read);
  const without = packages.filter(({ texts }) => texts.length === 0);
  if (without.length > 0) {
    const names = without.map(({ name, version }) => `${name} ${version}`).join(", ");
    throw new Error(`bundled without a licence text in the package: ${names}; do without it, or have its text here`);
  }
  const sections = new Map(packages.map((one) => [`${one.name} ${one.version}`, one]));
  return [...sections]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(
      ([title, { licence, texts }]) =>
        `${"=".repeat(80)}\n${title} (${licence})\n${"=".repeat(80)}\n\n${texts.join("\n\n")}\n`,
    )
    .join("\n");
}

/** The folder of the package that a file belongs to, `undefined` for one of ours. */
function folderOf(file, root) {
  // Rollup marks modules that it made with a zero byte and a query.
  const own = path.resolve(root, file.replace(/^\0/, "").replace(/[?#].*$/, ""));
  return /^.*\/node_modules\/(?:@[^/]+\/)?[^/]+/.exec(own.replaceAll("\\", "/"))?.[0];
}

function read(folder) {
  const manifest = path.join(folder, "package.json");
  if (!existsSync(manifest)) return { name: folder, version: "", licence: "", texts: [] };
  const { name, version, author, license: licence } = JSON.parse(readFileSync(manifest, "utf8"));
  if (SAME_AS[name] !== undefined) {
    const other = JSON.parse(readFileSync(path.join(folder, "..", SAME_AS[name], "package.json"), "utf8"));
    if (JSON.stringify([other.author, other.license]) !== JSON.stringify([author, licence]))
      throw new Error(`${SAME_AS[name]} does not have the author and the licence of ${name} any more`);
    return { ...read(path.join(folder, "..", SAME_AS[name])), name, version };
  }
  const texts = readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isFile() && TEXTS.test(entry.name) && !NO_TEXTS.test(entry.name))
    .map((entry) => readFileSync(path.join(folder, entry.name), "utf8").trim())
    .filter((text) => text !== "");
  return { name, version, licence, texts };
}
