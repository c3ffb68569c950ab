import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";

const root = fileURLToPath(new URL("..", import.meta.url));

it("docs/dashboard.md shows every picture of docs/img, and no other", () => {
  const shown = readFileSync(`${root}/docs/dashboard.md`, "utf8").matchAll(/\bimg\/([\w-]+\.\w+)/g);
  const names = new Set(Array.from(shown, ([, name]) => name));
  expect([...names].sort()).toEqual(readdirSync(`${root}/docs/img`).sort());
});
