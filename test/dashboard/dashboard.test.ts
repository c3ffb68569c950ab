import { readFileSync } from "node:fs";
import { beforeAll, describe, expect, it } from "vitest";
import { until } from "../support/index.ts";
import { pages } from "./pages.ts";
import type { History } from "./shop.ts";
import { arrive, page, shop, visitor } from "./stage.ts";

let history: History;

beforeAll(async () => {
  history = await shop.makeHistory();
});

/** The row of an invocation in the table. */
const rowOf = (id: string) => page.locator(`[data-id="${id}"]`);

describe("every page", () => {
  it.each(["light", "dark"] as const)(
    "has no serious violation of accessibility, complains of nothing, and asks nobody else (%s)",
    async (colorScheme) => {
      await arrive(colorScheme);
      for (const { name, address, isReady } of pages(history)) {
        await page.goto(shop.page(address));
        await isReady(page);
        expect(await visitor.seriousViolations(), name).toEqual([]);
      }
      expect(visitor.complaints).toEqual([]);
    },
  );

  it.each(["light", "dark"] as const)("has dialogs without a serious violation either (%s)", async (colorScheme) => {
    await arrive(colorScheme);
    await page.goto(shop.page("invocations"));
    await rowOf(history.killed).waitFor();
    const check = async (name: string): Promise<void> => {
      await page.getByRole("dialog").waitFor();
      expect(await visitor.seriousViolations(), name).toEqual([]);
      await page.keyboard.press("Escape");
      await page.getByRole("dialog").waitFor({ state: "detached" });
    };
    await page.keyboard.press("?");
    await check("help");
    await page.keyboard.press("Control+k");
    await check("palette");
    await page.getByRole("checkbox", { name: "Select all" }).check();
    await page.getByRole("toolbar").getByRole("button", { name: "Kill" }).click();
    await check("kill");
    await page.goto(shop.page("deployments"));
    await page.getByRole("button", { name: "Register" }).click();
    await check("register");
  });

  it("fits 400 pixels and 2560: nothing of it lies beside the window", async () => {
    for (const width of [400, 2560]) {
      await page.setViewportSize({ width, height: 800 });
      for (const { name, address, isReady } of pages(history)) {
        await page.goto(shop.page(address));
        await isReady(page);
        expect([name, width, await visitor.overflow()]).toEqual([name, width, 0]);
      }
    }
  });
});

