import type { Page } from "playwright-core";
import type { Shop } from "./shop.ts";

interface Of {
  readonly service?: string;
  readonly key: string;
  readonly scope?: string;
}

/** The state of carts and others, over the admin port and on the page of an instance. */
export class Instances {
  readonly #shop: Shop;

  constructor(shop: Shop) {
    this.#shop = shop;
  }

  #addressOf({ service = "Cart", key, scope }: Of): string {
    const query = new URLSearchParams({ service, key, ...(scope === undefined ? {} : { scope }) });
    return `${this.#shop.server.adminUrl}/restate-lite/state?${query}`;
  }

  /** Replaces a state, whatever it was. */
  async put(of: Of, state: Readonly<Record<string, string>>): Promise<void> {
    const base64 = (text: string) => Buffer.from(text).toString("base64");
    const entries = Object.entries(state).map(([name, value]) => ({ name: base64(name), value: base64(value) }));
    const answer = await fetch(this.#addressOf(of), {
      method: "PUT",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ entries }),
    });
    if (!answer.ok) throw new Error(await answer.text());
  }

  /** What is stored, as text by name. */
  async stored(of: Of): Promise<Record<string, string>> {
    const answer = await fetch(this.#addressOf(of));
    const { entries } = (await answer.json()) as { entries: { name: string; value: string }[] };
    return Object.fromEntries(
      entries.map(({ name, value }) => [
        Buffer.from(name, "base64").toString(),
        Buffer.from(value, "base64").toString("latin1"),
      ]),
    );
  }

  /** An invocation of `Cart/{key}/reprice` that holds the key until its price is told; `null` leaves the total alone. */
  async holdKey(key: string) {
    const id = await this.#shop.settle(await this.#shop.post(`Cart/${key}/reprice/send`), "suspended");
    const awakeable = JSON.parse((await this.stored({ key })).awakeable ?? "") as string;
    return {
      id,
      release: async (total: number | null) => {
        await this.#shop.post(`restate/awakeables/${awakeable}/resolve`, total);
        await this.#shop.settle(id, "completed");
      },
    };
  }
}

/** What a person does at the state of an instance. */
export class StateCard {
  readonly #page: Page;

  constructor(page: Page) {
    this.#page = page;
  }

  entry(name: string) {
    return this.#page.getByRole("region", { name: "State" }).getByRole("listitem", { name, exact: true });
  }

  /** What is there now, as far as the line shows it. */
  value(name: string) {
    return this.entry(name).locator(".entry-preview");
  }

  dialog() {
    return this.#page.getByRole("dialog");
  }

  button(name: string) {
    return this.#page.getByRole("button", { name, exact: true });
  }

  async openEditor(name: string): Promise<void> {
    await this.button(`Edit ${name}`).click();
    await this.dialog().getByRole("textbox", { name: "Value" }).waitFor();
  }

  async type(text: string): Promise<void> {
    await this.dialog().getByRole("textbox", { name: "Value" }).fill(text);
  }

  async write(): Promise<void> {
    await this.dialog()
      .getByRole("button", { name: /^Write/ })
      .click();
  }
}
