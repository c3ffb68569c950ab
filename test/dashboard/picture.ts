/**
 * Pictures of pages for the documents: PNG files with few colours, written anew only when a page looks different. Ids,
 * times, ports and bars are different in each run; where they stand, two pictures are not compared.
 */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import type { Page } from "playwright-core";
import UPNG from "upng-js";

/** In pixels, from the top left corner. */
export interface Area {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** Four bytes a pixel: red, green, blue, alpha. */
export interface Pixels {
  readonly width: number;
  readonly height: number;
  readonly rgba: Uint8Array;
}

/** A screenshot has some thousand colours, nearly all of them edges of letters; the eye does not miss the others. */
const COLOURS = 128;

/** Above what the choice of colours changes, below the contrast of any letter. */
const CHANNEL_TOLERANCE = 48;

/** A word that changes is some hundred pixels; a page has more than a million. */
const PIXELS_TOLERANCE = 60;

/** What a handler, a label or a status would not be: ids, durations, times, addresses on free ports, "now". */
const CHANGING_TEXT = String.raw`\b(inv|dp|sub|prom|sign|vq)_\w+|\d\s?(ms|s|m|h|d|min)\b|\d:\d\d|\d/min|\bago\b|\bnow\b|127\.0\.0\.1|localhost:\d`;

const CHANGING_ELEMENTS = "time, .bars, .line-axis, .chart";

/** Around what changes: text of another length moves what stands beside it. */
const MARGIN_PIXELS = { x: 16, y: 3 };

export function decode(png: Uint8Array): Pixels {
  const image = UPNG.decode(new Uint8Array(png).buffer);
  const [frame] = UPNG.toRGBA8(image);
  if (frame === undefined) throw new Error("a PNG without a picture");
  return { width: image.width, height: image.height, rgba: new Uint8Array(frame) };
}

/** @returns a PNG with a palette */
export function encode({ width, height, rgba }: Pixels): Uint8Array {
  return new Uint8Array(UPNG.encode([new Uint8Array(rgba).buffer], width, height, COLOURS));
}

/** Whether two pictures are of pages that look different to who reads them, outside of the areas that change by themselves. */
export function looksDifferent(before: Pixels, now: Pixels, changing: readonly Area[] = []): boolean {
  if (before.width !== now.width || before.height !== now.height) return true;
  return differentPixels(before, now, changing) > PIXELS_TOLERANCE;
}

/** How many pixels differ by more than the choice of colours explains. */
export function differentPixels(before: Pixels, now: Pixels, changing: readonly Area[]): number {
  const { width, height } = now;
  const isLeftOut = new Uint8Array(width * height);
  for (const area of changing) {
    const right = Math.min(width, Math.ceil(area.x + area.width + MARGIN_PIXELS.x));
    const bottom = Math.min(height, Math.ceil(area.y + area.height + MARGIN_PIXELS.y));
    const left = Math.max(0, Math.floor(area.x - MARGIN_PIXELS.x));
    for (let y = Math.max(0, Math.floor(area.y - MARGIN_PIXELS.y)); y < bottom; y += 1) {
      if (left < right) isLeftOut.fill(1, y * width + left, y * width + right);
    }
  }
  let different = 0;
  for (let pixel = 0; pixel < isLeftOut.length; pixel += 1) {
    if (isLeftOut[pixel] === 1) continue;
    for (let channel = pixel * 4; channel < pixel * 4 + 3; channel += 1) {
      if (Math.abs((before.rgba[channel] ?? 0) - (now.rgba[channel] ?? 0)) > CHANNEL_TOLERANCE) {
        different += 1;
        break;
      }
    }
  }
  return different;
}

/**
 * Writes a picture, unless the one that is there shows the same.
 *
 * @returns whether it was written
 */
export function writePicture(file: string, screenshot: Uint8Array, changing: readonly Area[]): boolean {
  const now = decode(screenshot);
  if (existsSync(file) && !looksDifferent(decode(readFileSync(file)), now, changing)) return false;
  writeFileSync(file, encode(now));
  return true;
}

/** Where a page shows what is different in each run. */
export async function changingAreas(page: Page): Promise<Area[]> {
  return await page.evaluate(
    ([pattern, selector]) => {
      const changing = new RegExp(pattern);
      const boxes = Array.from(document.querySelectorAll(selector), (element) => element.getBoundingClientRect());
      const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
      for (let text = texts.nextNode(); text !== null; text = texts.nextNode()) {
        if (!changing.test(text.textContent ?? "")) continue;
        const range = document.createRange();
        range.selectNodeContents(text);
        boxes.push(range.getBoundingClientRect());
      }
      return boxes.map(({ x, y, width, height }) => ({ x, y, width, height }));
    },
    [CHANGING_TEXT, CHANGING_ELEMENTS] as const,
  );
}
