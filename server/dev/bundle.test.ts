import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { afterEach, describe, expect, it } from "vitest";
import { Bundle } from "./bundle.ts";

const endings: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of endings.splice(0).reverse()) await end();
});

function bundleOf(files: Readonly<Record<string, string>>, entry = "app.ts"): { bundle: Bundle; folder: string } {
  const folder = mkdtempSync(path.join(tmpdir(), "restate-lite-bundle-"));
  endings.push(() => rmSync(folder, { recursive: true, force: true }));
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
    writeFileSync(path.join(folder, name), text);
  }
  const bundle = new Bundle(path.join(folder, entry), false);
  endings.push(() => bundle.close());
  return { bundle, folder };
}

async function codeOf(bundle: Bundle): Promise<string> {
  const build = await bundle.build();
  if (build.kind === "broken") throw new Error(build.report);
  return build.code;
}

/** Runs the code as a module of its own. */
async function run(code: string, folder: string): Promise<Record<string, unknown>> {
  const file = path.join(folder, `run-${Math.random()}.mjs`);
  writeFileSync(file, code);
  return (await import(pathToFileURL(file).href)) as Record<string, unknown>;
}

describe("a program as one module", () => {
  it("has its own files, knows their names, and leaves packages to Node", async () => {
    const { bundle, folder } = bundleOf({
      "app.ts":
        'import "some-package"; import fs from "node:fs"; export * from "./lib/a.js"; export const here: string = import.meta.url; fs;',
      "lib/a.ts": "export enum Kind { One = 1 }\nexport const there = import.meta.dirname;",
      "node_modules/some-package/package.json": '{ "name": "some-package", "type": "module", "exports": "./i.js" }',
      "node_modules/some-package/i.js": "globalThis.somePackage = true;",
    });
    const code = await codeOf(bundle);
    expect(code).toContain('import "some-package"');
    expect(bundle.inputs.map((file) => path.relative(folder, file)).sort()).toEqual([
      "app.ts",
      path.join("lib", "a.ts"),
    ]);
    expect(await run(code, folder)).toMatchObject({
      Kind: { One: 1 },
      here: pathToFileURL(path.join(folder, "app.ts")).href,
      there: path.join(folder, "lib"),
    });
  });

  it("takes in TypeScript of a workspace, and the names that tsconfig.json gives to files", async () => {
    const { bundle, folder } = bundleOf({
      "app.ts": 'export { answer } from "@/deep/answer";',
      "deep/answer.ts": "export const answer: number = 42;",
      "tsconfig.json": '{ "compilerOptions": { "paths": { "@/*": ["./*"] } } }',
    });
    expect(await run(await codeOf(bundle), folder)).toMatchObject({ answer: 42 });
  });

  it("follows CommonJS, whose packages are required", async () => {
    const { bundle, folder } = bundleOf(
      { "app.cjs": 'const path = require("node:path"); exports.name = path.basename(__filename);' },
      "app.cjs",
    );
    expect(await run(await codeOf(bundle), folder)).toMatchObject({ default: { name: "app.cjs" } });
  });

  it("is the same as long as the code is, whatever remarks say", async () => {
    const { bundle, folder } = bundleOf({ "app.ts": "export const a = 1;\n" });
    const before = await codeOf(bundle);
    writeFileSync(path.join(folder, "app.ts"), "export const a = 1;\n// a remark\n");
    expect(await codeOf(bundle)).toBe(before);
    writeFileSync(path.join(folder, "app.ts"), "export const a = 2;\n");
    expect(await codeOf(bundle)).not.toBe(before);
  });

  it("that is broken says where, and knows the files that may have to change", async () => {
    const { bundle, folder } = bundleOf({ "app.ts": 'import "./other";\n', "other.ts": "let a = ;\n" });
    const build = await bundle.build();
    expect(build).toMatchObject({ kind: "broken", report: expect.stringMatching(/other\.ts:1:8/) as string });
    expect(bundle.inputs).toContain(path.join(folder, "other.ts"));
  });

  it("that misses a file knows where it may come", async () => {
    const { bundle, folder } = bundleOf({ "app.ts": 'import "./lib/other.js";\n' });
    expect(await bundle.build()).toMatchObject({ kind: "broken" });
    const wanted = ["app.ts", "lib/other.js", "lib/other.ts", "lib/other.tsx"];
    expect(bundle.inputs).toEqual(expect.arrayContaining(wanted.map((name) => path.join(folder, name))));
    mkdirSync(path.join(folder, "lib"));
    writeFileSync(path.join(folder, "lib", "other.ts"), "export {};");
    expect(await bundle.build()).toMatchObject({ kind: "built" });
    expect(bundle.inputs.map((file) => path.relative(folder, file)).sort()).toEqual([
      "app.ts",
      path.join("lib", "other.ts"),
    ]);
  });
});
