import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "..");
const read = (file: string) => readFileSync(path.join(root, file), "utf8");

it("docs/errors.md explains every code of an SdkError, and no other", () => {
  const sources = readdirSync(path.join(root, "sdk"), { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".ts") && !file.endsWith(".test.ts"))
    .map((file) => read(path.join("sdk", file)));
  const used = new Set(sources.join("\n").match(/(?<=\bRL_SDK_)[A-Z]\w+/g));
  const explained = new Set(read("docs/errors.md").match(/(?<=^\| `RL_SDK_)\w+(?=` \|)/gm));
  expect([...explained].sort()).toEqual([...used].sort());
});
