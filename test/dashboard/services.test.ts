import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import * as clients from "../../sdk/clients/index.ts";
import { TestEndpoint, until } from "../support/index.ts";
import { arrive, page, shop, visitor } from "./stage.ts";

let endpoint: TestEndpoint;

beforeAll(async () => {
  const file = fileURLToPath(new URL("endpoints/delivery.mjs", import.meta.url));
  endpoint = await TestEndpoint.start(file);
  await admin("POST", "deployments", { uri: endpoint.url });
});
afterAll(() => endpoint?.kill());

async function admin(method: string, path: string, body?: unknown): Promise<Record<string, unknown>> {
  const answer = await fetch(`${shop.server.adminUrl}/${path}`, {
    method,
    ...(body === undefined ? {} : { headers: { "content-type": "application/json" }, body: JSON.stringify(body) }),
  });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
  return JSON.parse(text) as Record<string, unknown>;
}

const textbox = (name: string) => page.getByRole("textbox", { name, exact: true });
const button = (name: string) => page.getByRole("button", { name, exact: true });
const mode = (name: string) =>
  page.getByRole("group", { name: "How to write the input" }).getByRole("button", { name });
const answer = () => page.locator(".answer");
const wanted = { customer: "Grace", parcels: [{ grams: 250 }, { grams: 40 }], speed: "express" };
const to = { street: "Main 1", zip: "12345" };

async function fillQuote(): Promise<void> {
  await page.getByLabel("customer").fill("Grace");
  await page.getByLabel("grams").fill("250");
  await button("Add to parcels").click();
  await page.getByLabel("grams").nth(1).fill("40");
  await page.getByLabel("speed").selectOption("express");
  await page.getByLabel("street").fill("Main 1");
  await page.getByLabel("zip").fill("12345");
  await page.getByLabel("payment: which").selectOption("kind: invoice");
  await page.getByLabel("email").fill("grace@example.com");
}

describe("the pages of a service", () => {
  it.each(["light", "dark"] as const)("have no serious violation of accessibility (%s)", async (colorScheme) => {
    await arrive(colorScheme);
    await visitor.go("services/Delivery?handler=quote");
    await page.getByLabel("customer").fill("");
    await page.getByText("has fewer than 1 character").first().waitFor();
    await page.getByText("As code").click();
    await page.getByText("Headers, scope and limit key").click();
    expect(await visitor.seriousViolations()).toEqual([]);
    await mode("Bytes").click();
    expect(await visitor.seriousViolations()).toEqual([]);
    await page.getByRole("link", { name: "Configuration" }).click();
    await textbox("Abort timeout").fill("soon");
    expect(await visitor.seriousViolations()).toEqual([]);
    await page.getByRole("link", { name: "Revisions" }).click();
    await page.getByRole("cell", { name: /latest/ }).waitFor();
    expect(await visitor.seriousViolations()).toEqual([]);
    await page.getByRole("link", { name: "OpenAPI" }).click();
    await page.getByText("/restate/call/Delivery/quote").click();
    expect(await visitor.seriousViolations()).toEqual([]);
    expect(visitor.complaints).toEqual([]);
  });

  it("fit 400 pixels and 2560", async () => {
    for (const width of [400, 2560]) {
      await page.setViewportSize({ width, height: 800 });
      for (const search of ["handler=quote", "view=configuration", "view=revisions", "view=openapi"]) {
        await visitor.go(`services/Delivery?${search}`);
        await page.getByRole("heading", { level: 2 }).nth(2).waitFor();
        expect([width, search, await visitor.overflow()]).toEqual([width, search, 0]);
      }
    }
  });

  it("lead from a revision to those that are unfinished on it, and to no others", async () => {
    await shop.post("Depot/ended/broken");
    const id = await shop.settle(await shop.post("Depot/unfinished/store/send"), "suspended");
    await visitor.go("services/Depot?view=revisions");
    await page.getByRole("region", { name: "Revisions" }).getByRole("link", { name: "1", exact: true }).click();
    await page.locator(`[data-id="${id}"]`).waitFor();
    await page.getByText("1 shown").waitFor();
    await shop.act(id, "kill");
  });

  it("show what a handler takes and gives, field by field", async () => {
    await visitor.go("services/Delivery?handler=quote");
    const input = page.getByRole("group", { name: "Input: schema" });
    await input.getByText("Who it is for", { exact: true }).waitFor();
    const zip = input.getByRole("listitem").filter({ hasText: /^zip/ });
    await zip.getByText("matches ^\\d{5}$").first().waitFor();
    await input.getByText("kind: invoice", { exact: true }).waitFor();
    await page.getByRole("group", { name: "Output: schema" }).getByText("price", { exact: true }).waitFor();
  });
});