describe("the list of invocations", () => {
  it("shows one that is started over HTTP, without reload and within 300 ms", async () => {
    await page.goto(shop.page("invocations"));
    await rowOf(history.killed).waitFor();
    const tookMs: number[] = [];
    for (let n = 1; n <= 5; n++) {
      const seen = page.evaluate(
        (text) =>
          new Promise<number>((resolve) => {
            const look = () => document.querySelector(".grid-body")?.textContent?.includes(text) && resolve(Date.now());
            new MutationObserver(look).observe(document.body, { childList: true, subtree: true, characterData: true });
          }),
        `live-${n}`,
      );
      const startedAt = Date.now();
      await shop.post(`Cart/live-${n}/total`);
      tookMs.push((await seen) - startedAt);
    }
    console.log(`started over HTTP to seen in the table: ${tookMs.join(", ")} ms`);
    // The requirement of the dashboard itself; the best of five, so that a busy machine alone cannot break it.
    expect(Math.min(...tookMs)).toBeLessThanOrEqual(300);
  });

  it("changes the row of one that is cancelled, after asking with the number of those selected", async () => {
    const id = await shop.settle(await shop.post("Support/to-cancel/wait/send"), "suspended");
    await page.goto(shop.page("invocations?status=suspended,cancelled"));
    await rowOf(id).getByRole("checkbox").check();
    await page.getByRole("toolbar").getByText("1 selected").waitFor();
    await page.getByRole("toolbar").getByRole("button", { name: "Cancel" }).click();
    await page.getByRole("dialog", { name: "Cancel 1 invocation?" }).getByRole("button", { name: "Cancel 1" }).click();
    await page.getByRole("dialog").getByText("1 of 1").waitFor();
    await rowOf(id).locator(".status").getByText("Cancelled").waitFor();
    expect(await shop.rows(`SELECT completion_failure FROM sys_invocation WHERE id = '${id}'`)).toEqual([
      { completion_failure: expect.stringContaining("ancelled") },
    ]);
  });

  it("does every action to many at once, and says what the server refuses", async () => {
    const ids = await Promise.all([1, 2, 3].map((n) => shop.post(`Support/many-${n}/nap/send`)));
    for (const id of ids) await shop.settle(id, "suspended");
    await page.goto(shop.page("invocations?service=Support&q=many-"));
    async function act(verb: string, confirm: string): Promise<void> {
      await page.getByRole("checkbox", { name: "Select all" }).check();
      await page.getByRole("toolbar").getByRole("button", { name: verb }).click();
      await page.getByRole("dialog").getByRole("button", { name: confirm, exact: true }).click();
      await page.getByRole("dialog").getByText("3 of 3").waitFor();
      await page.getByRole("dialog").getByRole("button", { name: "Close" }).last().click();
    }
    const all = async (label: string) => {
      await until(
        `three rows ${label}`,
        async () => (await page.locator(".grid-body .status").getByText(label).count()) === 3,
      );
    };
    await all("Suspended");
    await act("Pause", "Pause 3");
    await all("Paused");
    await act("Resume", "Resume 3");
    await all("Suspended");
    await act("Kill", "Kill 3");
    await all("Killed");
    await act("Purge", "Purge 3");
    await page.getByText("No invocation matches").waitFor();
    for (const id of ids) expect(await shop.status(id)).toBeUndefined();
  });

  it("keeps its filters in the address, where they survive a reload", async () => {
    await page.goto(shop.page("invocations"));
    await rowOf(history.killed).waitFor();
    await page.getByRole("button", { name: /^Killed/ }).click();
    await page.getByRole("combobox", { name: "Service" }).selectOption("Support");
    await page.getByRole("searchbox", { name: "Failure" }).fill("killed");
    await page.getByRole("searchbox", { name: "Key" }).fill("ticket-10");
    await page.waitForURL((url) => url.searchParams.get("key") === "ticket-10");
    const shown = async () => {
      await page.getByText("1 shown").waitFor();
      await rowOf(history.killed).waitFor();
      expect(await rowOf(history.cancelled).count()).toBe(0);
    };
    await shown();
    expect(Object.fromEntries(new URL(page.url()).searchParams)).toEqual({
      ...{ status: "killed", service: "Support", failure: "killed", key: "ticket-10" },
    });
    await page.reload();
    await shown();
    expect(await page.getByRole("combobox", { name: "Service" }).inputValue()).toBe("Support");
    expect(await page.getByRole("button", { name: /^Killed/ }).getAttribute("aria-pressed")).toBe("true");
    await page.getByRole("button", { name: "Clear filters" }).click();
    await rowOf(history.cancelled).waitFor();
  });

  it("takes in what begins to match, and gives up what does not match any more", async () => {
    await page.goto(shop.page("invocations?status=suspended&service=Support"));
    await rowOf(history.sleeping).waitFor();
    const id = await shop.post("Support/comes-and-goes/nap/send");
    await rowOf(id).waitFor();
    await shop.act(id, "kill");
    await rowOf(id).waitFor({ state: "detached" });
    await rowOf(history.sleeping).waitFor();
  });

  it("is walked with the keyboard: rows, selection, opening", async () => {
    await page.goto(shop.page("invocations?service=Support&order=oldest"));
    await rowOf(history.suspended).waitFor();
    await page.locator(".grid-row[data-index='0']").focus();
    await page.keyboard.press("j");
    await page.keyboard.press("x");
    await page.getByText("1 selected").waitFor();
    await page.keyboard.press("Escape");
    await page.getByText("1 selected").waitFor({ state: "detached" });
    await page.locator(".grid-row[data-index='1']").focus();
    const id = await page.locator(".grid-row[data-index='1']").getAttribute("data-id");
    await page.keyboard.press("Enter");
    await page.waitForURL(`**/invocations/${id}`);
  });

  it("shows the columns that are chosen, also the next time", async () => {
    await page.goto(shop.page("invocations"));
    await page.getByRole("button", { name: "Columns" }).click();
    await page.getByRole("menuitemcheckbox", { name: "Deployment" }).click();
    await page.getByRole("columnheader", { name: "Deployment" }).waitFor();
    await page.reload();
    await page.getByRole("columnheader", { name: "Deployment" }).waitFor();
  });
});

