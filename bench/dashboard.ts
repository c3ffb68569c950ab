/**
 * `npm run bench:dashboard`: the figures of the dashboard in Chromium, on a server with 100,000 invocations: first paint,
 * the list, scrolling, and 1,000 changes per second for ten seconds. Prints them as JSON.
 */
import { readFileSync } from "node:fs";
import type { CDPSession, Page } from "playwright-core";
import { launchChromium } from "../test/dashboard/chromium.ts";
import { Shop } from "../test/dashboard/shop.ts";

const invocations = Number(process.argv[2] ?? 100_000);
const changesPerSecond = 1000;
const seconds = 10;

const shop = await Shop.open();
const figures: Record<string, unknown> = { invocations };
try {
  await inParallel(invocations, 64, (n) => shop.post(`Cart/c${n % 5000}/total/send?delay=10h`));
  const browser = await launchChromium();
  const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
  // tsx names functions by a helper that pages do not have.
  await page.addInitScript("globalThis.__name = (f) => f");
  // Warm: the server has read its files once.
  await page.goto(shop.page());
  await page.getByRole("heading", { name: "Overview" }).waitFor();
  await page.goto(shop.page("invocations"));
  await page.locator("[data-status=scheduled]").first().waitFor();
  figures.firstRowsMs = Math.round(await page.evaluate(() => performance.now()));
  figures.firstContentfulPaintMs = await page.evaluate(() =>
    Math.round(performance.getEntriesByName("first-contentful-paint")[0]?.startTime ?? Number.NaN),
  );
  await page.getByText(invocations >= 100_000 ? /newest/ : `${invocations.toLocaleString("en")} shown`).waitFor();
  await page.waitForFunction(
    (n) => Number(document.querySelector("[role=grid]")?.getAttribute("aria-rowcount")) > n,
    Math.min(invocations, 100_000),
  );
  figures.wholeListMs = Math.round(await page.evaluate(() => performance.now()));
  figures.scrolling = await scroll(page);
  figures.updates = await update(page, await page.context().newCDPSession(page));
  await browser.close();
  console.log(JSON.stringify(figures, null, 2));
} finally {
  await shop.close();
}
process.exit(0);

/** Times between frames while the table is scrolled all over. */
async function scroll(page: Page) {
  return await page.evaluate(async () => {
    const rows = document.querySelector("[data-testid=rows]") as HTMLElement;
    const frames: number[] = [];
    const tasks: number[] = [];
    new PerformanceObserver((list) => tasks.push(...list.getEntries().map(({ duration }) => duration))).observe({
      entryTypes: ["longtask"],
    });
    let last = performance.now();
    for (let n = 0; n < 300; n++) {
      // Slowly, then in leaps, then back.
      rows.scrollTop += n < 150 ? 180 : n < 240 ? 40_000 : -30_000;
      await new Promise(requestAnimationFrame);
      const now = performance.now();
      frames.push(now - last);
      last = now;
    }
    frames.sort((a, b) => a - b);
    const at = (share: number) => Math.round((frames[Math.floor(share * (frames.length - 1))] ?? 0) * 10) / 10;
    return { frames: frames.length, medianMs: at(0.5), p99Ms: at(0.99), longestMs: at(1), tasksOver50Ms: tasks.length };
  });
}

/** The page while many invocations are made, on its list. */
async function update(page: Page, session: CDPSession) {
  await page.evaluate(() => {
    const rows = document.querySelector("[data-testid=rows]") as HTMLElement;
    rows.scrollTop = 0;
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
  await session.send("HeapProfiler.collectGarbage");
  const before = residentMb();
  const startedAt = performance.now();
  let made = 0;
  let isOver = false;
  const clicks: number[] = [];
  const clicking = (async () => {
    while (!isOver) {
      const at = performance.now();
      await page.getByRole("combobox", { name: "Order" }).focus();
      clicks.push(performance.now() - at);
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
  })();
  while (performance.now() - startedAt < seconds * 1000) {
    const due = Math.floor(((performance.now() - startedAt) / 1000) * changesPerSecond) - made;
    await inParallel(Math.max(0, due), 32, (n) => shop.post(`Cart/u${(made + n) % 5000}/total/send?delay=10h`));
    made += Math.max(0, due);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  const tookS = (performance.now() - startedAt) / 1000;
  isOver = true;
  await clicking;
  const after = residentMb();
  const frames = (await page.evaluate(() => (window as unknown as { frames: number[] }).frames)).sort((a, b) => a - b);
  clicks.sort((a, b) => a - b);
  return {
    perSecond: Math.round(made / tookS),
    medianFrameMs: round(frames[Math.floor(frames.length / 2)]),
    p99FrameMs: round(frames[Math.floor(frames.length * 0.99)]),
    longestFrameMs: round(frames.at(-1)),
    interactionMedianMs: round(clicks[Math.floor(clicks.length / 2)]),
    interactionLongestMs: round(clicks.at(-1)),
    serverMbBefore: before,
    serverMbAfter: after,
  };
}

function round(value: number | undefined): number {
  return Math.round((value ?? Number.NaN) * 10) / 10;
}

/** Of the server, on Linux. */
function residentMb(): number | undefined {
  if (process.platform !== "linux") return undefined;
  const kb = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${shop.server.pid}/status`, "utf8"))?.[1];
  return kb === undefined ? undefined : Math.round(Number(kb) / 1024);
}

async function inParallel(count: number, atATime: number, run: (n: number) => Promise<unknown>): Promise<void> {
  let next = 0;
  const work = async () => {
    while (next < count) await run(next++);
  };
  await Promise.all(Array.from({ length: Math.min(atATime, count) }, work));
}
