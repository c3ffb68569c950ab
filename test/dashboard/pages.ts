import type { Page } from "playwright-core";
import type { History } from "./shop.ts";

/** A page to look at, with what shows that all of it is there. */
export interface PageUnderTest {
  readonly name: string;
  /** Below `/ui/`. */
  readonly address: string;
  isReady(page: Page): Promise<unknown>;
}

/** Every page of the dashboard. A new one is named here, and with it is checked for accessibility and width. */
export function pages(history: History): readonly PageUnderTest[] {
  return [
    {
      name: "overview",
      address: "",
      isReady: async (page) => {
        await page.getByRole("region", { name: "Needs attention" }).waitFor();
        await page.getByRole("img", { name: /Invocations created/ }).waitFor();
      },
    },
    {
      name: "invocations",
      address: "invocations",
      isReady: (page) => page.locator("[data-status=succeeded]").first().waitFor(),
    },
    {
      name: "invocation",
      address: `invocations/${history.checkout}`,
      isReady: async (page) => {
        await page.getByRole("button", { name: /Await promise approval/ }).waitFor();
        await page.getByRole("button", { name: "Journal of Payment/charge" }).click();
        await page.getByRole("button", { name: /Run charge the card/ }).click();
        await page.getByText("ch_1").waitFor();
      },
    },
    {
      name: "invocation-backing-off",
      address: `invocations/${history.backingOff}`,
      isReady: async (page) => {
        await page.getByRole("button", { name: "Retry now" }).waitFor();
        await page.getByRole("button", { name: /Attempt failed/ }).click();
      },
    },
    {
      name: "invocation-state",
      address: `invocations/${history.checkout}`,
      isReady: async (page) => {
        await page.getByRole("button", { name: "State at a point" }).click();
        await page.getByRole("region", { name: "State at this point" }).getByText("ch_1").waitFor();
      },
    },
    {
      name: "invocation-edit",
      address: `invocations/${history.paused}`,
      isReady: async (page) => {
        await page.getByRole("button", { name: /^Run print.*details/ }).click();
        await page.getByRole("button", { name: "Give a result" }).click();
        await page.getByRole("dialog").getByRole("textbox", { name: "Value" }).waitFor();
      },
    },
    {
      name: "invocation-mismatch",
      address: `invocations/${history.mismatch}`,
      isReady: async (page) => {
        const sides = page.getByRole("figure", { name: "Journal mismatch" }).first();
        await sides.getByRole("region", { name: "In the journal" }).getByText("Run choose a carrier").waitFor();
        await sides.scrollIntoViewIfNeeded();
      },
    },
    {
      name: "services",
      address: "services",
      isReady: (page) => page.getByRole("region", { name: "Greeter" }).waitFor(),
    },
    {
      name: "playground",
      address: "services/Greeter?handler=greet",
      isReady: async (page) => {
        await page.getByRole("textbox", { name: "Input" }).fill('"Ada"');
        await page.getByRole("button", { name: "Call", exact: true }).click();
        await page.getByText('"Hello Ada"').first().waitFor();
        await page.getByRole("button", { name: /Output/ }).waitFor();
      },
    },
    {
      name: "playground-form",
      address: "services/Courier?handler=estimate",
      isReady: async (page) => {
        await page.getByLabel("grams").fill("250");
        await page.getByLabel("street").fill("Main Street 1");
        await page.getByLabel("zip").fill("12345");
        await page.getByLabel("number").fill("4242 4242");
        await page.getByRole("button", { name: "Call", exact: true }).click();
        await page.getByRole("button", { name: /Run ask the carrier/ }).waitFor();
        await page.locator("main").evaluate((main) => main.scrollTo(0, 0));
      },
    },
    {
      name: "configuration",
      address: "services/Courier?view=configuration",
      isReady: (page) => page.getByRole("textbox", { name: "Abort timeout" }).waitFor(),
    },
    {
      name: "revisions",
      address: "services/Courier?view=revisions",
      isReady: (page) => page.getByRole("cell", { name: /latest/ }).waitFor(),
    },
    {
      name: "openapi",
      address: "services/Courier?view=openapi",
      isReady: (page) => page.getByText("/restate/call/Courier/estimate").click(),
    },
    {
      name: "state",
      address: "state",
      isReady: (page) => page.locator("[data-instance='Cart/ada']").waitFor(),
    },
    {
      name: "instance",
      address: "state/Checkout/order-1001",
      isReady: async (page) => {
        await page.getByRole("region", { name: "Promises" }).getByText("approval").waitFor();
        await page.getByRole("button", { name: /^paid/ }).click();
        await page.getByText("ch_1").first().waitFor();
      },
    },
    {
      name: "instance-held",
      address: "state/Cart/linus",
      isReady: async (page) => {
        await page.getByText("1 call waits").waitFor();
        await page.getByRole("region", { name: "Recent invocations" }).getByText("Pending").waitFor();
      },
    },
    {
      name: "deployments",
      address: "deployments",
      isReady: async (page) => {
        await page.getByText("Active").first().waitFor();
        await page.getByText("3 failing").waitFor();
        await page.getByRole("button", { name: /^Details of/ }).click();
        await page.getByRole("region", { name: "Last failures" }).getByRole("listitem").first().waitFor();
      },
    },
    {
      name: "flow",
      address: "flow",
      isReady: async (page) => {
        await page.getByRole("region", { name: "Usage" }).getByText("1 of 1", { exact: true }).waitFor();
        await page.getByRole("region", { name: "Queues" }).getByText("Cart/acme-2").waitFor();
      },
    },
    {
      name: "sql",
      address: `sql?query=${encodeURIComponent("SELECT id, target, status, journal_size, created_at\nFROM sys_invocation\nORDER BY created_at DESC")}`,
      isReady: (page) => page.getByRole("cell").first().waitFor(),
    },
    {
      name: "sql-chart",
      address: `sql?query=${encodeURIComponent("SELECT target_service_name AS service, count(*) AS invocations\nFROM sys_invocation\nGROUP BY 1\nORDER BY 2 DESC")}`,
      isReady: async (page) => {
        await page.getByRole("cell", { name: "Checkout" }).waitFor();
        await page.getByRole("button", { name: "Chart" }).click();
        await page.getByRole("list", { name: "invocations by service" }).waitFor();
      },
    },
  ];
}
