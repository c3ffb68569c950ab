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

/** Events shorter than that are not reported by browsers. */
const SHORTEST_MS = 16;

/**
 * Presses a key that does nothing, over and over, until `during` is over.
 * @returns the longest time from a press to the next frame that was painted, in milliseconds; as the browser rounds it
 */
export async function longestPress(page: Page, during: Promise<unknown>): Promise<number> {
  await page.evaluate((durationThreshold) => {
    const presses: number[] = [];
    Object.assign(window, { presses });
    const observer = new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) if (entry.name === "keydown") presses.push(entry.duration);
    });
    observer.observe({ type: "event", durationThreshold } as PerformanceObserverInit);
  }, SHORTEST_MS);
  let isOver = false;
  void during.finally(() => {
    isOver = true;
  });
  while (!isOver) {
    await page.keyboard.press("Shift");
    await page.waitForTimeout(150);
  }
  const presses = await page.evaluate(() => (window as unknown as { presses: number[] }).presses);
  return Math.max(SHORTEST_MS, ...presses);
}
