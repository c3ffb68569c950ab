import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "..");
const read = (file: string) => readFileSync(path.join(root, file), "utf8");
const lines = read("README.md").trimEnd().split("\n");

it("README has the command that shows restate-lite at work, with a program that is there", () => {
  expect(lines).toContain("npm install && npx restate-lite dev examples/services.ts");
  expect(existsSync(path.join(root, "examples/services.ts"))).toBe(true);
});

it("README calls a handler of that program by its own words", () => {
  const call = lines.find((line) => line.startsWith("curl localhost:8080/"));
  expect(read("examples/services.ts")).toContain(call);
});

it("README has the command that .ci/run takes from it", () => {
  expect(lines).toContain("npm install && npm test");
  expect(read(".ci/run")).toContain("\n  npm install && npm test\n");
});

it("README can be read in five minutes", () => {
  expect(lines.length).toBeLessThan(150);
});
