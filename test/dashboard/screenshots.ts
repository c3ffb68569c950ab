/**
 * `npm run screenshots`: the pictures of docs/dashboard.md, into docs/img. A picture whose page looks as before stays as it
 * is. `npm run screenshots NAME` takes those whose name contains NAME.
 */
import { mkdirSync, readdirSync, rmSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { launchChromium } from "./chromium.ts";
import { pages } from "./pages.ts";
import { changingAreas, writePicture } from "./picture.ts";
import { Shop } from "./shop.ts";

const folder = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "../../docs/img");

const desk = { colorScheme: "light", viewport: { width: 1440, height: 900 } } as const;
const deskAtNight = { ...desk, colorScheme: "dark" } as const;
const phone = { colorScheme: "dark", viewport: { width: 400, height: 800 } } as const;

/** Each shows something that no other one shows. `page` is a name of `pages.ts`. */
const pictures = [
  { name: "overview", page: "overview", look: desk },
  { name: "overview-phone", page: "overview", look: phone },
  { name: "invocations", page: "invocations", look: desk },
  { name: "invocation", page: "invocation", look: deskAtNight },
  { name: "invocation-backing-off", page: "invocation-backing-off", look: desk },
  { name: "invocation-state", page: "invocation-state", look: desk },
  { name: "invocation-edit", page: "invocation-edit", look: desk },
  { name: "invocation-mismatch", page: "invocation-mismatch", look: desk },
  { name: "playground-form", page: "playground-form", look: desk },
  { name: "instance", page: "instance", look: desk },
  { name: "deployments", page: "deployments", look: desk },
  { name: "flow", page: "flow", look: desk },
  { name: "sql-chart", page: "sql-chart", look: desk },
] as const;

const wanted = pictures.filter(({ name }) => name.includes(process.argv[2] ?? ""));

mkdirSync(folder, { recursive: true });
const names = new Set<string>(pictures.map(({ name }) => `${name}.png`));
for (const file of readdirSync(folder)) if (!names.has(file)) rmSync(path.join(folder, file));

const shop = await Shop.open();
try {
  const byName = new Map(pages(await shop.makeHistory()).map((page) => [page.name, page]));
  const browser = await launchChromium();
  for (const { name, page: pageName, look } of wanted) {
    const context = await browser.newContext({ ...look, reducedMotion: "reduce" });
    const page = await context.newPage();
    const shown = byName.get(pageName);
    if (shown === undefined) throw new Error(`test/dashboard/pages.ts has no page ${pageName}`);
    await page.goto(shop.page(shown.address));
    await shown.isReady(page);
    await page.evaluate(() => document.fonts.ready);
    const isWritten = writePicture(
      path.join(folder, `${name}.png`),
      await page.screenshot(),
      await changingAreas(page),
    );
    console.log(`screenshots: ${name} ${isWritten ? "written" : "looks as before"}`);
    await context.close();
  }
  await browser.close();
} finally {
  await shop.close();
}
process.exit(0);
