import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";

const root = fileURLToPath(new URL("..", import.meta.url));

it("README.md shows every picture of docs/img, and no other", () => {
  const shown = readFileSync(`${root}/README.md`, "utf8").matchAll(/docs\/img\/([\w-]+\.png)/g);
  const names = new Set(Array.from(shown, ([, name]) => name));
  expect([...names].sort()).toEqual(readdirSync(`${root}/docs/img`).sort());
});
