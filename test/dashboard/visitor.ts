import { AxeBuilder } from "@axe-core/playwright";
import type { Browser, BrowserContext, Page } from "playwright-core";
import type { Shop } from "./shop.ts";

/** Somebody who looks at the dashboard of a shop, and notes what a page complains about and whom it asks besides the server. */
export class Visitor {
  readonly page: Page;
  readonly context: BrowserContext;
  readonly complaints: string[] = [];
  readonly #shop: Shop;

  private constructor(context: BrowserContext, page: Page, shop: Shop) {
    this.context = context;
    this.page = page;
    this.#shop = shop;
    const { adminUrl, ingressUrl } = shop.server;
    const own = [adminUrl, ingressUrl, ingressUrl.replace("127.0.0.1", "localhost")];
    page.on("pageerror", (error) => this.complaints.push(error.message));
    page.on("console", (message) => message.type() === "error" && this.complaints.push(message.text()));
    page.on("request", (request) => {
      const isOwn = request.url().startsWith("blob:") || own.some((url) => request.url().startsWith(url));
      if (!isOwn) this.complaints.push(`asked ${request.url()}`);
    });
  }

  static async arrive(browser: Browser, shop: Shop, colorScheme: "light" | "dark" = "light"): Promise<Visitor> {
    const viewport = { width: 1440, height: 900 };
    const context = await browser.newContext({ colorScheme, viewport, reducedMotion: "reduce" });
    const page = await context.newPage();
    // What is waited for comes at once on a quiet machine; on a busy one a query process alone takes seconds to start.
    page.setDefaultTimeout(45_000);
    return new Visitor(context, page, shop);
  }

  async go(path: string): Promise<void> {
    await this.page.goto(this.#shop.page(path));
  }

  /** WCAG 2.1 AA, as far as axe can tell. */
  async seriousViolations(): Promise<string[]> {
    const tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"];
    const { violations } = await new AxeBuilder({ page: this.page }).withTags(tags).analyze();
    return violations
      .filter(({ impact }) => impact === "serious" || impact === "critical")
      .map(
        ({ id, nodes }) => `${id}: ${nodes.map(({ html, failureSummary }) => `${html} ${failureSummary}`).join("\n")}`,
      );
  }

  /** Pixels of the page that lie beside the window. */
  async overflow(): Promise<number> {
    return await this.page.evaluate(() => {
      const main = document.querySelector("main") as HTMLElement;
      return Math.max(main.scrollWidth - main.clientWidth, document.documentElement.scrollWidth - innerWidth);
    });
  }
}
