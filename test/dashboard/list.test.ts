import { afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { until } from "../support/index.ts";
import { page, shop, visitor } from "./stage.ts";

const MANY = 1500;

/** One that starts in ten hours. */
const schedule = (key: string) => shop.post(`Cart/${key}/total/send?delay=10h`);

beforeAll(async () => {
  for (let at = 0; at < MANY; at += 100) {
    await Promise.all(Array.from({ length: 100 }, (_, n) => schedule(`many-${String(at + n).padStart(4, "0")}`)));
  }
});
beforeEach(async () => {
  await visitor.go("invocations");
  await page.getByText(/^1,\d+ shown$/).waitFor();
});
afterEach(async () => {
  expect(visitor.complaints).toEqual([]);
});

const rows = () => page.getByTestId("rows");
const rowOf = (id: string) => page.locator(`[data-id="${id}"]`);
const rowAt = (index: number) => page.locator(`[data-index="${index}"]`);
const idAt = async (index: number) => (await rowAt(index).getAttribute("data-id")) as string;
const scrollTo = (px: number) => rows().evaluate((element, top) => element.scrollTo(0, top), px);
/** The row that has the focus, by its id. */
const focused = () => page.evaluate(() => (document.activeElement as HTMLElement | null)?.dataset.id);

describe("a list of many invocations", () => {
  it("has only those in sight in the document, wherever it is scrolled to", async () => {
    for (const px of [0, 20_000, 50, 40_000]) {
      await scrollTo(px);
      await until(`the rows at ${px} to be there`, async () => {
        const first = Math.ceil(px / 38);
        return (await rowAt(first).locator(".target").count()) === 1;
      });
      expect(await page.locator("[data-index]").count()).toBeLessThan(50);
    }
  });

  it("shows new ones at once at its top, and counts them while somebody looks further down", async () => {
    const atTop = await schedule("new-at-top");
    await rowOf(atTop).waitFor();
    await scrollTo(10_000);
    await rowAt(270).locator(".target").waitFor();
    const before = await idAt(270);
    const while1 = await schedule("new-while-away-1");
    await page.getByRole("button", { name: "1 new" }).waitFor();
    const while2 = await schedule("new-while-away-2");
    await page.getByRole("button", { name: "2 new" }).waitFor();
    expect(await idAt(270)).toBe(before);
    await page.getByRole("button", { name: "2 new" }).click();
    await rowOf(while2).waitFor();
    expect(await rows().evaluate((element) => element.scrollTop)).toBe(0);
    expect([await idAt(0), await idAt(1)]).toEqual([while2, while1]);
    // And it is live again.
    await rowOf(await schedule("new-at-top-again")).waitFor();
  });

  it("shows those that have waited when somebody comes back to its top", async () => {
    await scrollTo(5000);
    await rowAt(140).locator(".target").waitFor();
    const id = await schedule("new-while-scrolled");
    await page.getByRole("button", { name: "1 new" }).waitFor();
    await scrollTo(0);
    await rowOf(id).waitFor();
    await page.getByRole("button", { name: "1 new" }).waitFor({ state: "detached" });
  });

  it("opens the one that the pointer was on, however many come meanwhile", async () => {
    let isDone = false;
    const flood = (async () => {
      for (let n = 0; !isDone; n++) await schedule(`flood-${n % 1000}`);
    })();
    try {
      const box = await rows().boundingBox();
      if (box === null) throw new Error("no table");
      await page.mouse.move(box.x + 500, box.y + 34 + 38 * 4.5);
      await page.mouse.down();
      const pressed = await focused();
      expect(pressed).toMatch(/^inv_/);
      await page.getByRole("button", { name: /^\d{2,} new$/ }).waitFor();
      expect(await focused()).toBe(pressed);
      await page.mouse.up();
      await page.waitForURL(`**/invocations/${pressed}`);
    } finally {
      isDone = true;
      await flood;
    }
  });
});

describe("the keyboard in a list of many", () => {
  it("goes to both ends, by pages and by rows", async () => {
    await rowAt(0).focus();
    await page.keyboard.press("End");
    const last = (await shop.rows("SELECT count(*) AS n FROM sys_invocation"))[0]?.n as number;
    await until("the last row to have the focus", async () => {
      return (await page.locator(":focus").getAttribute("data-index")) === String(last - 1);
    });
    await page.keyboard.press("PageUp");
    await page.keyboard.press("k");
    const at = Number(await page.locator(":focus").getAttribute("data-index"));
    expect(at).toBeLessThan(last - 10);
    expect(await page.locator(":focus").evaluate((row) => row.getBoundingClientRect().bottom)).toBeLessThan(900);
    await page.keyboard.press("Home");
    await until("the first row to have the focus", async () => {
      return (await page.locator(":focus").getAttribute("data-index")) === "0";
    });
  });

  it("keeps its row while that is out of sight, and does not take another one for it", async () => {
    const id = await idAt(3);
    await rowAt(3).focus();
    await scrollTo(20_000);
    await rowAt(530).locator(".target").waitFor();
    expect(await focused()).toBeUndefined();
    await scrollTo(0);
    await until("the row to have the focus again", async () => (await focused()) === id);
    await scrollTo(20_000);
    await rowAt(530).locator(".target").waitFor();
    await page.keyboard.press("j");
    const next = await shop.rows(`SELECT id FROM sys_invocation ORDER BY created_at DESC LIMIT 5`);
    await until("the row behind it to have the focus", async () => (await focused()) === next[4]?.id);
  });

  it("stays with its row when others leave the list, and shows those that have waited by Home", async () => {
    const [gone, kept] = [await idAt(1), await idAt(3)];
    await rowAt(3).focus();
    const id = await schedule("new-while-focused");
    await page.getByRole("button", { name: "1 new" }).waitFor();
    await shop.act(gone, "kill");
    await until("the row to have moved up", async () => (await rowOf(kept).getAttribute("data-index")) === "2");
    expect(await focused()).toBe(kept);
    await page.keyboard.press("Home");
    await until("the new one to have the focus", async () => (await focused()) === id);
  });
});
