import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "..");

/** The folders in which no file may lead back to itself; imports of types count. The linter sees single arrows only. */
const folders = ["sdk"];

/** What a file imports and re-exports, by relative paths. */
function importsOf(file: string): string[] {
  const text = readFileSync(path.join(root, file), "utf8");
  const specifiers = [...text.matchAll(/(?:\bfrom |\bimport\(?)\s*"(\.[^"]+\.ts)"/g)].map((found) => found[1] ?? "");
  return specifiers.map((specifier) => path.join(path.dirname(file), specifier));
}

/** The first circle that is found, as the files along it. */
function circleIn(imports: ReadonlyMap<string, readonly string[]>): readonly string[] | undefined {
  const isFree = new Set<string>();
  const search = (file: string, trail: readonly string[]): readonly string[] | undefined => {
    if (trail.includes(file)) return [...trail.slice(trail.indexOf(file)), file];
    if (isFree.has(file)) return undefined;
    for (const imported of imports.get(file) ?? []) {
      const circle = search(imported, [...trail, file]);
      if (circle !== undefined) return circle;
    }
    isFree.add(file);
    return undefined;
  };
  for (const file of imports.keys()) {
    const circle = search(file, []);
    if (circle !== undefined) return circle;
  }
  return undefined;
}

describe("files that import each other", () => {
  it.each(folders)("there are none in %s", (folder) => {
    const names = readdirSync(path.join(root, folder), { recursive: true, encoding: "utf8" });
    const files = names.filter((name) => name.endsWith(".ts")).map((name) => path.join(folder, name));
    expect(files.length).toBeGreaterThan(0);
    expect(circleIn(new Map(files.map((file) => [file, importsOf(file)])))).toBeUndefined();
  });

  it("are found, however long the way around", () => {
    const imports = new Map([
      ["a", ["b"]],
      ["b", ["c", "d"]],
      ["c", []],
      ["d", ["b"]],
    ]);
    expect(circleIn(imports)).toEqual(["b", "d", "b"]);
  });
});
