/** For the tests of one file: a shop, a browser, and for each test a visitor of its own. */
import type { Browser, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach } from "vitest";
import { launchChromium } from "./chromium.ts";
import { Shop } from "./shop.ts";
import { Visitor } from "./visitor.ts";

export let shop: Shop;
export let browser: Browser;
export let visitor: Visitor;
export let page: Page;

/** Another visitor in place of the one so far. */
export async function arrive(colorScheme: "light" | "dark" = "light"): Promise<void> {
  await visitor?.context.close();
  visitor = await Visitor.arrive(browser, shop, colorScheme);
  page = visitor.page;
}

beforeAll(async () => {
  [shop, browser] = await Promise.all([Shop.open(), launchChromium()]);
});
afterAll(async () => {
  await browser?.close();
  await shop?.close();
});
beforeEach(() => arrive());
afterEach(() => visitor?.context.close());