describe("the playground's form", () => {
  it("is made from the schema, says what the schema does not like, and sends what was filled in", async () => {
    await visitor.go("services/Delivery?handler=quote");
    expect(await page.getByLabel("customer").inputValue()).toBe("Ada");
    await page.getByLabel("zip").fill("12");
    await page.getByText("does not match ^\\d{5}$").waitFor();
    await page.getByLabel("grams").fill("heavy");
    await page.getByText("“heavy” is not a number").waitFor();
    expect(await button("Call").isDisabled()).toBe(true);
    await fillQuote();
    expect(await page.locator(".playground .field-problem:not(:empty)").allTextContents()).toEqual([]);
    await page.getByLabel("fragile").selectOption("true");
    await page.getByLabel("due").fill("2026-12-24");
    await page.getByLabel("labels (JSON)").fill('{"a":"b"}');
    await button("Call").click();
    await answer().locator("strong").getByText("200").waitFor();
    await mode("JSON").click();
    const payment = { kind: "invoice", email: "grace@example.com" };
    const expected = { ...wanted, to, payment, fragile: true, due: "2026-12-24", labels: { a: "b" } };
    const shown = await page.getByRole("textbox", { name: "Input" }).innerText();
    expect(JSON.parse(shown)).toEqual(expected);
    // The handler gives back what it got.
    await answer().getByRole("button", { name: "Text" }).click();
    expect(JSON.parse(await answer().locator("pre").innerText())).toEqual({ price: 4.5, wanted: expected });
    await page.getByRole("button", { name: /Run ask the carrier/ }).waitFor();
  });

  it("loses nothing when it is left for JSON, text or bytes, and is kept for the session", async () => {
    await visitor.go("services/Delivery?handler=quote");
    await fillQuote();
    await mode("JSON").click();
    await mode("Text").click();
    expect(JSON.parse(await textbox("Input").inputValue())).toMatchObject(wanted);
    await textbox("Input").fill('{"customer": "broken');
    await mode("Form").click();
    await page.getByText("is not JSON, so a form cannot show it").waitFor();
    await mode("Bytes").click();
    expect(await textbox("Input").inputValue()).toMatch(/^7b 22 63/);
    await mode("Text").click();
    expect(await textbox("Input").inputValue()).toBe('{"customer": "broken');
    await textbox("Input").fill('{"customer": 7, "color": "red"}');
    await mode("Form").click();
    // A part that is not as the schema says is JSON; what the schema does not know is there too.
    expect(await page.getByLabel("customer (JSON)").inputValue()).toBe("7");
    expect(await page.getByLabel("Other fields (JSON)").inputValue()).toContain("red");
    await page.getByRole("link", { name: "slow" }).click();
    await page.getByRole("link", { name: "quote" }).click();
    expect(await page.getByLabel("customer (JSON)").inputValue()).toBe("7");
    await page.reload();
    expect(await page.getByLabel("customer (JSON)").inputValue()).toBe("7");
    await button("Start anew").click();
    expect(await page.getByLabel("customer").inputValue()).toBe("Ada");
  });

  it("keeps what was typed into a variant while another one is looked at", async () => {
    await visitor.go("services/Delivery?handler=quote");
    await page.getByLabel("number").fill("4242");
    await page.getByLabel("payment: which").selectOption("kind: invoice");
    await page.getByLabel("email").fill("a@b");
    await page.getByLabel("payment: which").selectOption("kind: card");
    expect(await page.getByLabel("number").inputValue()).toBe("4242");
  });
});

