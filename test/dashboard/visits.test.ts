/** What somebody meets who comes back to a page, loses the server, or has long and odd values. */
import type { WebSocketRoute } from "playwright-core";
import { describe, expect, it } from "vitest";
import { TestServer } from "../support/index.ts";
import { page, shop, visitor } from "./stage.ts";

/** The requests of pages, but not for their parts. */
const API = /^http:\/\/[^/]+\/(?!ui\/)/;

const main = () => page.getByRole("main");
const goTo = (name: string) => page.getByRole("navigation", { name: "Pages" }).getByRole("link", { name }).click();

describe("who comes back to a page", () => {
  it("sees what has changed meanwhile", async () => {
    const id = await shop.settle(await shop.post("Support/meanwhile/nap/send"), "suspended");
    await visitor.go(`invocations/${id}`);
    await page.locator(".invocation-id").getByText("Suspended").waitFor();
    await goTo("Invocations");
    await shop.act(id, "kill");
    // By then the feed has told of it, and tells nothing more.
    await page.locator(`[data-id="${id}"] .status`).getByText("Killed").waitFor();
    await page.goBack();
    await page.locator(".invocation-id").getByText("Killed").waitFor();
  });

  it("of its filters goes on typing, spaces and all", async () => {
    await visitor.go("invocations");
    const failure = page.getByRole("searchbox", { name: "Failure" });
    await failure.pressSequentially("insufficient ");
    await page.waitForURL("**/invocations?failure=insufficient");
    await failure.pressSequentially("funds");
    await page.waitForURL(/failure=insufficient(\+|%20)funds/);
    expect(await failure.inputValue()).toBe("insufficient funds");
    await page.getByRole("button", { name: "Clear filters" }).click();
    await page.waitForURL("**/ui/invocations");
    expect(await failure.inputValue()).toBe("");
  });
});

