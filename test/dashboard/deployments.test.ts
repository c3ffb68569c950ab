import { fileURLToPath } from "node:url";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { TestEndpoint } from "../support/index.ts";
import { arrive, page, shop, visitor } from "./stage.ts";

const file = fileURLToPath(new URL("endpoints/delivery.mjs", import.meta.url));

let first: TestEndpoint;
let second: TestEndpoint;
/** Over HTTP/1.1, without streams. */
let plain: TestEndpoint;

beforeAll(async () => {
  [first, second, plain] = await Promise.all([
    TestEndpoint.start(file),
    TestEndpoint.start(file, { env: { REVISION: "2" } }),
    TestEndpoint.start(file, { env: { HTTP1: "1" } }),
  ]);
});
afterAll(async () => {
  await Promise.all([first?.kill(), second?.kill(), plain?.kill()]);
});
afterEach(async () => {
  for (const { id, uri } of await stored()) {
    if (uri === `${shop.endpoint.url}/`) continue;
    await fetch(`${shop.server.adminUrl}/deployments/${id}?force=true`, { method: "DELETE" });
  }
});

interface Stored {
  readonly id: string;
  readonly uri: string;
  readonly http_version: string;
  readonly additional_headers?: Readonly<Record<string, string>>;
  readonly services: readonly { readonly name: string; readonly revision: number }[];
}

async function stored(): Promise<readonly Stored[]> {
  const answer = await fetch(`${shop.server.adminUrl}/deployments`);
  return ((await answer.json()) as { deployments: readonly Stored[] }).deployments;
}

async function register(uri: string): Promise<void> {
  const headers = { "content-type": "application/json" };
  const body = JSON.stringify({ uri, force: true });
  await fetch(`${shop.server.adminUrl}/deployments`, { method: "POST", headers, body });
}

const at = async (url: string): Promise<Stored | undefined> => (await stored()).find(({ uri }) => uri === `${url}/`);
const rowOf = (url: string) => page.locator("tbody").filter({ hasText: url });
const dialog = () => page.getByRole("dialog");
const inDialog = (name: string) => dialog().getByRole("button", { name, exact: true });
const preview = () => dialog().getByRole("status", { name: "What changes" });

