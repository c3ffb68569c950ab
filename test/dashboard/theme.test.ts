import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { TestServer } from "../support/index.ts";
import { launchChromium } from "./chromium.ts";

let server: TestServer;
let browser: Browser;
beforeAll(async () => {
  [server, browser] = await Promise.all([TestServer.start("ours"), launchChromium()]);
});
afterAll(async () => {
  await browser?.close();
  await server?.dispose();
});

/** The scripts of the app; what comes before the first paint is no module. */
const APP = /\/ui\/assets\/index-[\w-]+\.js$/;

interface Look {
  readonly theme: string | undefined;
  readonly ground: string;
  readonly isPainted: boolean;
}

const look = (page: Page): Promise<Look> =>
  page.evaluate(() => ({
    theme: document.documentElement.dataset.theme,
    ground: getComputedStyle(document.body).backgroundColor,
    isPainted: performance.getEntriesByName("first-contentful-paint").length > 0,
  }));

/** How the page looks whose scripts do not come, when somebody has chosen `theme` before; and how with them. */
async function looks(system: "light" | "dark", theme: "system" | "light" | "dark") {
  const context = await browser.newContext({ colorScheme: system });
  try {
    const page = await context.newPage();
    const complaints: string[] = [];
    page.on("console", (message) => message.type() === "error" && complaints.push(message.text()));
    await page.goto(`${server.adminUrl}/ui/`);
    const appearance = (now: string) => page.getByRole("button", { name: new RegExp(`^Appearance: ${now}`) });
    for (const now of { system: [], light: ["follows"], dark: ["follows", "light"] }[theme]) {
      await appearance(now).click();
    }
    await appearance(theme === "system" ? "follows" : theme).waitFor();
    const complete = await look(page);
    expect(complaints).toEqual([]);
    const held: (() => Promise<void>)[] = [];
    await page.route(APP, (route) => void held.push(() => route.continue()));
    await page.reload({ waitUntil: "commit" });
    await page.waitForFunction(() => performance.getEntriesByName("first-contentful-paint").length > 0);
    const first = await look(page);
    // The app itself was on its way all the time.
    expect(held).toHaveLength(1);
    expect(await appearance("").count()).toBe(0);
    await held[0]?.();
    await appearance(theme === "system" ? "follows" : theme).waitFor();
    return { first, complete };
  } finally {
    await context.close();
  }
}

describe("the first paint, before the scripts are there", () => {
  it.each([
    ["light", "dark"],
    ["dark", "light"],
    ["dark", "system"],
  ] as const)("on a %s system is in the theme that was chosen: %s", async (system, theme) => {
    const { first, complete } = await looks(system, theme);
    expect(first).toEqual({ theme, ground: complete.ground, isPainted: true });
    const [red] = /\d+/.exec(complete.ground) ?? [];
    const isDark = (theme === "system" ? system : theme) === "dark";
    expect(Number(red) < 128).toBe(isDark);
  });
});
