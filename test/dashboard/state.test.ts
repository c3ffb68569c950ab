import { afterEach, beforeAll, describe, expect, it } from "vitest";
import { until } from "../support/index.ts";
import { Instances, StateCard } from "./instances.ts";
import { arrive, page, shop, visitor } from "./stage.ts";

let instances: Instances;

beforeAll(() => {
  instances = new Instances(shop);
});
afterEach(() => {
  // A conflict is an answer that browsers write to their console.
  expect(visitor.complaints.filter((text) => !text.includes("409 (Conflict)"))).toEqual([]);
});

const card = () => new StateCard(page);
const rowOf = (instance: string) => page.locator(`[data-instance="${instance}"]`);
const entryOf = (name: string) => card().entry(name);
const dialog = () => card().dialog();
const button = (name: string) => card().button(name);
const openEditor = (name: string) => card().openEditor(name);
const type = (text: string) => card().type(text);
const write = () => card().write();
const put: Instances["put"] = (of, state) => instances.put(of, state);
const stored: Instances["stored"] = (of) => instances.stored(of);
const holdKey: Instances["holdKey"] = (key) => instances.holdKey(key);

describe("the state page", () => {
  it("lists thousands of instances, in the document only those in sight, and searches them on the server", async () => {
    const keys = Array.from({ length: 3000 }, (_, n) => `many-${String(n).padStart(4, "0")}`);
    for (let at = 0; at < keys.length; at += 100) {
      await Promise.all(keys.slice(at, at + 100).map((key) => put({ key }, { total: "1" })));
    }
    await page.goto(shop.page("state?service=Cart&q=many-"));
    await page.getByText("3,000 instances").waitFor();
    expect(await page.locator("[data-instance]").count()).toBeLessThan(100);
    const rows = page.getByTestId("rows");
    await until("the last row to be in sight", async () => {
      await rows.evaluate((element) => element.scrollTo(0, element.scrollHeight));
      return (await rowOf("Cart/many-2999").count()) === 1;
    });
    await page.getByRole("searchbox", { name: "Key" }).fill("MANY-299");
    await page.getByText("10 instances").waitFor();
    expect(new URL(page.url()).searchParams.get("q")).toBe("MANY-299");
    await rowOf("Cart/many-2990").focus();
    await page.keyboard.press("j");
    await page.keyboard.press("Enter");
    await page.waitForURL("**/state/Cart/many-2991");
    await entryOf("total").waitFor();
    await page.goBack();
    await page.getByText("10 instances").waitFor();
    await page.getByRole("searchbox", { name: "Key" }).fill("no such key");
    await page.getByText("No key contains that").waitFor();
  });

  it("shows what goes on at each, live: new ones, calls in flight, calls that wait", async () => {
    await page.goto(shop.page("state?q=live"));
    await page.getByText("No key contains that").waitFor();
    const { id } = await holdKey("live-1");
    await rowOf("Cart/live-1").getByText("1 active").waitFor();
    await shop.settle(await shop.post("Cart/live-1/add/send", { sku: "pen" }), "pending");
    await rowOf("Cart/live-1").getByText("1 in the inbox").waitFor();
    await shop.act(id, "kill");
    await rowOf("Cart/live-1").getByText("active").waitFor({ state: "detached" });
    // Without an invocation, over the admin API.
    await put({ key: "live-2" }, { total: "1" });
    await rowOf("Cart/live-2").waitFor();
  });

  it("gives each instance a page of its own, whatever its key and scope", async () => {
    const keys = ["a/b", "50%", "?q=1#x", "..", ".", "ü €", "'; DROP", '"'];
    for (const key of keys) await put({ key, scope: "odd" }, { total: JSON.stringify(key) });
    await put({ key: "a/b" }, { total: '"without scope"' });
    for (const key of keys) {
      await page.goto(shop.page("state?service=Cart"));
      await page.getByRole("searchbox", { name: "Key" }).fill(key);
      // Until then all are listed, and what is clicked would be drawn anew before the button is let go.
      await page.waitForURL((url) => url.searchParams.get("q") === key);
      const row = page.locator(".grid-body .grid-row", { has: page.getByText("odd") }).filter({
        has: page.getByRole("link", { name: key, exact: true }),
      });
      await row.getByRole("link").click();
      await entryOf("total").getByText(JSON.stringify(key)).waitFor();
      await page.reload();
      await entryOf("total").getByText(JSON.stringify(key)).waitFor();
    }
  });

  it("opens the row that was pressed, though another one has come to its place before the button is let go", async () => {
    const put = (key: string) => instances.put({ key: `pressed-${key}` }, { total: "1" });
    await put("b");
    for (const part of ["link", "row"]) {
      await page.goto(shop.page("state?service=Cart&q=pressed-"));
      const row = rowOf("Cart/pressed-b");
      const target = part === "link" ? row.getByRole("link") : row.getByRole("gridcell").first();
      const { x, y, height } = (await target.boundingBox()) as { x: number; y: number; height: number };
      const at = { x: x + 5, y: y + height / 2 };
      await page.mouse.move(at.x, at.y);
      await page.mouse.down();
      await put(`a-${part}`);
      const under = () =>
        page.evaluate((point) => {
          const element = document.elementFromPoint(point.x, point.y)?.closest<HTMLElement>("[data-instance]");
          return element?.dataset.instance;
        }, at);
      await until(
        "another row to be under the pointer",
        async () => ![undefined, "Cart/pressed-b"].includes(await under()),
        60_000,
      );
      await page.mouse.up();
      await page.waitForURL("**/state/Cart/pressed-b");
    }
  });
});

