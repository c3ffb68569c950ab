import { describe, expect, it } from "vitest";
import { until } from "../support/index.ts";
import { arrive, page, shop, visitor } from "./stage.ts";

const rulesCard = () => page.getByRole("region", { name: "Rules" });
const dialog = () => page.getByRole("dialog");
const usageOf = (level: string) => page.locator(`[data-usage="${level}"]`);
const queueOf = (name: string) => page.locator("[data-queue]").filter({ hasText: name });
const field = (label: string) => dialog().getByRole("textbox", { name: label, exact: true });
const stored = (pattern: string) =>
  shop.rows(`SELECT concurrency, description, disabled FROM sys_rules WHERE pattern = '${pattern}'`);

/** A cart that keeps its place until it is killed. */
const hold = (scope: string, cart: string, limitKey: string) =>
  shop.post(`restate/scope/${scope}/send/Cart/${cart}/hold?limit-key=${limitKey}`);

async function killAll(scope: string): Promise<void> {
  const rows = await shop.rows(`SELECT id FROM sys_invocation WHERE scope = '${scope}' AND status != 'completed'`);
  for (const { id } of rows) await shop.act(String(id), "kill");
}

describe("the rules", () => {
  it("are made, edited, disabled, enabled and deleted", async () => {
    await visitor.go("flow");
    await page.getByText("Nothing is limited").waitFor();
    await page.getByRole("button", { name: "Make the first rule" }).click();
    await field("Pattern").fill("shop/*");
    await dialog().getByText("each limit key in scope shop").waitFor();
    await field("At a time").fill("3");
    await field("Description").fill("Three for each");
    await dialog().getByRole("button", { name: "Make the rule" }).click();
    const row = rulesCard().getByRole("row").filter({ hasText: "shop/*" });
    await row.getByText("Three for each").waitFor();
    await row.getByText("Enabled").waitFor();
    expect(await stored("shop/*")).toEqual([{ concurrency: 3, description: "Three for each", disabled: false }]);

    await page.getByRole("button", { name: "Edit shop/*" }).click();
    expect(await field("Pattern").isEditable()).toBe(false);
    await field("At a time").fill("");
    await dialog().getByRole("button", { name: "Save" }).click();
    await row.getByText("no limit").waitFor();
    expect(await stored("shop/*")).toEqual([{ description: "Three for each", disabled: false }]);

    await page.getByRole("button", { name: "Disable shop/*" }).click();
    await dialog().getByText("It is kept, and can be enabled again").waitFor();
    expect(await stored("shop/*")).toMatchObject([{ disabled: false }]);
    await dialog().getByRole("button", { name: "Disable" }).click();
    await row.getByText("Disabled").waitFor();
    expect(await stored("shop/*")).toEqual([{ description: "Three for each", disabled: true }]);
    await page.getByRole("button", { name: "Enable shop/*" }).click();
    await row.getByText("Enabled").waitFor();
    expect(await stored("shop/*")).toEqual([{ description: "Three for each", disabled: false }]);

    await page.getByRole("button", { name: "Delete shop/*" }).click();
    await dialog().getByRole("button", { name: "Back" }).click();
    expect(await stored("shop/*")).toHaveLength(1);
    await page.getByRole("button", { name: "Delete shop/*" }).click();
    await dialog().getByRole("button", { name: "Delete" }).click();
    await page.getByText("Nothing is limited").waitFor();
    expect(await stored("shop/*")).toEqual([]);
    expect(visitor.complaints).toEqual([]);
  });

  it("say what is wrong at the field, before and after the server is asked", async () => {
    await shop.putRules([{ pattern: "taken", limits: { concurrency: 1 } }]);
    await visitor.go("flow");
    await page.getByRole("button", { name: "New rule" }).click();
    await field("Pattern").fill("no spaces/*");
    await field("At a time").fill("0");
    const make = dialog().getByRole("button", { name: "Make the rule" });
    await make.click();
    await dialog().getByText("“no spaces” has to be").waitFor();
    await dialog().getByText("1 is the least").waitFor();
    expect(await field("Pattern").getAttribute("aria-invalid")).toBe("true");
    const about = await field("At a time").getAttribute("aria-describedby");
    expect(await page.locator(`[id="${about}"]`).innerText()).toContain("1 is the least");
    expect(await visitor.seriousViolations()).toEqual([]);

    await field("Pattern").fill("taken");
    await field("At a time").fill("2");
    expect(await field("Pattern").getAttribute("aria-invalid")).toBe("false");
    await make.click();
    await dialog().getByText("There is a rule with this pattern already").waitFor();
    expect(await stored("taken")).toMatchObject([{ concurrency: 1 }]);
    await page.keyboard.press("Escape");
    await dialog().waitFor({ state: "detached" });
    await page.getByRole("button", { name: "Edit taken" }).waitFor();
  });

  it("that somebody else makes and changes appear by themselves", async () => {
    await visitor.go("flow");
    await page.getByText("Live", { exact: true }).waitFor();
    await shop.putRules([{ pattern: "elsewhere", limits: { concurrency: 7 } }]);
    const row = rulesCard().getByRole("row").filter({ hasText: "elsewhere" });
    await row.getByText("7", { exact: true }).waitFor();
    await shop.putRules([{ pattern: "elsewhere", limits: { concurrency: 8 } }]);
    await row.getByText("8", { exact: true }).waitFor();
  });

  it("are not overwritten when somebody else was faster", async () => {
    await shop.putRules([{ pattern: "raced", limits: { concurrency: 1 } }]);
    await visitor.go("flow");
    await page.getByRole("button", { name: "Edit raced" }).click();
    await field("At a time").fill("5");
    await shop.putRules([{ pattern: "raced", limits: { concurrency: 2 } }]);
    await dialog().getByRole("button", { name: "Save" }).click();
    await dialog().getByRole("alert").getByText("Nothing has been changed").waitFor();
    expect(await stored("raced")).toMatchObject([{ concurrency: 2 }]);
  });
});

