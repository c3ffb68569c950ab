import { spawnSync } from "node:child_process";
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "..");
const biome = createRequire(import.meta.url).resolve("@biomejs/biome/bin/biome");

/** A file and what it imports. */
type Case = readonly [file: string, specifier: string];

const forbidden: readonly Case[] = [
  ["sdk/vm/forbidden.ts", "../../server/index.ts"],
  ["sdk/protocol/forbidden.ts", "../vm/index.ts"],
  ["sdk/vm/forbidden.ts", "node:http2"],
  ["sdk/core/forbidden.ts", "../authoring/index.ts"],
  ["sdk/authoring/forbidden.ts", "../context/index.ts"],
  ["sdk/context/forbidden.ts", "../endpoint/index.ts"],
  ["sdk/context/forbidden.ts", "node:async_hooks"],
  ["sdk/clients/forbidden.ts", "../context/index.ts"],
  ["sdk/endpoint/forbidden.ts", "node:http2"],
  ["sdk/endpoint/node/forbidden.ts", "../../../server/index.ts"],
  ["sdk/vm/forbidden.ts", "../protocol/frame.ts"],
  ["server/engine/forbidden.ts", "../ingress/index.ts"],
  ["server/engine/forbidden.ts", "../admin/index.ts"],
  ["server/engine/forbidden.ts", "../invoker/index.ts"],
  ["server/engine/forbidden.ts", "../http/index.ts"],
  ["server/engine/commands/forbidden.ts", "../../invoker/index.ts"],
  ["server/engine/forbidden.ts", "node:fs"],
  ["server/engine/forbidden.ts", "../storage/turns.ts"],
  ["server/engine/commands/forbidden.ts", "../../storage/turns.ts"],
  ["server/engine/forbidden.ts", "../../sdk/protocol/frame.ts"],
  ["server/storage/forbidden.ts", "../engine/index.ts"],
  ["server/invoker/forbidden.ts", "../ingress/index.ts"],
  ["server/ingress/forbidden.ts", "../admin/index.ts"],
  ["server/admin/forbidden.ts", "../ingress/index.ts"],
  ["server/http/forbidden.ts", "../engine/index.ts"],
  ["server/dev/forbidden.ts", "../cli/index.ts"],
  ["server/dev/forbidden.ts", "../invoker/index.ts"],
  ["server/forbidden.ts", "./engine/engine.ts"],
  ["dashboard/forbidden.ts", "../server/index.ts"],
];

const allowed: readonly Case[] = [
  ["server/engine/allowed.ts", "../storage/index.ts"],
  ["server/engine/allowed.ts", "../registry/types.ts"],
  ["server/engine/allowed.ts", "../errors.ts"],
  ["server/engine/allowed.ts", "../../sdk/protocol/index.ts"],
  ["server/engine/commands/allowed.ts", "../kernel.ts"],
  ["server/engine/commands/allowed.ts", "../../storage/index.ts"],
  ["server/storage/allowed.ts", "../engine/types.ts"],
  ["server/ingress/allowed.ts", "../engine/index.ts"],
  ["server/allowed.ts", "./engine/index.ts"],
  ["server/dev/allowed.ts", "../storage/index.ts"],
  ["server/cli/allowed.ts", "../dev/index.ts"],
  ["sdk/vm/allowed.ts", "../protocol/index.ts"],
  ["sdk/context/allowed.ts", "../vm/index.ts"],
  ["sdk/clients/allowed.ts", "../authoring/index.ts"],
  ["sdk/endpoint/node/allowed.ts", "node:http2"],
];

describe("the import arrows of the design", () => {
  let folder = "";
  const reports = new Map<string, string>();
  const fileOf = ([file, specifier]: Case, index: number) =>
    file.replace(".ts", `-${index}-${specifier.replaceAll(/[^a-z]+/g, "_")}.ts`);

  // One run of the linter over all cases, with the configuration of this repository, in a folder of its own.
  beforeAll(() => {
    folder = mkdtempSync(path.join(tmpdir(), "restate-lite-arrows-"));
    for (const name of ["biome.json", "biome.arrows.json"])
      copyFileSync(path.join(root, name), path.join(folder, name));
    for (const [index, example] of [...forbidden, ...allowed].entries()) {
      const target = path.join(folder, fileOf(example, index));
      mkdirSync(path.dirname(target), { recursive: true });
      writeFileSync(target, `import * as other from "${example[1]}";\n\nexport const names = Object.keys(other);\n`);
    }
    const options = ["lint", "--only=style/noRestrictedImports", "--reporter=github", "--max-diagnostics=none", "."];
    const run = spawnSync(process.execPath, [biome, ...options], { cwd: folder, encoding: "utf8" });
    for (const line of run.stdout.split("\n")) {
      const file = /^::error .*file=([^,]+),/.exec(line)?.[1];
      if (file !== undefined) reports.set(path.relative(folder, path.resolve(folder, file)), line);
    }
    if (reports.size === 0) throw new Error(`the linter reported nothing: ${run.stdout}${run.stderr}`);
  });

  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it.each(forbidden.map((example, index) => [...example, index] as const))(
    "%s must not import %s",
    (file, specifier, index) => {
      expect(reports.get(fileOf([file, specifier], index))).toContain("noRestrictedImports");
    },
  );

  it.each(allowed.map((example, index) => [...example, index] as const))(
    "%s may import %s",
    (file, specifier, index) => {
      expect(reports.get(fileOf([file, specifier], forbidden.length + index))).toBeUndefined();
    },
  );
});