describe("the page of an instance", () => {
  it("shows who holds the key and who waits, in order, as it changes", async () => {
    const { id, release } = await holdKey("queue");
    const waiting: string[] = [];
    for (const handler of ["add", "reprice", "add"]) {
      waiting.push(await shop.settle(await shop.post(`Cart/queue/${handler}/send`, {}), "pending"));
    }
    await page.goto(shop.page("state/Cart/queue"));
    const lock = page.getByRole("region", { name: "Lock and inbox" });
    const linked = async () =>
      await lock.getByRole("link").evaluateAll((links) => links.map((link) => link.getAttribute("href")));
    const are = async (ids: readonly (string | undefined)[]) =>
      await until("holder and inbox", async () => {
        return JSON.stringify(await linked()) === JSON.stringify(ids.map((one) => `/ui/invocations/${one}`));
      });
    await lock.getByText("3 calls wait").waitFor();
    await are([id, ...waiting]);
    await lock.locator(".lock-holder").getByText("Suspended").waitFor();
    await lock.locator(".lock-holder time").waitFor();
    await release(5);
    await are(waiting.slice(1));
    await lock.locator(".inbox").getByText("Pending").waitFor();
    await shop.act(waiting[2] as string, "cancel");
    await lock.getByText("wait").waitFor({ state: "detached" });
    await shop.act(waiting[1] as string, "kill");
    await lock.getByText("No invocation holds the key").waitFor();
    await page
      .getByRole("region", { name: "Recent invocations" })
      .getByRole("link", { name: "reprice" })
      .first()
      .click();
    await page.waitForURL(`**/invocations/${waiting[1]}`);
    await page.getByRole("region", { name: "Facts" }).getByRole("link", { name: "queue" }).click();
    await page.waitForURL("**/state/Cart/queue");
  });

  it("shows a workflow's promises: unresolved, resolved with a value, rejected with a failure", async () => {
    for (const key of ["good", "bad"]) {
      await shop.settle(await shop.post(`Checkout/${key}/run/send`, {}), "suspended");
    }
    const promise = page.getByRole("region", { name: "Promises" }).getByRole("listitem", { name: "approval" });
    await page.goto(shop.page("state/Checkout/good"));
    await promise.getByText("Unresolved").waitFor();
    await shop.post("Checkout/good/approve", "boss");
    await promise.getByText("Resolved").waitFor();
    await promise.getByText('"boss"').waitFor();
    await page.getByText("Its run has not begun, or has ended.").waitFor();
    await page.goto(shop.page("state/Checkout/bad"));
    await promise.getByText("Unresolved").waitFor();
    await shop.post("Checkout/bad/refuse", "too expensive");
    await promise.getByText("Rejected").waitFor();
    await promise.getByText("too expensive").waitFor();
  });

  it("is found by the palette", async () => {
    await shop.post("Cart/Pal ette/add", { price: 2 });
    await page.goto(shop.page());
    await page.getByRole("heading", { name: "Overview" }).waitFor();
    await page.keyboard.press("Control+k");
    await page.getByRole("combobox", { name: "Go anywhere, do anything" }).fill("cart/Pal ette");
    await page.getByRole("option", { name: "State of Cart / Pal ette" }).waitFor();
    await page.keyboard.press("Enter");
    await page.waitForURL("**/state/Cart/Pal%20ette");
    await entryOf("total").waitFor();
  });
});