describe("usage and queues", () => {
  it("follow what starts and ends, and a rule that is changed", async () => {
    await shop.putRules([{ pattern: "live/*", limits: { concurrency: 1 } }]);
    await visitor.go("flow");
    await rulesCard().getByText("live/*").waitFor();
    const first = await shop.settle(await hold("live", "live-1", "team"), "running");
    await usageOf("live/team").getByText("1 of 1").waitFor();
    const second = await shop.settle(await hold("live", "live-2", "team"), "pending");
    await queueOf("Cart/live-2").getByText("room at live/team").waitFor();
    await usageOf("live/team").locator(".count").getByText("1", { exact: true }).waitFor();
    await visitor.go(`invocations/${second}`);
    await page.getByText("Waits for room: the rule live/* limits how many run at live/team").waitFor();
    await visitor.go("flow");

    await page.getByRole("button", { name: "Edit live/*" }).click();
    await field("At a time").fill("2");
    await dialog().getByRole("button", { name: "Save" }).click();
    await usageOf("live/team").getByText("2 of 2").waitFor();
    await queueOf("Cart/live-2").waitFor({ state: "detached" });
    expect(await shop.status(second)).toBe("running");

    await shop.act(first, "kill");
    await usageOf("live/team").getByText("1 of 2").waitFor();
    await killAll("live");
    await usageOf("live/team").waitFor({ state: "detached" });
  });

  it("lead to who waits, in order, and to the list of invocations", async () => {
    await shop.putRules([{ pattern: "line", limits: { concurrency: 1 } }]);
    await shop.settle(await hold("line", "line-1", "a"), "running");
    const send = () => shop.post("restate/scope/line/send/Greeter/greet?limit-key=b", "you");
    const waiting = [await send(), await send()];
    for (const id of waiting) await shop.settle(id, "pending");
    await visitor.go("flow");
    await queueOf("Greeter").getByRole("button", { name: "2 waiting in the queue of Greeter" }).click();
    await until("two that wait", async () => (await dialog().getByRole("listitem").count()) === 2);
    const links = dialog().getByRole("listitem").getByRole("link");
    expect(await links.evaluateAll((all) => all.map((link) => link.getAttribute("href")))).toEqual(
      waiting.map((id) => `/ui/invocations/${id}`),
    );
    expect(await visitor.seriousViolations()).toEqual([]);
    await dialog().getByRole("link", { name: "In the list of invocations" }).click();
    await page.waitForURL((url) => url.searchParams.get("scope") === "line");
    for (const id of waiting) await page.locator(`[data-id="${id}"]`).waitFor();
    await page.getByText("2 shown").waitFor();
    // Those that stop waiting leave the list.
    await killAll("line");
    await page.locator(`[data-id="${waiting[0]}"]`).waitFor({ state: "detached" });
  });

  it("are paused, when nothing of them starts, and resumed", async () => {
    const first = await shop.settle(await hold("calm", "calm-1", "x"), "running");
    await visitor.go("flow");
    await page.getByRole("button", { name: "All unfinished" }).click();
    await page.getByRole("button", { name: "Pause the queue of Cart/calm-1" }).click();
    await queueOf("Cart/calm-1").getByText("Paused: nothing of it starts").waitFor();
    await page.getByRole("button", { name: "Waiting or paused" }).click();
    const next = await shop.settle(await hold("calm", "calm-1", "x"), "pending");
    await shop.act(first, "kill");
    await shop.settle(first, "completed");
    await queueOf("Cart/calm-1").getByRole("button", { name: "1 waiting" }).waitFor();
    expect(await shop.status(next)).toBe("pending");
    await page.getByRole("button", { name: "Resume the queue of Cart/calm-1" }).click();
    await shop.settle(next, "running");
    await queueOf("Cart/calm-1").waitFor({ state: "detached" });
    await killAll("calm");
  });

  it("are searched by scope, limit key and service", async () => {
    await shop.putRules([{ pattern: "find", limits: { concurrency: 1 } }]);
    for (const key of ["needle", "straw"]) await hold("find", `find-${key}`, key);
    await visitor.go("flow");
    await queueOf("Cart/find-").first().waitFor();
    await page.keyboard.press("/");
    await page.keyboard.type("needle");
    await usageOf("find/needle").waitFor();
    await usageOf("find/straw").waitFor({ state: "detached" });
    await page.getByRole("searchbox").fill("nothing of this name");
    await page.getByText("No queue has this in its name").waitFor();
    await killAll("find");
  });
});

it("is reached by g f", async () => {
  await visitor.go("");
  await page.getByRole("heading", { name: "Overview" }).waitFor();
  await page.keyboard.press("g");
  await page.keyboard.press("f");
  await page.waitForURL("**/ui/flow");
});

it.each(["light", "dark"] as const)(
  "has no serious violation of accessibility and fits 400 pixels (%s)",
  async (scheme) => {
    await shop.limit();
    await arrive(scheme);
    await visitor.go("flow");
    await queueOf("Cart/acme-2").waitFor();
    await usageOf("acme/growth").waitFor();
    expect(await visitor.seriousViolations()).toEqual([]);
    await page.getByRole("button", { name: "Delete acme/trial" }).click();
    await dialog().waitFor();
    expect(await visitor.seriousViolations()).toEqual([]);
    await page.keyboard.press("Escape");
    await page.setViewportSize({ width: 400, height: 800 });
    expect(await visitor.overflow()).toBe(0);
    await killAll("acme");
  },
);
