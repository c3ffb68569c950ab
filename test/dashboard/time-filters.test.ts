import { afterEach, describe, expect, it } from "vitest";
import { Instances } from "./instances.ts";
import { page, shop, visitor } from "./stage.ts";

afterEach(() => expect(visitor.complaints).toEqual([]));

const rowOf = (id: string) => page.locator(`[data-id="${id}"]`);
const list = (search: Readonly<Record<string, string>>) => visitor.go(`invocations?${new URLSearchParams(search)}`);

/** A time that the server's clock, to the millisecond, is behind. */
async function now(): Promise<string> {
  const [row] = await shop.rows("SELECT now() AS now");
  return new Date(Date.parse(`${String(row?.now)}Z`) + 1).toISOString();
}

describe("the list of invocations", () => {
  it("is filtered by when they were modified last: who has been still leaves it when something happens", async () => {
    const held = await new Instances(shop).holdKey("still");
    const before = await now();
    const later = await shop.settle(await shop.post("Support/later/wait/send"), "suspended");
    await list({ modified_until: before });
    await rowOf(held.id).waitFor();
    await page.getByText("1 shown").waitFor();
    await held.release(1);
    await rowOf(held.id).waitFor({ state: "detached" });
    await list({ modified_since: before, status: "suspended,succeeded" });
    await rowOf(held.id).waitFor();
    await rowOf(later).waitFor();
    const newer = await shop.settle(await shop.post("Support/newer/wait/send"), "suspended");
    await rowOf(newer).waitFor();
    await shop.act(newer, "kill");
    await rowOf(newer).waitFor({ state: "detached" });
  });

  it("is filtered by when they were completed, live", async () => {
    const held = await new Instances(shop).holdKey("going");
    await shop.post("Greeter/greet", "early");
    const before = await now();
    await list({ completed_since: before });
    await page.getByText("No invocation matches").waitFor();
    await held.release(1);
    await rowOf(held.id).waitFor();
    await page.getByText("1 shown").waitFor();
    await list({ completed_until: before });
    await page.getByText(/^\d+ shown$/).waitFor();
    expect(await rowOf(held.id).count()).toBe(0);
  });

  it("has these filters in its menu, says what is no time, and keeps them in the address", async () => {
    const done = await shop.settle(await shop.post("Greeter/greet/send", "done"), "completed");
    const asleep = await shop.settle(await shop.post("Support/asleep/nap/send"), "suspended");
    await list({});
    await rowOf(asleep).waitFor();
    await page.getByRole("button", { name: "More filters" }).click();
    await page.getByRole("menuitem", { name: "Completed after" }).click();
    const field = page.getByRole("searchbox", { name: "Completed after" });
    await field.pressSequentially("soon");
    await page.waitForURL("**/invocations?completed_since=soon");
    expect(await field.getAttribute("aria-invalid")).toBe("true");
    await field.fill("1h");
    await page.waitForURL("**/invocations?completed_since=1h");
    await rowOf(asleep).waitFor({ state: "detached" });
    await rowOf(done).waitFor();
    expect(await field.getAttribute("aria-invalid")).toBe(null);
    await page.reload();
    await rowOf(done).waitFor();
    expect(await page.getByRole("searchbox", { name: "Completed after" }).inputValue()).toBe("1h");
    await page.getByRole("button", { name: "Clear filters" }).click();
    await rowOf(asleep).waitFor();
  });

  it("has a column with the entries of each journal", async () => {
    const id = await shop.settle(await shop.post("Support/sized/nap/send"), "suspended");
    await list({ q: id });
    await page.getByRole("button", { name: "Columns" }).click();
    await page.getByRole("menuitemcheckbox", { name: "Journal size" }).click();
    await page.keyboard.press("Escape");
    await page.getByRole("columnheader", { name: "Journal size" }).waitFor();
    // Input and sleep.
    await rowOf(id).getByText("2 entries").waitFor();
  });
});