describe("the playground", () => {
  it("shows the invocation of a call while nobody has answered yet, and can stop to wait and wait again", async () => {
    await visitor.go("services/Delivery?handler=slow");
    await button("Call").click();
    await page.locator(".running").getByText("Running").waitFor();
    await page.getByText("Waiting for the result…").waitFor();
    const id = (await page.locator(".running").getByRole("link").first().getAttribute("href"))?.split("/").at(-1) ?? "";
    await button("Stop waiting").click();
    await page.getByText("the invocation goes on").waitFor();
    await button("Wait for its result").click();
    await shop.act(id, "kill");
    await answer().locator("strong").getByText("409").waitFor();
    await page.locator(".running").getByText("Killed").waitFor();
  });

  it("sends with a delay, a scope and a limit key, and attaches to what was sent", async () => {
    await visitor.go("services/Delivery?handler=sign");
    await mode("JSON").click();
    await page.getByRole("textbox", { name: "Input" }).fill('"Ada"');
    await textbox("Delay of a send").fill("soon");
    await page.getByText("A duration like 10s").waitFor();
    expect(await button("Send").isDisabled()).toBe(true);
    await textbox("Delay of a send").fill("1 ms");
    await page.getByText("Headers, scope and limit key").click();
    await textbox("Limit key").fill("tenant/ada");
    await page.getByText("A limit key counts in a scope").waitFor();
    await textbox("Scope").fill("parcels");
    await button("Send").click();
    await answer().locator("strong").getByText("202").waitFor();
    await button("Wait for its result").click();
    await answer().getByText('"signed by Ada"').waitFor();
    const rows = await shop.rows("SELECT scope, limit_key FROM sys_invocation WHERE target = 'Delivery/sign'");
    expect(rows).toEqual([{ scope: "parcels", limit_key: "tenant/ada" }]);
    expect(visitor.complaints).toEqual([]);
  });

  it("sends bytes as they are, with their content type", async () => {
    await visitor.go("services/Delivery?handler=label");
    expect(await mode("Bytes").getAttribute("aria-pressed")).toBe("true");
    await textbox("Input").fill("00 ff 8");
    await page.getByText("pairs of the digits").waitFor();
    await textbox("Input").fill("00 ff 80");
    await button("Call").click();
    await answer().locator("strong").getByText("200").waitFor();
    await answer().getByText("00 ff 80").waitFor();
    await answer().getByText("Headers").click();
    await answer().getByText("application/octet-stream").waitFor();
  });

  it("remembers the last calls and takes one up again", async () => {
    await visitor.go("services/Cart?handler=add");
    for (const [key, sku] of [
      ["past-1", "first"],
      ["past-2", "second"],
    ] as const) {
      await textbox("Key").fill(key);
      await page.getByRole("textbox", { name: "Input" }).fill(`{"sku":"${sku}"}`);
      await button("Call").click();
      await until(`the call with ${key}`, async () => {
        const rows = await shop.rows(
          `SELECT id FROM sys_invocation WHERE target = 'Cart/${key}/add' AND status = 'completed'`,
        );
        return rows.length === 1;
      });
      await page.getByText("Last calls").waitFor();
    }
    await page.getByText("Last calls").click();
    await page.getByRole("listitem").filter({ hasText: "past-1" }).getByRole("button", { name: "Use again" }).click();
    expect(await textbox("Key").inputValue()).toBe("past-1");
    await page.getByRole("textbox", { name: "Input" }).getByText("first").waitFor();
  });

  it("copies as curl and as TypeScript what does the same", async () => {
    await visitor.context.grantPermissions(["clipboard-read", "clipboard-write"]);
    const copied = async (label: string) => {
      await page.getByRole("button", { name: label }).click();
      return await page.evaluate(() => navigator.clipboard.readText());
    };
    await visitor.go("services/Cart?handler=add");
    await textbox("Key").fill("it's a/key");
    await page.getByRole("textbox", { name: "Input" }).fill('{"sku": "O\'Reilly $HOME `x`", "price": 2}');
    const total = async () => JSON.parse(await shop.post(`Cart/${encodeURIComponent("it's a/key")}/total`)) as number;
    const code = (await copied("Copy as TypeScript")).replace(/^import .*$/m, "").replaceAll("<any>", "");
    const AsyncFunction = (async () => undefined).constructor as new (
      ...args: string[]
    ) => (...args: unknown[]) => Promise<unknown>;
    expect(await new AsyncFunction("clients", `${code}; return answer;`)(clients)).toBe(1);
    expect(await total()).toBe(2);
    const curl = await copied("Copy as curl");
    expect(curl).toContain("O'\\''Reilly $HOME `x`");
    // A POSIX shell and curl are not everywhere; the quoting itself has a test of its own.
    if (process.platform === "win32" || spawnSync("curl", ["--version"]).status !== 0) return;
    const ran = spawnSync("sh", ["-c", curl.replace("curl", "curl --silent")], { encoding: "utf8" });
    expect(ran.stdout).toBe("2");
    expect(await total()).toBe(4);
  });

  it("says that the ingress cannot be reached", async () => {
    await visitor.go("services/Greeter?handler=greet");
    await page.route(`${new URL(shop.server.ingressUrl).origin.replace("127.0.0.1", "*")}/**`, (route) =>
      route.abort(),
    );
    await button("Call").click();
    await page.getByText(/The ingress at .* does not answer/).waitFor();
  });
});

