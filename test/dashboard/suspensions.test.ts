import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { TestEndpoint } from "../support/index.ts";
import { arrive, page, shop, visitor } from "./stage.ts";

let endpoint: TestEndpoint;

beforeAll(async () => {
  const file = fileURLToPath(new URL("endpoints/clerk.mjs", import.meta.url));
  endpoint = await TestEndpoint.start(file);
  await shop.server.register(endpoint.url);
});
afterAll(() => endpoint?.kill());

interface Past {
  readonly count: number;
  readonly suspensions: readonly { readonly sinceMs: number; readonly untilMs?: number }[];
}

async function past(id: string): Promise<Past> {
  const answer = await fetch(`${shop.server.adminUrl}/restate-lite/invocations/${id}/suspensions`);
  if (!answer.ok) throw new Error(`${answer.status}: ${await answer.text()}`);
  return (await answer.json()) as Past;
}

/** An invocation that has slept, and has waited for another one that has slept. */
async function visited(key: string): Promise<string> {
  return await shop.settle(await shop.post(`Clerk/${key}/visit/send`), "completed");
}

async function open(id: string): Promise<void> {
  await visitor.go(`invocations/${id}`);
  await page.getByRole("button", { name: /^Input.*details$/ }).waitFor();
}

const journal = () => page.getByRole("region", { name: "Journal" });
const line = () => journal().getByRole("button", { name: /^Suspended/ });
/** Of the invocation of the page, as they lie on the axis. */
const stretches = () => journal().locator('.line[data-depth="0"] .stretch');
const list = () => journal().getByRole("region", { name: "Suspensions" }).getByRole("listitem");

