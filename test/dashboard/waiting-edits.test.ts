import { afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { until } from "../support/index.ts";
import { Instances, StateCard } from "./instances.ts";
import { page, shop, visitor } from "./stage.ts";

let instances: Instances;
let card: StateCard;

beforeAll(async () => {
  instances = new Instances(shop);
});
beforeEach(async () => {
  card = new StateCard(page);
});
afterEach(async () => {
  expect(visitor.complaints).toEqual([]);
});

const inbox = () => page.getByRole("region", { name: "Lock and inbox" });

async function write(name: string, value: string): Promise<void> {
  await card.openEditor(name);
  await card.type(value);
  await card.write();
  await card.dialog().waitFor({ state: "detached" });
}

describe("an edit of state", () => {
  it("waits while an invocation holds the key, and is applied after it", async () => {
    const key = "held";
    await instances.put({ key }, { total: "1" });
    const { release } = await instances.holdKey(key);
    await page.goto(shop.page(`state/Cart/${key}`));
    await card.openEditor("total");
    await card.dialog().getByText("reprice holds the key").waitFor();
    await card.type("500");
    await card.write();
    const lock = page.getByRole("region", { name: "Lock and inbox" });
    await lock.getByText("sets total").waitFor();
    await page.getByText("waits until reprice has ended").waitFor();
    await card.entry("total").getByText("then 500").waitFor();
    expect((await instances.stored({ key })).total).toBe("1");
    await release(null);
    await page.getByText("Wrote total, now that the key was free").waitFor();
    await card.value("total").getByText("500", { exact: true }).waitFor();
    expect(await shop.post(`Cart/${key}/total`)).toBe("500");
  });

  it("that has waited is made again when the holder has changed other entries only", async () => {
    const key = "held beside";
    await instances.put({ key }, { mine: "1", total: "1" });
    const { release } = await instances.holdKey(key);
    await page.goto(shop.page(`state/Cart/${encodeURIComponent(key)}`));
    await card.openEditor("mine");
    await card.type("2");
    await card.write();
    await page.getByText("waits until reprice has ended").waitFor();
    await release(77);
    await card.value("mine").getByText("2", { exact: true }).waitFor();
    expect(await instances.stored({ key })).toMatchObject({ mine: "2", total: "77" });
  });

  it("that has waited is refused when the holder has changed the state: nothing is lost, and it can be made again", async () => {
    const key = "dropped";
    await instances.put({ key }, { total: "1" });
    const { release } = await instances.holdKey(key);
    await page.goto(shop.page(`state/Cart/${key}`));
    await card.openEditor("total");
    await card.type("500");
    await card.write();
    await page.getByText("waits until reprice has ended").waitFor();
    await release(77);
    await page.getByRole("dialog", { name: "Your change was not applied" }).waitFor();
    const conflict = card.dialog().getByRole("listitem", { name: "Conflict of total" });
    await conflict.getByText("77", { exact: true }).waitFor();
    await conflict.getByText("500", { exact: true }).waitFor();
    expect(await shop.post(`Cart/${key}/total`)).toBe("77");
    await card.dialog().getByRole("button", { name: "Write yours over it" }).click();
    await card.value("total").getByText("500", { exact: true }).waitFor();
    expect(await shop.post(`Cart/${key}/total`)).toBe("500");
  });
});

describe("edits of a state whose key is held", () => {
  it("wait one behind the other, each on top of those before, and are all applied", async () => {
    const key = "many";
    await instances.put({ key }, { total: "1", mine: "1" });
    const { release } = await instances.holdKey(key);
    await page.goto(shop.page(`state/Cart/${key}`));
    await write("total", "500");
    await inbox().getByText("sets total", { exact: true }).waitFor();
    await write("mine", "2");
    await inbox().getByText("sets mine", { exact: true }).waitFor();
    await page.getByText("2 changes of this state wait until reprice has ended").waitFor();
    // Once more the same: it begins with what waits, not with what is there.
    await card.openEditor("total");
    expect(await card.dialog().getByRole("textbox", { name: "Value" }).textContent()).toBe("500");
    await card.type("600");
    await card.write();
    await card.entry("total").getByText("then 600").waitFor();
    await card.button("Delete mine").click();
    await card.dialog().getByRole("button", { name: "Delete" }).click();
    await card.entry("mine").getByText("then deleted").waitFor();
    expect(await card.button("Edit mine").isDisabled()).toBe(true);
    await card.button("Add").click();
    await card.dialog().getByRole("textbox", { name: "Name" }).fill("new");
    await card.type("7");
    await card.write();
    await card.entry("new").getByText("not set yet").waitFor();
    expect(await instances.stored({ key })).toMatchObject({ total: "1", mine: "1" });
    expect(await visitor.seriousViolations()).toEqual([]);
    await release(null);
    await card.value("total").getByText("600", { exact: true }).waitFor();
    await card.entry("mine").waitFor({ state: "detached" });
    const after = await instances.stored({ key });
    expect(after).toMatchObject({ total: "600", new: "7" });
    expect(Object.keys(after)).not.toContain("mine");
    await page.getByText("changes of this state wait").waitFor({ state: "detached" });
    expect(await card.dialog().count()).toBe(0);
  });

  it("are applied when nobody looks any more", async () => {
    const key = "unseen";
    await instances.put({ key }, { total: "1", mine: "1" });
    const { release } = await instances.holdKey(key);
    await page.goto(shop.page(`state/Cart/${key}`));
    await write("total", "500");
    await card.entry("total").getByText("then 500").waitFor();
    await write("mine", "2");
    await card.entry("mine").getByText("then 2").waitFor();
    await page.goto("about:blank");
    await release(null);
    expect(await instances.stored({ key })).toMatchObject({ total: "500", mine: "2" });
  });

  it("are all made again when the holder has changed other entries, and none is lost", async () => {
    const key = "again";
    await instances.put({ key }, { mine: "1", yours: "1", total: "1" });
    const { release } = await instances.holdKey(key);
    await page.goto(shop.page(`state/Cart/${key}`));
    await write("mine", "2");
    await card.entry("mine").getByText("then 2").waitFor();
    await write("yours", "3");
    await card.entry("yours").getByText("then 3").waitFor();
    await release(77);
    await card.value("yours").getByText("3", { exact: true }).waitFor();
    await until("both edits to be there", async () => {
      const { mine, yours, total } = await instances.stored({ key });
      return mine === "2" && yours === "3" && total === "77";
    });
    expect(await card.dialog().count()).toBe(0);
  });

  it("that the holder has crossed are shown once, from the first look to the last wish; what somebody types stays", async () => {
    const key = "crossed";
    await instances.put({ key }, { total: "1", mine: "1" });
    const { release } = await instances.holdKey(key);
    await page.goto(shop.page(`state/Cart/${key}`));
    await write("total", "500");
    await card.entry("total").getByText("then 500").waitFor();
    await write("total", "600");
    await card.entry("total").getByText("then 600").waitFor();
    await card.openEditor("mine");
    await card.type("2");
    await release(77);
    // Behind a dialog the page has no roles. The conflict waits until this dialog is done.
    await page.locator(".lock-free").waitFor();
    await card.write();
    await page.getByRole("dialog", { name: "Your change was not applied" }).waitFor();
    const conflict = card.dialog().getByRole("listitem", { name: "Conflict of total" });
    await conflict.getByText("77", { exact: true }).waitFor();
    await conflict.getByText("600", { exact: true }).waitFor();
    expect(await instances.stored({ key })).toMatchObject({ total: "77", mine: "2" });
    await card.dialog().getByRole("button", { name: "Write yours over it" }).click();
    await card.dialog().waitFor({ state: "detached" });
    await card.value("total").getByText("600", { exact: true }).waitFor();
    expect(await instances.stored({ key })).toMatchObject({ total: "600", mine: "2" });
  });
});
