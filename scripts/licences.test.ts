import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";

const { licencesOf } = (await import(new URL("./licences.mjs", import.meta.url).href)) as {
  licencesOf(files: Iterable<string>, root: string): string;
};
let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "restate-lite-licences-"));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

function give(folder: string, manifest: object, files: Record<string, string>): void {
  const place = join(root, "node_modules", folder);
  mkdirSync(place, { recursive: true });
  writeFileSync(join(place, "package.json"), JSON.stringify(manifest));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(place, name), text);
}

it("takes every text of every package that a bundler read from, once", () => {
  give("a", { name: "a", version: "1.0.0", license: "MIT" }, { "LICENSE.md": "text of a", "license.js": "no text" });
  give(
    "@s/b",
    { name: "@s/b", version: "2.0.0", license: "Apache-2.0" },
    { LICENSE: "text of b", NOTICE: "notice of b" },
  );
  give("a/node_modules/c", { name: "c", version: "3.0.0", license: "ISC" }, { "LICENCE-ISC": "text of c" });
  const files = [
    "server/own.ts",
    "node_modules/a/index.js",
    "node_modules/a/lib/more.js",
    `\0${join(root, "node_modules/@s/b/x.js")}?commonjs-module`,
    "node_modules/a/node_modules/c/c.js",
  ];
  const text = licencesOf(files, root);
  expect(text.match(/^(?:text|notice|no text).*$|^\S+ \d\S+ \(.*\)$/gm)).toEqual([
    "@s/b 2.0.0 (Apache-2.0)",
    "text of b",
    "notice of b",
    "a 1.0.0 (MIT)",
    "text of a",
    "c 3.0.0 (ISC)",
    "text of c",
  ]);
});

it("fails for a package without a text, by its name", () => {
  give("a", { name: "a", version: "1.0.0", license: "MIT" }, { "README.md": "MIT", LICENSE: " " });
  expect(() => licencesOf(["node_modules/a/index.js"], root)).toThrow(
    /without a licence text in the package: a 1\.0\.0;/,
  );
});