describe("the configuration of a service", () => {
  it("is changed where it is shown; what is no duration is refused at the field", async () => {
    await visitor.go("services/Delivery?view=configuration");
    expect(await textbox("Inactivity timeout").inputValue()).toBe("1m 30s");
    expect(await page.getByRole("textbox", { name: "Workflow retention" }).count()).toBe(0);
    expect(await button("Save").isDisabled()).toBe(true);
    await textbox("Inactivity timeout").fill("soon");
    await page.getByText("A duration like 10s").waitFor();
    expect(await button("Save").isDisabled()).toBe(true);
    await textbox("Inactivity timeout").fill("2m");
    await page.getByText("now 1m 30s").waitFor();
    await textbox("Abort timeout").fill("PT45S");
    await page.getByRole("checkbox", { name: /Public/ }).uncheck();
    await button("Save").click();
    await page.getByText(/Saved: .*Inactivity timeout 2m/).waitFor();
    expect(await admin("GET", "services/Delivery")).toMatchObject({
      ...{ public: false, inactivity_timeout: "2m", abort_timeout: "45s", journal_retention: "1d" },
    });
    await page.getByText("not callable from outside").waitFor();
    // Its own stays its own.
    const row = page.getByRole("row").filter({ hasText: "quote" });
    await row.getByRole("cell", { name: "2h its own" }).waitFor();
    await page.getByRole("checkbox", { name: /Public/ }).check();
    await textbox("Abort timeout").fill("30s");
    await button("Take back").click();
    expect(await textbox("Abort timeout").inputValue()).toBe("45s");
    await page.getByRole("checkbox", { name: /Public/ }).check();
    await button("Save").click();
    await until("it to be public", async () => (await admin("GET", "services/Delivery")).public === true);
  });

  it("is the one that somebody else has just changed", async () => {
    await visitor.go("services/Delivery?view=configuration");
    await textbox("Journal retention").waitFor();
    await admin("PATCH", "services/Delivery", { journal_retention: "3h" });
    await page.waitForFunction(() => (document.getElementById("journal_retention") as HTMLInputElement).value === "3h");
  });
});

describe("the OpenAPI document", () => {
  it("can be read, and taken away as the server gives it", async () => {
    await visitor.go("services/Delivery?view=openapi");
    await page.getByText("/restate/call/Delivery/quote").click();
    await page.getByRole("group", { name: "Input: schema" }).getByText("customer", { exact: true }).waitFor();
    // Behind a reference, which leads elsewhere in the document than in the schema alone.
    await page.getByRole("group", { name: "Input: schema" }).getByText("street", { exact: true }).waitFor();
    const [download] = await Promise.all([page.waitForEvent("download"), button("Download").click()]);
    expect(download.suggestedFilename()).toBe("Delivery.openapi.json");
    const text = readFileSync(await download.path(), "utf8");
    expect(JSON.parse(text)).toEqual(await admin("GET", "services/Delivery/openapi"));
  });
});
