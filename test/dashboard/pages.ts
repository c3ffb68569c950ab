import type { Page } from "playwright-core";
import type { History } from "./shop.ts";

/** A page to look at, with what shows that all of it is there. */
export interface PageUnderTest {
  readonly name: string;
  /** Below `/ui/`. */
  readonly address: string;
  isReady(page: Page): Promise<unknown>;
}

/** Every page of the dashboard. A new one is named here, and with it has screenshots and the check of accessibility. */
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
      name: "state",
      address: "state?service=Cart&key=ada",
      isReady: (page) => page.getByRole("region", { name: "State of Cart/ada" }).getByText("total").waitFor(),
    },
    {
      name: "deployments",
      address: "deployments",
      isReady: (page) => page.getByText("Active").first().waitFor(),
    },
  ];
}
