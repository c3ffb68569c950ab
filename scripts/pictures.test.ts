import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";

const root = fileURLToPath(new URL("..", import.meta.url));
const pictures = readdirSync(`${root}/docs/img`).sort();

it("docs/dashboard.md shows every picture of docs/img, and no other", () => {
  const shown = readFileSync(`${root}/docs/dashboard.md`, "utf8").matchAll(/\bimg\/([\w-]+\.\w+)/g);
  const names = new Set(Array.from(shown, ([, name]) => name));
  expect([...names].sort()).toEqual(pictures);
});

it("pictures have palettes, and less than 1.5 MB in all", () => {
  const files = pictures.map((name) => ({ name, bytes: readFileSync(`${root}/docs/img/${name}`) }));
  const COLOUR_TYPE = 25; // of the header of a PNG: 3 is a palette
  expect(files.filter(({ bytes }) => bytes[COLOUR_TYPE] !== 3).map(({ name }) => name)).toEqual([]);
  expect(files.reduce((sum, { bytes }) => sum + bytes.length, 0)).toBeLessThan(1.5 * 2 ** 20);
});
