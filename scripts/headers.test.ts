/**
 * The comment at the top of an `index.ts` is the map of its folder: it names every source file, as `name` or `name.ts`,
 * and names none that is not there. Small folders need no map.
 */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "..");
const ROOMS = ["server", "sdk", "testing", "dashboard/src"];

/** A folder with more files than these, beside its `index.ts`, needs a map. */
const SMALL = 3;

const isSource = (name: string): boolean => /\.tsx?$/.test(name) && !/\.(test|fixture|d)\.tsx?$/.test(name);
const stem = (name: string): string => name.replace(/\.tsx?$/, "");

/** Source files of a folder without their endings, `index.ts` apart. */
function filesOf(folder: string): string[] {
  const entries = readdirSync(path.join(root, folder), { withFileTypes: true });
  const names = entries.filter((entry) => entry.isFile() && isSource(entry.name)).map(({ name }) => stem(name));
  return names.filter((name) => name !== "index").sort();
}

function foldersBelow(folder: string): string[] {
  const entries = readdirSync(path.join(root, folder), { withFileTypes: true });
  const below = entries.filter((entry) => entry.isDirectory() && entry.name !== "node_modules");
  return [folder, ...below.flatMap(({ name }) => foldersBelow(`${folder}/${name}`))];
}

/** What stands in backticks in the comment at the top. */
function wordsOf(source: string): string[] {
  const header = /^\s*\/\*\*[\s\S]*?\*\//.exec(source)?.[0] ?? "";
  return Array.from(header.matchAll(/`([^`]+)`/g), ([, word = ""]) => word);
}

const packageName = "restate-lite";

/** Whether a word is the name of a file or folder, here or from the root, or of an entry of the package. */
function isThere(folder: string, word: string): boolean {
  if (word.startsWith(`${packageName}/`)) return true;
  const places = word.includes("/") ? [`${folder}/${word}`, word] : [`${folder}/${word}`];
  return places.some((place) => ["", ".ts", ".tsx"].some((ending) => existsSync(path.join(root, place + ending))));
}

/** Words that look like the name of a file, and are no such name anywhere. */
const OTHER_WORDS = new Set(["ctx", "fetch"]);

const folders = ROOMS.flatMap(foldersBelow).filter((folder) => existsSync(path.join(root, folder, "index.ts")));
const maps = folders.map((folder) => ({
  folder,
  files: filesOf(folder),
  words: wordsOf(readFileSync(path.join(root, folder, "index.ts"), "utf8")),
}));

describe("the header of index.ts", () => {
  it.each(maps.filter(({ files }) => files.length > SMALL))("of $folder names every file there", ({ files, words }) => {
    const named = new Set(words.map(stem));
    expect(files.filter((file) => !named.has(file))).toEqual([]);
  });

  it.each(maps)("of $folder names no file that is not there", ({ folder, words }) => {
    const like = words.filter(
      (word) => /^[a-z][a-z0-9-]*(\/[a-z0-9-]+)*(\.tsx?|\/)?$/.test(word) && !OTHER_WORDS.has(word),
    );
    expect(like.filter((word) => !isThere(folder, word))).toEqual([]);
  });
});
