import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, expect, it } from "vitest";
import { decode, encode, type Pixels, writePicture } from "./picture.ts";

const folder = mkdtempSync(path.join(tmpdir(), "restate-lite-pictures-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A page in many shades, with a word as a block of ink somewhere. */
function page(word?: { x: number; y: number }): Pixels {
  const [width, height] = [320, 200];
  const rgba = new Uint8Array(width * height * 4);
  for (let pixel = 0; pixel < width * height; pixel += 1) {
    const [x, y] = [pixel % width, Math.floor(pixel / width)];
    const isInk = word !== undefined && x >= word.x && x < word.x + 30 && y >= word.y && y < word.y + 8;
    rgba.set(isInk ? [20, 20, 30, 255] : [200 + (x % 50), 200 + (y % 50), 240, 255], pixel * 4);
  }
  return { width, height, rgba };
}

let pictures = 0;
/** @returns whether a picture of `now` takes the place of one of `before` */
function isReplaced(before: Pixels, now: Pixels, changing: Parameters<typeof writePicture>[2] = []): boolean {
  const file = path.join(folder, `${pictures++}.png`);
  writeFileSync(file, encode(before));
  const old = readFileSync(file);
  const isWritten = writePicture(file, encode(now), changing);
  expect(readFileSync(file).equals(old)).toBe(!isWritten);
  return isWritten;
}

it("a picture has a palette, and shows what the screenshot showed", () => {
  const png = encode(page());
  const COLOUR_TYPE = 25; // of the header: 3 is a palette
  expect(png[COLOUR_TYPE]).toBe(3);
  expect(decode(png)).toMatchObject({ width: 320, height: 200 });
});

it("a page that looks as before keeps its picture, byte for byte", () => {
  expect(isReplaced(page({ x: 40, y: 20 }), page({ x: 40, y: 20 }))).toBe(false);
});

it("a word that has come, gone or moved makes a new picture", () => {
  expect(isReplaced(page(), page({ x: 40, y: 20 }))).toBe(true);
  expect(isReplaced(page({ x: 40, y: 20 }), page())).toBe(true);
  expect(isReplaced(page({ x: 40, y: 20 }), page({ x: 40, y: 26 }))).toBe(true);
});

it("what changes by itself makes no new picture, and what stands elsewhere does", () => {
  const time = { x: 40, y: 20, width: 30, height: 8 };
  expect(isReplaced(page(), page(time), [time])).toBe(false);
  expect(isReplaced(page(), page({ x: 40, y: 60 }), [time])).toBe(true);
});

it("a page of another size makes a new picture", () => {
  const { rgba } = page();
  expect(isReplaced(page(), { width: 160, height: 400, rgba })).toBe(true);
});
