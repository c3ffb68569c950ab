import { gzipSync } from "node:zlib";
import type { Browser, Page } from "playwright-core";

export interface Loading {
  /** The scripts that the page had asked for when it was ready, gzipped by us: the servers compress in other ways. */
  readonly scriptBytes: number;
  readonly firstPaintMs: number;
  readonly readyMs: number;
}

export async function openPage(browser: Browser): Promise<Page> {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
  const page = await context.newPage();
  // tsx names functions by a helper that pages do not have.
  await page.addInitScript("globalThis.__name = (f) => f");
  return page;
}

/** Loads an address with an empty cache. Times are from the start of the navigation, in milliseconds. */
export async function load(browser: Browser, url: string, ready: string): Promise<Loading> {
  const page = await openPage(browser);
  const scripts: Promise<Buffer>[] = [];
  page.on("response", (response) => {
    // Later than those that count, it may be gone with the page.
    if (response.request().resourceType() === "script") scripts.push(response.body().catch(() => Buffer.alloc(0)));
  });
  await page.goto(url, { waitUntil: "commit" });
  await page.locator(ready).first().waitFor();
  const readyMs = await page.evaluate(() => performance.now());
  const firstPaintMs = await page.evaluate(
    () => performance.getEntriesByName("first-contentful-paint")[0]?.startTime ?? Number.NaN,
  );
  const bodies = await Promise.all(scripts.splice(0));
  await page.context().close();
  return { scriptBytes: bodies.reduce((sum, body) => sum + gzipSync(body).length, 0), firstPaintMs, readyMs };
}