describe("an invocation", () => {
  it("grows while it is looked at, and shows what it waits for", async () => {
    const id = await shop.settle(await shop.post("Checkout/order-live/run/send", { items: 2 }), "suspended");
    await page.goto(shop.page(`invocations/${id}`));
    await page.getByText("Waits for the result of: Await promise approval").waitFor();
    await shop.post("Checkout/order-live/approve", "tests");
    await page.getByRole("button", { name: /Output/ }).click();
    await page.getByText('"tests"').waitFor();
    await page.locator(".invocation-id").getByText("Succeeded").waitFor();
    await page.getByRole("button", { name: "Input", exact: false }).first().click();
    await page.getByText('"items"').first().waitFor();
  });

  it("says why an attempt failed and when the next one is due, and tries again at once when asked", async () => {
    const id = await shop.settle(await shop.post("Payment/flaky/send"), "backing-off");
    await page.goto(shop.page(`invocations/${id}`));
    await page.getByText(/the next one starts in (59m|1h)/).waitFor();
    await page.getByText("Stack").click();
    await page.getByText("Bank.connect").first().waitFor();
    await page.getByRole("button", { name: /Attempt failed/ }).waitFor();
    await page.getByRole("button", { name: "Retry now" }).click();
    // The same failure again is no second event: the server counts it.
    await page.getByText("2 attempts have failed").waitFor();
  });

  it("leads to the holder of the key that it waits for", async () => {
    await page.goto(shop.page(`invocations/${history.pending}`));
    await page.getByText("Waits for its key").getByRole("link").click();
    await page.waitForURL(`**/invocations/${history.running}`);
  });

  it("shows its callees, their journals on its own time, and from a callee the way back", async () => {
    await page.goto(shop.page(`invocations/${history.done}`));
    await page.getByRole("button", { name: "Journal of Payment/charge" }).click();
    await page.getByRole("button", { name: /Run charge the card/ }).waitFor();
    await page.getByRole("link", { name: "Open Payment/charge" }).click();
    await page.getByRole("heading", { name: /Payment.*charge/ }).waitFor();
    await page
      .getByRole("region", { name: "Callers and callees" })
      .getByRole("link", { name: /Checkout/ })
      .click();
    await page.waitForURL(`**/invocations/${history.done}`);
  });

  it("starts again as new, and leads there", async () => {
    const id = await shop.post("Greeter/greet/send", "again");
    await shop.settle(id, "completed");
    await page.goto(shop.page(`invocations/${id}`));
    await page.getByRole("button", { name: "Restart as new" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Restart as new" }).click();
    await page.getByRole("link", { name: /inv_/ }).click();
    await page.getByText("Restarted from").waitFor();
  });

  it("that is not stored says so", async () => {
    await page.goto(shop.page("invocations/inv_10000000000zzzzzzzzzzzzzzzzzzzzzzz"));
    await page.getByText("Nothing is stored of this invocation").waitFor();
  });
});

describe("the shell", () => {
  it("goes to pages by keys, searches with /, helps with ?, and finds an invocation by its id", async () => {
    await page.goto(shop.page());
    await page.getByRole("heading", { name: "Overview" }).waitFor();
    await page.keyboard.press("g");
    await page.keyboard.press("i");
    await page.waitForURL("**/ui/invocations");
    await page.getByRole("grid", { name: "Invocations" }).waitFor();
    await page.keyboard.press("/");
    await page.keyboard.type("ticket-10");
    await page.waitForURL("**/invocations?q=ticket-10");
    await page.keyboard.press("Escape");
    await page.keyboard.press("?");
    await page.getByRole("dialog", { name: "Keys and statuses" }).waitFor();
    await page.keyboard.press("Escape");
    await page.keyboard.press("Control+k");
    await page.getByRole("combobox", { name: "Go anywhere, do anything" }).waitFor();
    await page.keyboard.type(history.paused);
    await page.keyboard.press("Enter");
    await page.waitForURL(`**/invocations/${history.paused}`);
  });

  it("says its own version, Restate's beside it, and hides nothing behind them", async () => {
    await page.goto(shop.page());
    const foot = page.getByTitle(/^restate-lite \d+\.\d+\.\d+, with the API of Restate 1\.7\.12$/);
    await foot.getByText(/^v\d+\.\d+\.\d+$/).waitFor();
    await foot.getByText("as Restate 1.7.12").waitFor();
    const own = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8")).version as string;
    await foot.getByText(`v${own}`, { exact: true }).waitFor();
    const [live, restate] = [page.getByText("Live", { exact: true }), foot.getByText("as Restate 1.7.12")];
    const [above, below] = [await live.boundingBox(), await restate.boundingBox()];
    expect((above?.y ?? 0) + (above?.height ?? 0)).toBeLessThanOrEqual(below?.y ?? 0);
  });

  it("is dark when asked to, also the next time", async () => {
    await page.goto(shop.page());
    const ground = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
    const light = await ground();
    await page.getByRole("button", { name: /^Appearance: follows/ }).click();
    await page.getByRole("button", { name: /^Appearance: light/ }).click();
    await page.getByRole("button", { name: /^Appearance: dark/ }).waitFor();
    expect(await ground()).not.toBe(light);
    await page.reload();
    await page.getByRole("button", { name: /^Appearance: dark/ }).waitFor();
    expect(await ground()).not.toBe(light);
  });
});

describe("a handler's playground", () => {
  it("calls and sends over the ingress, shows answer and journal, and copies as curl", async () => {
    await visitor.context.grantPermissions(["clipboard-read", "clipboard-write"]);
    await page.goto(shop.page("services/Cart?handler=add"));
    expect(await page.getByRole("button", { name: "Call", exact: true }).isDisabled()).toBe(true);
    await page.getByRole("textbox", { name: "Key", exact: true }).fill("play ground");
    await page.getByRole("textbox", { name: "Input" }).fill('{"sku":"x","price":1}');
    await page.getByRole("button", { name: "Copy as curl" }).click();
    expect(await page.evaluate(() => navigator.clipboard.readText())).toContain("/Cart/play%20ground/add'");
    await page.getByRole("button", { name: "Call", exact: true }).click();
    await page.locator(".answer").getByText("200").waitFor();
    await page.getByRole("button", { name: /Set state items/ }).waitFor();
    await page.getByRole("textbox", { name: "Delay of a send" }).fill("1h");
    await page.getByRole("button", { name: "Send", exact: true }).click();
    await page.locator(".running").getByText("Scheduled").waitFor();
    expect(visitor.complaints).toEqual([]);
  });
});

// Last, because it takes the server away.
describe("a page whose server is restarted", () => {
  it("goes on by itself and has lost nothing", async () => {
    await page.goto(shop.page("invocations?service=Greeter"));
    await page.locator("[data-status=succeeded]").first().waitFor();
    await shop.server.kill();
    await page.getByText("Reconnecting").waitFor();
    await shop.server.start();
    // Before the page has noticed, perhaps.
    const id = await shop.post("Greeter/greet/send", "after the restart");
    await page.getByText("Live", { exact: true }).waitFor();
    await rowOf(id).getByText("Succeeded").waitFor();
    const stored = await shop.rows("SELECT id FROM sys_invocation WHERE target_service_name = 'Greeter'");
    await page.getByText(`${stored.length} shown`).waitFor();
    const later = await shop.post("Greeter/greet/send", "live again");
    await rowOf(later).waitFor();
    // A page that listens does not keep the server from ending.
    expect(await shop.server.stop()).toBe(0);
    await page.getByText("The server does not answer").waitFor();
  });
});