describe("whose server does not answer", () => {
  it("has the page again when it does, though the feed has missed nothing", async () => {
    const sockets: WebSocketRoute[] = [];
    await page.routeWebSocket("**/ui/feed*", (socket) => {
      socket.connectToServer();
      sockets.push(socket);
    });
    const hellos: string[] = [];
    page.on("websocket", (socket) => hellos.push(socket.url()));
    await visitor.go("invocations?service=Support");
    await page.getByText("Live", { exact: true }).waitFor();
    await page.getByText(/\d+ shown/).waitFor();
    await page.route("**/query", (route) => route.abort());
    await goTo("SQL");
    await goTo("Overview");
    await page.getByText("The server does not answer").waitFor();
    await page.unroute("**/query");
    await sockets.at(-1)?.close();
    await page.getByRole("img", { name: /Invocations created/ }).waitFor();
  });

  it("quickly sees what it says as it comes, however much changes meanwhile", async () => {
    let asked = 0;
    let answered = 0;
    await page.route("**/query", async (route) => {
      asked++;
      await new Promise((resolve) => setTimeout(resolve, 1500));
      await route.continue().catch(() => {});
    });
    page.on("response", (response) => {
      if (response.url().endsWith("/query")) answered++;
    });
    await visitor.go("invocations?service=Greeter");
    await page.getByText(/\d+ shown/).waitFor();
    const [askedAtFirst, answeredAtFirst] = [asked, answered];
    for (const until = Date.now() + 8000; Date.now() < until; ) {
      await shop.post("Greeter/greet", "Ada");
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    // None is given up for a newer one, which would be given up in its turn.
    expect(asked - askedAtFirst - (answered - answeredAtFirst)).toBeLessThanOrEqual(3);
    expect(answered).toBeGreaterThan(answeredAtFirst);
    await page.unroute("**/query");
  });

  it("is told so on every page, which goes on by itself when the server is back", async () => {
    const sockets: WebSocketRoute[] = [];
    await page.routeWebSocket("**/ui/feed*", (socket) => {
      socket.connectToServer();
      sockets.push(socket);
    });
    await shop.post("Cart/ada/add", { sku: "book", price: 12 });
    const places = [
      "",
      "invocations",
      "services",
      "services/Greeter",
      "state",
      "state/Cart/ada",
      "deployments",
      "flow",
    ];
    for (const place of [...places, "sql?query=SELECT+1+AS+one"]) {
      await page.route(API, (route) => route.abort());
      await visitor.go(place);
      await main().getByText("The server does not answer").first().waitFor();
      await page.unroute(API);
      await sockets.at(-1)?.close();
      await main().getByText("The server does not answer").first().waitFor({ state: "detached" });
      await main().getByRole("alert").first().waitFor({ state: "detached" });
    }
  });

  it("has the page again whose parts could not be loaded", async () => {
    await visitor.go("services");
    await page.getByRole("region", { name: "Greeter" }).waitFor();
    await shop.server.kill();
    await goTo("SQL");
    await main().getByText("The server does not answer").first().waitFor();
    await shop.server.start();
    await page.getByRole("button", { name: "Run" }).waitFor();
  });
});

it("a new server says on every page what to do", async () => {
  const server = await TestServer.start("ours");
  try {
    const said = {
      "": "No service is registered yet",
      invocations: "No service is registered yet",
      services: "No service is registered yet",
      deployments: "Start them, then register it",
      state: "As soon as somebody calls one",
      flow: "Make the first rule",
      sql: "Write a query, or choose one under Examples",
    };
    for (const [path, text] of Object.entries(said)) {
      await page.goto(`${server.adminUrl}/ui/${path}`);
      await main().getByText(text).first().waitFor();
    }
    await server.register(shop.endpoint.url);
    await page.goto(`${server.adminUrl}/ui/invocations`);
    await main().getByText("Nothing has been called yet").waitFor();
  } finally {
    await server.dispose();
  }
});

it("behind a dialog whose button has gone, the keyboard goes on at the page", async () => {
  const id = await shop.settle(await shop.post("Support/focus/nap/send"), "suspended");
  await visitor.go("invocations?service=Support&q=focus");
  await page.locator(`[data-id="${id}"]`).getByRole("checkbox").check();
  await page.getByRole("toolbar").getByRole("button", { name: "Kill" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Kill 1" }).click();
  await page.getByRole("dialog").getByText("1 of 1").waitFor();
  await page.keyboard.press("Escape");
  await page.getByRole("toolbar").waitFor({ state: "detached" });
  await page.locator("#page:focus").waitFor();
});

describe("long and odd values", () => {
  it("have their columns in SQL, also where all is null", async () => {
    await visitor.go("sql?query=SELECT+NULL+AS+nothing%2C+1+AS+one");
    await page.getByRole("columnheader", { name: "nothing" }).waitFor();
    expect(await page.getByRole("columnheader").allInnerTexts()).toEqual(["nothing", "one"]);
    expect(await page.getByRole("cell").allInnerTexts()).toEqual(["null", "1"]);
  });

  it("do not hold up the page, which folds a megabyte of JSON, and are exact", async () => {
    const rows = Array.from({ length: 180 }, (_, n) =>
      Array.from({ length: 150 }, (_, m) => ({ n, m, text: "ünicode" })),
    );
    const id = await shop.post("Greeter/greet/send", { id: 1, rows, long: "x".repeat(50_000) });
    const exact = await fetch(`${shop.server.ingressUrl}/Greeter/greet/send`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: '{"id":12345678901234567890}',
    });
    const { invocationId } = (await exact.json()) as { invocationId: string };
    await shop.settle(id, "completed");
    await visitor.go(`invocations/${id}`);
    await page.getByRole("button", { name: /^Input/ }).click();
    await page.getByRole("button", { name: /^Load / }).click();
    await page.getByRole("button", { name: "150 items" }).first().waitFor();
    await page.getByRole("button", { name: "40,000 more characters" }).waitFor();
    expect(await page.locator(".json *").count()).toBeLessThan(2500);
    await visitor.go(`invocations/${invocationId}`);
    await page.getByRole("button", { name: /^Input/ }).click();
    await page.locator(".json").getByText("12345678901234567890").waitFor();
  });

  it("have pages of their own, fit 400 pixels, and stay what they are in lists", async () => {
    const keys = ["مفتاح عربي", "🛒 emoji/with slash", "100%25", "a".repeat(600), "<b>bold</b>"];
    for (const key of keys) await shop.post(`Cart/${encodeURIComponent(key)}/add`, { sku: key, price: 1 });
    await visitor.go("state?service=Cart");
    for (const key of keys) await page.locator(`[data-instance="${`Cart/${key}`.replaceAll('"', '\\"')}"]`).waitFor();
    await page.setViewportSize({ width: 400, height: 800 });
    for (const key of keys) {
      await visitor.go("state?service=Cart");
      await page.locator(`[data-instance="Cart/${key}"]`).getByRole("link").click();
      await page.getByRole("listitem", { name: "items" }).waitFor();
      expect(await page.locator(".instance-name code").innerText()).toBe(key);
      expect([key.slice(0, 20), await visitor.overflow()]).toEqual([key.slice(0, 20), 0]);
    }
    await visitor.go("invocations?service=Cart&q=aaaa");
    await page.locator("[data-status=succeeded]").first().waitFor();
    expect(await visitor.overflow()).toBe(0);
    // The key gives way, not what it is the key of.
    for (const part of [".target-service", ".target-handler"]) {
      expect(
        await page
          .locator(part)
          .first()
          .evaluate((it) => it.scrollWidth - it.clientWidth),
      ).toBe(0);
    }
    const [row] = await shop.rows("SELECT id FROM sys_invocation WHERE target_service_key LIKE 'aaa%'");
    await visitor.go(`invocations/${String(row?.id)}`);
    await page.getByRole("button", { name: /Output/ }).waitFor();
    expect(await visitor.overflow()).toBe(0);
  });
});

describe("what users of the official web interface look for", () => {
  it("is there: the beginnings of state in the list, as it changes", async () => {
    await shop.post("Cart/seen/add", { sku: "pen", price: 2 });
    await visitor.go("state?service=Cart&q=seen");
    const row = page.locator("[data-instance='Cart/seen']");
    await row.getByText('items: [{"sku":"pen","price":2}], total: 2').waitFor();
    await shop.post("Cart/seen/add", { sku: "ink", price: 3 });
    await row.getByText("total: 5").waitFor();
  });

  it("is there: filters by idempotency key and caller, live, and columns for all times", async () => {
    const call = (key: string) =>
      fetch(`${shop.server.ingressUrl}/Greeter/greet`, { method: "POST", headers: { "idempotency-key": key } });
    await call("order-1");
    await call("order-2");
    await visitor.go("invocations");
    await page.getByRole("button", { name: "More filters" }).click();
    await page.getByRole("menuitem", { name: "Idempotency key" }).click();
    // When the menu has closed, the new field has the focus.
    await page.locator("input:focus").waitFor();
    await page.keyboard.type("order-3");
    await page.getByText("No invocation matches").waitFor();
    // The feed does not tell the key: another one's comes first.
    await call("order-4");
    await call("order-3");
    const [called] = await shop.rows("SELECT id FROM sys_invocation WHERE idempotency_key = 'order-3'");
    await page.locator(`[data-id="${called?.id}"]`).waitFor();
    await page.getByText("1 shown").waitFor();
    await page.getByRole("button", { name: "Columns" }).click();
    for (const name of ["Modified", "Running since", "Service type", "Protocol", "Result kept"]) {
      await page.getByRole("menuitemcheckbox", { name }).click();
      await page.getByRole("columnheader", { name }).waitFor();
    }
    const id = await shop.post("Checkout/order-called/run/send", {});
    await shop.settle(id, "suspended");
    await visitor.go(`invocations?caller=${id}`);
    await page.getByText("2 shown").waitFor();
    await visitor.go("invocations?caller=order-called");
    await page.getByText("2 shown").waitFor();
  });

  it("is there: restarted as new it runs on the latest deployment, as anybody's restart does", async () => {
    const id = await shop.settle(await shop.post("Greeter/greet/send", "again"), "completed");
    await visitor.go(`invocations/${id}`);
    await page.getByRole("button", { name: "Restart as new" }).click();
    const [request] = await Promise.all([
      page.waitForRequest(/restart-as-new/),
      page.getByRole("dialog").getByRole("button", { name: "Restart as new" }).click(),
    ]);
    expect(new URL(request.url()).search).toBe("");
  });

  it("is there: which version the server is of", async () => {
    await visitor.go("");
    const answer = await fetch(`${shop.server.adminUrl}/version`);
    const { version, restate_lite_version: own } = (await answer.json()) as Record<string, string>;
    await page.getByText(`v${own}`, { exact: true }).waitFor();
    await page.getByText(`as Restate ${version}`, { exact: true }).waitFor();
  });
});