describe("an edit of state", () => {
  it("is seen by the next handler", async () => {
    await shop.post("Cart/edit/add", { sku: "lamp", price: 80 });
    await page.goto(shop.page("state/Cart/edit"));
    await entryOf("total").getByText("80").waitFor();
    await openEditor("total");
    await type("100");
    await write();
    await entryOf("total").getByText("100").waitFor();
    expect(await shop.post("Cart/edit/total")).toBe("100");
    await shop.post("Cart/edit/add", { sku: "pen", price: 1 });
    await entryOf("total").getByText("101").waitFor();
    expect(await shop.post("Cart/edit/total")).toBe("101");
  });

  it("adds, writes bytes, deletes and clears", async () => {
    const key = "crud";
    await put({ key }, { total: "7" });
    await page.goto(shop.page(`state/Cart/${key}`));
    await button("Add").click();
    await dialog().getByRole("textbox", { name: "Name" }).fill("raw bytes");
    await dialog().getByRole("button", { name: "Hex" }).click();
    await type("00 ff 8");
    await write();
    await dialog().getByText("two hexadecimal digits").waitFor();
    await type("00 ff 80");
    await write();
    await entryOf("raw bytes").waitFor();
    expect(await stored({ key })).toEqual({ total: "7", "raw bytes": "\x00\xff\x80" });

    await openEditor("raw bytes");
    expect(await dialog().getByRole("textbox", { name: "Value" }).inputValue()).toBe("00 ff 80");
    await dialog().getByRole("button", { name: "JSON" }).click();
    await dialog().getByText("These bytes are not JSON").waitFor();
    await dialog().getByRole("button", { name: "Base64" }).click();
    expect(await dialog().getByRole("textbox", { name: "Value" }).inputValue()).toBe("AP+A");
    await type("aGk=");
    await dialog().getByRole("button", { name: "Text" }).click();
    expect(await dialog().getByRole("textbox", { name: "Value" }).inputValue()).toBe("hi");
    await type("a text: é");
    await write();
    await entryOf("raw bytes").getByText("a text: é").waitFor();

    await button("Add").click();
    await dialog().getByRole("textbox", { name: "Name" }).fill("total");
    await type("1");
    await write();
    await dialog().getByText("There is an entry with the name total already").waitFor();
    await page.keyboard.press("Escape");

    await button("Delete raw bytes").click();
    await dialog().getByRole("button", { name: "Delete" }).click();
    // Behind a dialog the page cannot be seen, whatever it shows.
    await dialog().waitFor({ state: "detached" });
    await entryOf("raw bytes").waitFor({ state: "detached" });
    expect(await stored({ key })).toEqual({ total: "7" });
    await button("Clear all").click();
    await dialog().getByRole("button", { name: "Clear all" }).click();
    await page.getByText("Nothing is set").waitFor();
    expect(await stored({ key })).toEqual({});
    expect(await shop.post(`Cart/${key}/total`)).toBe("0");
  });

  it("is refused when somebody else has changed the same meanwhile: both values are shown, and none is lost", async () => {
    const key = "conflict";
    await shop.post(`Cart/${key}/add`, { sku: "lamp", price: 80 });
    await page.goto(shop.page(`state/Cart/${key}`));
    await openEditor("total");
    await type("1");
    await shop.post(`Cart/${key}/add`, { sku: "pen", price: 2 });
    await write();
    const conflict = dialog().getByRole("listitem", { name: "Conflict of total" });
    await conflict.getByText("82", { exact: true }).waitFor();
    await conflict.getByText("1", { exact: true }).waitFor();
    expect(await shop.post(`Cart/${key}/total`)).toBe("82");
    // Yours over theirs, but not over what has come after that look.
    await shop.post(`Cart/${key}/add`, { sku: "pen", price: 3 });
    await dialog().getByRole("button", { name: "Write yours over it" }).click();
    await conflict.getByText("85", { exact: true }).waitFor();
    expect(await shop.post(`Cart/${key}/total`)).toBe("85");
    await dialog().getByRole("button", { name: "Write yours over it" }).click();
    await dialog().waitFor({ state: "detached" });
    await entryOf("total").getByText("1", { exact: true }).waitFor();
    expect(await shop.post(`Cart/${key}/total`)).toBe("1");
    expect(JSON.parse((await stored({ key })).items ?? "")).toHaveLength(3);
  });

  it("of many is made whole over a conflict that was seen", async () => {
    const key = "clear";
    await put({ key }, { a: "1", b: "1", c: "1" });
    await page.goto(shop.page(`state/Cart/${key}`));
    await button("Clear all").click();
    await dialog().waitFor();
    await put({ key }, { a: "1", b: "theirs", c: "1", d: "new" });
    await dialog().getByRole("button", { name: "Clear all" }).click();
    await dialog().getByRole("listitem", { name: "Conflict of b" }).getByText("theirs").waitFor();
    expect(await stored({ key })).toEqual({ a: "1", b: "theirs", c: "1", d: "new" });
    await dialog().getByRole("button", { name: "Write yours over it" }).click();
    await dialog().waitFor({ state: "detached" });
    expect(await stored({ key })).toEqual({ d: "new" });
  });

  it("keeps what others have written to other entries meanwhile", async () => {
    const key = "beside";
    await put({ key }, { mine: "1", theirs: "1" });
    await page.goto(shop.page(`state/Cart/${key}`));
    await openEditor("mine");
    await type("2");
    await put({ key }, { mine: "1", theirs: "2", more: "3" });
    await write();
    await dialog().waitFor({ state: "detached" });
    expect(await stored({ key })).toEqual({ mine: "2", theirs: "2", more: "3" });
  });
});