describe("past suspensions of an invocation", () => {
  it("lie on the axis one after the other, with from when to when and for what", async () => {
    const id = await visited("axis");
    await open(id);
    await line().getByText("2 times").waitFor();
    const titles = await stretches().evaluateAll((all) => all.map((one) => one.getAttribute("title")));
    expect(titles).toEqual([
      expect.stringMatching(/^Suspended .+ to .+, [\d.]+ m?s, waited for Sleep \(#1\)$/),
      expect.stringMatching(/^Suspended .+ to .+, [\d.]+ m?s, waited for Call Clerk\/axis's assistant\/nap \(#\d\)$/),
    ]);
    await page.getByRole("button", { name: "True time" }).click();
    const boxes = await stretches().evaluateAll((all) => all.map((one) => one.getBoundingClientRect().toJSON()));
    const axis = await page.locator(".line[data-depth='0'] .bars").first().boundingBox();
    const { suspensions } = await past(id);
    const took = suspensions.map(({ sinceMs, untilMs = 0 }) => untilMs - sinceMs);
    const [slept = 0, called = 0] = took;
    expect(slept).toBeGreaterThan(0);
    expect(called).toBeGreaterThan(0);
    // True to time: as long on the axis as they took, and apart.
    const [first, second] = boxes as [DOMRect, DOMRect];
    expect(second.width / first.width).toBeCloseTo(called / slept, 0);
    expect(second.left).toBeGreaterThan(first.right);
    expect(first.left).toBeGreaterThanOrEqual(axis?.x as number);
    expect(visitor.complaints).toEqual([]);
  });

  it("are read with the keyboard, and name the entries that were waited for", async () => {
    const id = await visited("read");
    await open(id);
    await line().focus();
    await page.keyboard.press("Enter");
    await list().first().waitFor();
    expect(await list().allTextContents()).toEqual([
      expect.stringMatching(/^[\d.]+ m?s from .+ to .+waited for Sleep \(#1\)$/),
      expect.stringMatching(/^[\d.]+ m?s from .+ to .+waited for Call Clerk\/read's assistant\/nap \(#\d\)$/),
    ]);
    expect(await line().getAttribute("aria-expanded")).toBe("true");
    await page.keyboard.press("Tab");
    // On to what the list is in, which scrolls.
    expect(await page.evaluate(() => document.activeElement?.getAttribute("aria-label"))).toBe("Suspensions");
    await line().press("Enter");
    await list().first().waitFor({ state: "detached" });
  });

  it("are those of a called one too, in its journal", async () => {
    await open(await visited("nested"));
    await journal().getByRole("button", { name: "Journal of Clerk/nested's assistant/nap" }).click();
    await line().nth(1).getByText("1 time,").waitFor();
    expect(await journal().locator('.line[data-depth="1"] .stretch').count()).toBe(1);
  });

  it("grow as it goes on: one that lasts gets its end without a reload", async () => {
    const id = await shop.settle(await shop.post("Clerk/live/nap/send", 3_600_000), "suspended");
    await open(id);
    await line().getByText("still is").waitFor();
    expect(await stretches().getAttribute("title")).toMatch(/^Suspended since .+ so far, waits for Sleep \(#1\)$/);
    await shop.act(id, "cancel");
    await line().getByText("still is").waitFor({ state: "detached" });
    await line().getByText("1 time,").waitFor();
    expect(await stretches().getAttribute("title")).toMatch(/ to .+waited for Sleep \(#1\)$/);
  });

  it("are there after the server has died and come back", async () => {
    const id = await visited("crash");
    const before = await past(id);
    const lasting = await shop.settle(await shop.post("Clerk/lasting/nap/send", 3_600_000), "suspended");
    const { suspensions } = await past(lasting);
    await shop.server.kill();
    await shop.server.start();
    expect(before.count).toBe(2);
    expect(await past(id)).toEqual(before);
    expect((await past(lasting)).suspensions).toEqual(suspensions);
    await shop.act(lasting, "kill");
    await shop.settle(lasting, "completed");
    expect((await past(lasting)).suspensions).toMatchObject([
      { sinceMs: suspensions[0]?.sinceMs, untilMs: expect.any(Number) },
    ]);
    await open(id);
    await line().getByText("2 times").waitFor();
  });

  it("go with the journal", async () => {
    const id = await visited("purged");
    await open(id);
    await line().waitFor();
    await shop.act(id, "purge-journal");
    await line().waitFor({ state: "detached" });
    expect(await past(id)).toEqual({ count: 0, suspensions: [] });
  });

  it("are not spoken of when there were none", async () => {
    const id = await shop.settle(await shop.post("Greeter/greet/send", "Ada"), "completed");
    await open(id);
    await page.getByRole("button", { name: /^Output.*details$/ }).waitFor();
    // Asked for with the journal, and here by now.
    await page.waitForLoadState("networkidle");
    expect(await line().count()).toBe(0);
  });

  it.each(["light", "dark"] as const)(
    "violate no rule of accessibility, and fit into 400 pixels (%s)",
    async (scheme) => {
      const id = await visited(`axe-${scheme}`);
      await arrive(scheme);
      await open(id);
      await line().click();
      await list().first().waitFor();
      expect(await visitor.seriousViolations()).toEqual([]);
      await page.setViewportSize({ width: 400, height: 800 });
      expect(await visitor.overflow()).toBeLessThanOrEqual(0);
      const [bars] = await stretches().evaluateAll((all) => all.map((one) => one.getBoundingClientRect().toJSON()));
      expect((bars as DOMRect).height).toBeGreaterThan(8);
      expect(await visitor.seriousViolations()).toEqual([]);
    },
  );
});

describe("an object that waits for itself", () => {
  it("is shown as a ring with its members, and is freed by killing the one that it names", async () => {
    const outer = await shop.settle(await shop.post("Clerk/knot/tangle/send"), "suspended");
    const [inner] = await shop.rows(`SELECT id FROM sys_invocation WHERE invoked_by_id = '${outer}'`);
    await open(outer);
    const ring = page.getByRole("list", { name: "Who waits for whom" }).getByRole("listitem");
    await ring.nth(1).waitFor();
    expect(await ring.allInnerTexts()).toEqual([
      expect.stringMatching(/Clerk\/knot\/tangle waits for the result of /) as string,
      expect.stringMatching(/Clerk\/knot\/nap waits for its key, which is held by /) as string,
    ]);
    expect(await visitor.seriousViolations()).toEqual([]);
    await page.getByRole("button", { name: /^Kill inv_/ }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Kill", exact: true }).click();
    await page.getByText("killed").first().waitFor();
    expect(await shop.status(outer)).toBe("completed");
    expect(await shop.rows(`SELECT id FROM sys_invocation WHERE id = '${String(inner?.id)}'`)).toEqual([]);
    expect(visitor.complaints).toEqual([]);
  });
});
