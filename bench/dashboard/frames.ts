import type { Page } from "playwright-core";

export interface Frames {
  readonly medianMs: number;
  readonly p99Ms: number;
  readonly longestMs: number;
}

/** Times between frames, from now on until {@link takeFrames}. */
export async function startFrames(page: Page): Promise<void> {
  await page.evaluate(() => {
    const frames: number[] = [];
    Object.assign(window, { frames });
    let last = performance.now();
    const frame = (now: number) => {
      frames.push(now - last);
      last = now;
      requestAnimationFrame(frame);
    };
    requestAnimationFrame(frame);
  });
}

export async function takeFrames(page: Page): Promise<Frames> {
  const frames = await page.evaluate(() => (window as unknown as { frames: number[] }).frames.splice(0));
  // The first is cut off.
  const sorted = frames.slice(1).sort((a, b) => a - b);
  const at = (share: number) => sorted[Math.floor(share * (sorted.length - 1))] ?? Number.NaN;
  return { medianMs: at(0.5), p99Ms: at(0.99), longestMs: at(1) };
}

/** Scrolls a list all over: slowly, then in leaps, then back. @returns how many pixels it is high */
export async function scroll(page: Page, scroller: string | undefined): Promise<number> {
  return await page.evaluate(async (selector) => {
    const element = (selector === undefined ? null : document.querySelector(selector)) ?? document.documentElement;
    for (let n = 0; n < 300; n++) {
      element.scrollTop += n < 150 ? 180 : n < 240 ? 40_000 : -30_000;
      await new Promise(requestAnimationFrame);
    }
    const height = element.scrollHeight;
    element.scrollTop = 0;
    return height;
  }, scroller);
}
