/** `npm run screenshots`: every page, light and dark, wide and narrow, into docs/img. */
import { mkdirSync, rmSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { launchChromium } from "./chromium.ts";
import { pages } from "./pages.ts";
import { Shop } from "./shop.ts";

const folder = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "../../docs/img");
const sizes = [
  { name: "wide", width: 1440, height: 900 },
  { name: "narrow", width: 400, height: 800 },
] as const;
const wanted = process.argv[2];

const shop = await Shop.open();
try {
  const history = await shop.makeHistory();
  const browser = await launchChromium();
  if (wanted === undefined) rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  for (const colorScheme of ["light", "dark"] as const) {
    for (const { name: size, width, height } of sizes) {
      const context = await browser.newContext({ viewport: { width, height }, colorScheme, reducedMotion: "reduce" });
      const page = await context.newPage();
      for (const { name, address, isReady } of pages(history)) {
        if (wanted !== undefined && !name.includes(wanted)) continue;
        await page.goto(shop.page(address));
        await isReady(page);
        await page.evaluate(() => document.fonts.ready);
        await page.screenshot({ path: path.join(folder, `${name}-${colorScheme}-${size}.png`) });
      }
      await context.close();
    }
  }
  await browser.close();
  console.log(`screenshots: written to ${folder}`);
} finally {
  await shop.close();
}
process.exit(0);
