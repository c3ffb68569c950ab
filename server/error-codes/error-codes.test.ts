import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { errorsDocument, LISTED_CODES } from "./document.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const CODE = /"(RL_[A-Z_0-9]+|RT\d{4}|META\d{4})"/g;

it("docs/errors.md is what the tables say", async () => {
  await expect(errorsDocument()).toMatchFileSnapshot(join(root, "docs/errors.md"));
});

it("every code of the sources is in the tables once, and every code of the tables is in the sources", () => {
  const used = new Set<string>();
  for (const room of ["server", "sdk", "testing", "dashboard/src"]) {
    for (const file of readdirSync(join(root, room), { recursive: true, encoding: "utf8" })) {
      if (!/\.tsx?$/.test(file) || /\.test\.tsx?$/.test(file)) continue;
      // The lists themselves use nothing.
      if (/^error-codes[\\/]|sdk-error-codes\.ts$/.test(file)) continue;
      const source = readFileSync(join(root, room, file), "utf8");
      for (const [, code = ""] of source.matchAll(CODE)) used.add(code);
    }
  }
  expect([...LISTED_CODES].sort()).toEqual([...used].sort());
});