describe("the pages of state", () => {
  it.each(["light", "dark"] as const)("have no serious violation of accessibility (%s)", async (colorScheme) => {
    await arrive(colorScheme);
    const key = `axe ${colorScheme}`;
    await put({ key }, { total: "1", raw: "\u0000", text: "a text" });
    const { id } = await holdKey(key);
    await shop.post(`Cart/${key}/add/send`, {});
    await page.goto(shop.page("state"));
    await rowOf(`Cart/${key}`).waitFor();
    expect(await visitor.seriousViolations(), "state").toEqual([]);
    await page.goto(shop.page(`state/Cart/${encodeURIComponent(key)}`));
    await page.getByText("1 call waits").waitFor();
    await entryOf("total")
      .getByRole("button", { name: /^total/ })
      .click();
    expect(await visitor.seriousViolations(), "instance").toEqual([]);
    await openEditor("total");
    expect(await visitor.seriousViolations(), "editor").toEqual([]);
    await type("2");
    await shop.act(id, "kill");
    await shop.settle(id, "completed");
    await put({ key }, { total: "3" });
    await write();
    await dialog().getByRole("heading", { name: "Yours" }).waitFor();
    expect(await visitor.seriousViolations(), "conflict").toEqual([]);
    await page.keyboard.press("Escape");
    await button("Clear all").click();
    await dialog().waitFor();
    expect(await visitor.seriousViolations(), "clear").toEqual([]);
  });
});