describe("deployments", () => {
  it("are looked at before they are registered, and registered with headers over HTTP/1.1", async () => {
    await visitor.go("deployments");
    await page.getByRole("button", { name: "Register" }).click();
    await dialog().getByRole("textbox", { name: "Address" }).fill(plain.url);
    await dialog().getByText("Headers of every request to it").click();
    await dialog().getByLabel("Headers, one a line: name: value").fill("no header");
    expect(await inDialog("Register").isDisabled()).toBe(true);
    await dialog().getByLabel("Headers, one a line: name: value").fill("X-Tenant: a:b");
    await dialog().getByRole("checkbox", { name: "Use HTTP/1.1" }).check();
    await inDialog("Look first").click();
    await preview().getByRole("listitem").filter({ hasText: "Delivery" }).getByText("new").waitFor();
    expect(await at(plain.url)).toBeUndefined();
    expect(await visitor.seriousViolations()).toEqual([]);
    await inDialog("Register").click();
    await rowOf(plain.url).getByText("Active").waitFor();
    expect(await at(plain.url)).toMatchObject({ http_version: "HTTP/1.1", additional_headers: { "x-tenant": "a:b" } });
    await page.getByRole("button", { name: `Details of ${plain.url}` }).click();
    // A header may be a password: its name is there, what it says once it is asked for.
    const headers = page.getByRole("region", { name: "Headers" });
    await headers.getByText("x-tenant").waitFor();
    expect(await page.getByText("a:b").count()).toBe(0);
    await headers.getByRole("button", { name: "Show the values" }).click();
    await headers.getByText("a:b").waitFor();
    expect(await visitor.seriousViolations()).toEqual([]);
    await headers.getByRole("button", { name: "Hide the values" }).click();
    expect(await page.getByText("a:b").count()).toBe(0);
    // Request and response cannot be asked to suspend: the configuration says so.
    await visitor.go("services/Delivery?view=configuration");
    await page.getByText("RT0021").first().waitFor();
  });

  it("that do not answer are refused with the server's words", async () => {
    await visitor.go("deployments");
    await page.getByRole("button", { name: "Register" }).click();
    await dialog().getByRole("textbox", { name: "Address" }).fill("http://127.0.0.1:9");
    await inDialog("Register").click();
    await dialog().getByRole("alert").getByText("127.0.0.1:9").waitFor();
    await dialog().getByRole("textbox", { name: "Address" }).fill("nowhere");
    await inDialog("Look first").click();
    await dialog()
      .getByRole("alert")
      .getByText(/absolute/)
      .waitFor();
  });

  it("say what a later revision changes, and that nothing changes without replacing", async () => {
    await register(first.url);
    await visitor.go("deployments");
    await rowOf(first.url).waitFor();
    await page.getByRole("button", { name: "Register" }).click();
    await dialog().getByRole("textbox", { name: "Address" }).fill(first.url);
    await inDialog("Look first").click();
    await preview().getByText("nothing changes unless you replace it").waitFor();
    await dialog()
      .getByRole("checkbox", { name: /Replace/ })
      .check();
    await inDialog("Look first").click();
    await preview().getByText("go on with the new code").waitFor();
    await preview().getByText("as it was").first().waitFor();
    await dialog().getByRole("textbox", { name: "Address" }).fill(second.url);
    await dialog()
      .getByRole("checkbox", { name: /Replace/ })
      .uncheck();
    await inDialog("Look first").click();
    await preview().getByText("handler weigh is removed (breaking)").waitFor();
    await preview().getByText("handler track is new").waitFor();
  });

  it("drain when a later one takes their services over, show what is pinned to them, and are removed when drained", async () => {
    await register(first.url);
    const waiting = await shop.settle(await shop.post("Depot/hall/store/send"), "suspended");
    await shop.post("Depot/yard/broken");
    await visitor.go("deployments");
    await rowOf(first.url).getByText("Active").waitFor();
    await rowOf(first.url).getByText("Good").waitFor();
    await register(second.url);
    await rowOf(first.url).getByText("Draining").waitFor();
    await rowOf(second.url).getByText("Active").waitFor();
    await page.getByRole("button", { name: `Details of ${first.url}` }).click();
    await page
      .getByRole("region", { name: "Its services" })
      .getByText(/superseded by revision/)
      .first()
      .waitFor();
    await page.getByRole("region", { name: "Last failures" }).getByText("the depot is full").waitFor();
    expect(await visitor.seriousViolations()).toEqual([]);
    const id = (await at(first.url))?.id ?? "";
    await page.getByRole("link", { name: /^suspended 1$/ }).click();
    await page.waitForURL((url) => url.searchParams.get("deployment") === id);
    await page.locator(`[data-id="${waiting}"]`).waitFor();
    expect(await page.locator("[data-id]").count()).toBe(1);

    await visitor.go("deployments");
    await rowOf(first.url).getByRole("button", { name: "Remove" }).click();
    await dialog().getByText("1 unfinished invocation can then only go on").waitFor();
    expect(await inDialog("Remove").isDisabled()).toBe(true);
    expect(await visitor.seriousViolations()).toEqual([]);
    await page.keyboard.press("Escape");
    await shop.act(waiting, "kill");
    await rowOf(first.url).getByText("Drained").waitFor();
    await rowOf(first.url).getByRole("button", { name: "Remove" }).click();
    await dialog().getByText("Nothing needs it").waitFor();
    await inDialog("Remove").click();
    await rowOf(first.url).waitFor({ state: "detached" });
    expect(await at(first.url)).toBeUndefined();
  });

  it("are not removed while somebody needs them, unless somebody says so", async () => {
    await register(second.url);
    await visitor.go("deployments");
    await rowOf(second.url).getByRole("button", { name: "Remove" }).click();
    await dialog()
      .getByText(/Nobody serves .*Delivery.* then/)
      .waitFor();
    expect(await inDialog("Remove").isDisabled()).toBe(true);
    await inDialog("Back").click();
    expect(await at(second.url)).toBeDefined();
    await rowOf(second.url).getByRole("button", { name: "Remove" }).click();
    await dialog().getByRole("checkbox", { name: "Remove it all the same" }).check();
    await inDialog("Remove").click();
    await rowOf(second.url).waitFor({ state: "detached" });
    expect(await at(second.url)).toBeUndefined();
  });

  it("are moved to another address in place, so that what has begun on them goes on there", async () => {
    await register(first.url);
    const known = await at(first.url);
    const waiting = await shop.settle(await shop.post("Depot/moved/store/send"), "suspended");
    await visitor.go("deployments");
    await rowOf(first.url).getByRole("button", { name: "Update" }).click();
    await dialog().getByRole("textbox", { name: "Address" }).fill(second.url);
    await inDialog("Look first").click();
    await preview().getByText("stays as it is").waitFor();
    await dialog()
      .getByRole("checkbox", { name: /Take over/ })
      .check();
    await inDialog("Look first").click();
    await preview().getByText("handler track is new").waitFor();
    expect(await visitor.seriousViolations()).toEqual([]);
    expect(await at(first.url)).toEqual(known);
    await inDialog("Update").click();
    await rowOf(second.url).waitFor();
    expect(await at(second.url)).toMatchObject({ id: known?.id, services: known?.services });
    const [row] = await shop.rows("SELECT value_utf8 FROM state WHERE service_key = 'moved'");
    await fetch(`${shop.server.ingressUrl}/restate/awakeables/${JSON.parse(String(row?.value_utf8))}/resolve`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: '"there"',
    });
    await shop.settle(waiting, "completed");
    await first.kill();
    await page.getByRole("link", { name: /^Delivery/ }).click();
    await page.getByRole("link", { name: "track" }).click();
    await page.getByRole("button", { name: "Call", exact: true }).click();
    await page.locator(".answer").getByText('"on its way"').waitFor();
  });

  it("have no serious violation of accessibility in the dark either, and fit 400 pixels", async () => {
    await register(second.url);
    await arrive("dark");
    await visitor.go("deployments");
    await page.getByRole("button", { name: `Details of ${second.url}` }).click();
    await page.getByRole("region", { name: "Last failures" }).waitFor();
    expect(await visitor.seriousViolations()).toEqual([]);
    await rowOf(second.url).getByRole("button", { name: "Remove" }).click();
    expect(await visitor.seriousViolations()).toEqual([]);
    await page.keyboard.press("Escape");
    await page.getByRole("button", { name: "Register" }).click();
    await dialog().getByRole("textbox", { name: "Address" }).fill(second.url);
    await inDialog("Look first").click();
    await preview().waitFor();
    expect(await visitor.seriousViolations()).toEqual([]);
    await page.keyboard.press("Escape");
    await page.setViewportSize({ width: 400, height: 800 });
    expect(await visitor.overflow()).toBe(0);
    expect(visitor.complaints).toEqual([]);
  });
});
