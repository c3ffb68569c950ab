import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { TestEndpoint, until } from "../support/index.ts";
import { arrive, page, shop, visitor } from "./stage.ts";

const file = fileURLToPath(new URL("endpoints/ledger.mjs", import.meta.url));

let endpoint: TestEndpoint;

beforeAll(async () => {
  endpoint = await TestEndpoint.start(file);
  await register(endpoint);
});
afterAll(() => endpoint?.kill());

async function register({ url }: TestEndpoint): Promise<string> {
  const answer = await fetch(`${shop.server.adminUrl}/deployments`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ uri: url }),
  });
  if (!answer.ok) throw new Error(`not registered: ${await answer.text()}`);
  return ((await answer.json()) as { id: string }).id;
}

const button = (name: string | RegExp) => page.getByRole("button", { name });
const dialog = () => page.getByRole("dialog");
/** A line of the timeline. */
const line = (name: string) => button(new RegExp(`^${name}.*details$`));

/** An invocation that has stopped for good at a run that fails. */
async function stopped(key: string, amount = 5): Promise<string> {
  return await shop.settle(await shop.post(`Ledger/${key}/post/send`, amount), "paused");
}

async function open(id: string): Promise<void> {
  await page.goto(shop.page(`invocations/${id}`));
  await line("Input").waitFor();
}

async function journal(id: string): Promise<unknown[]> {
  const rows = await shop.rows(`SELECT entry_type FROM sys_journal WHERE id = '${id}' ORDER BY index`);
  return rows.map(({ entry_type }) => entry_type);
}

async function state(key: string): Promise<Record<string, unknown>> {
  const rows = await shop.rows(`SELECT key, value_utf8 FROM state WHERE service_key = '${key}' ORDER BY key`);
  return Object.fromEntries(rows.map((row) => [row.key, JSON.parse(String(row.value_utf8))]));
}

describe("a completed invocation", () => {
  it("is restarted from an entry of its journal, as a new one where the page then is", async () => {
    await shop.post("Ledger/fork/close");
    const [{ id } = {}] = await shop.rows("SELECT id FROM sys_invocation WHERE target = 'Ledger/fork/close'");
    await open(String(id));
    await line("Run count").click();
    await button("Restart from here").click();
    await dialog().getByText("what was done up to here is not done again").waitFor();
    expect(await dialog().getByLabel("Deployment").locator("option").allTextContents()).toEqual([
      ...["The one it ran on", "The latest of the service", expect.stringContaining(endpoint.url)],
    ]);
    await dialog().getByRole("button", { name: "Restart from here" }).click();
    await page.getByText("Restarted from").first().waitFor();
    await page.waitForURL((url) => !url.pathname.endsWith(String(id)));
    const forked = page.url().split("/").at(-1) as string;
    await shop.settle(forked, "completed");
    expect(await shop.rows(`SELECT restarted_from FROM sys_invocation WHERE id = '${forked}'`)).toEqual([
      { restarted_from: id },
    ]);
    expect(await journal(forked)).toEqual(await journal(String(id)));
    // The send came before the entry, so it was not made again.
    expect(await shop.rows("SELECT id FROM sys_invocation WHERE target = 'Ledger/archive/note'")).toHaveLength(1);
  });

  it("cannot be edited, and a workflow's cannot be restarted", async () => {
    const id = await shop.settle(await shop.post("Checkout/no-fork/run/send", { items: 1 }), "suspended");
    await shop.post("Checkout/no-fork/approve", "me");
    await shop.settle(id, "completed");
    await open(id);
    await line("Run price the order").click();
    await page.getByText("42.5").first().waitFor();
    expect(await button(/Restart from here|Edit the result|Drop what follows/).count()).toBe(0);
  });
});

describe("a paused invocation", () => {
  it("gets the result by hand that its run does not get, and ends with it", async () => {
    const id = await stopped("by-hand");
    await open(id);
    await line("Run print the receipt").click();
    await button("Give a result").click();
    await dialog().getByRole("textbox", { name: "Value" }).fill('"written by hand"');
    await dialog().getByRole("button", { name: "Give this result" }).click();
    await dialog().waitFor({ state: "detached" });
    await button(/^Edited/).waitFor();
    await page.getByRole("region", { name: "Journal" }).getByText("edited", { exact: true }).waitFor();
    await page.locator(".standing").getByRole("button", { name: "Resume" }).click();
    await page.locator(".invocation-id").getByText("Succeeded").waitFor();
    expect(await state("by-hand")).toEqual({ balance: 5, receipt: "written by hand" });
    const [{ event_json } = {}] = await shop.rows(
      `SELECT event_json FROM sys_journal_events WHERE id = '${id}' AND event_type = 'JournalEdited'`,
    );
    expect(JSON.parse(String(event_json))).toMatchObject({
      ...{ edit: "result", entry_name: "print the receipt", old: null, new: { value: '"written by hand"' } },
    });
    expect(visitor.complaints).toEqual([]);
  });

  it("gets another result than it had, which the page shows at once", async () => {
    const id = await stopped("edited");
    await open(id);
    await line("Get state balance").click();
    await button("Edit the result").click();
    await dialog().getByRole("button", { name: "Value" }).click();
    await dialog().getByRole("textbox", { name: "Value" }).fill("100");
    await dialog().getByRole("button", { name: "Replace the result" }).click();
    await dialog().waitFor({ state: "detached" });
    await page.locator(".details").getByText("100", { exact: true }).waitFor();
  });

  it("gets a failure as the result, which its handler throws", async () => {
    const id = await stopped("failed");
    await open(id);
    await line("Run print the receipt").click();
    await button("Give a result").click();
    await dialog().getByRole("button", { name: "Failure" }).click();
    await dialog().getByLabel("Code").fill("nonsense");
    expect(await dialog().getByRole("button", { name: "Give this result" }).isDisabled()).toBe(true);
    await dialog().getByLabel("Code").fill("418");
    await dialog().getByLabel("Message").fill("no receipts today");
    await dialog().getByRole("button", { name: "Give this result" }).click();
    await dialog().waitFor({ state: "detached" });
    await page.locator(".standing").getByRole("button", { name: "Resume" }).click();
    await page.locator(".standing").getByText("no receipts today").waitFor();
  });

  it.each(["Ledger", "RemoteLedger"])("gets other names of keys than its state has: %s", async (service) => {
    const key = "names";
    await shop.post(`${service}/${key}/note`, "x");
    const id = await shop.settle(await shop.post(`${service}/${key}/audit/send`), "paused");
    await open(id);
    await line("List state").click();
    await page.locator(".details").getByRole("listitem").getByText("last", { exact: true }).waitFor();
    await button("Edit the result").click();
    const names = dialog().getByRole("textbox", { name: "Names of keys" });
    const replace = dialog().getByRole("button", { name: "Replace the result" });
    await names.getByText('["last"]').waitFor();
    await names.fill('["last", 1]');
    await dialog().getByText("written as a list of texts in JSON").waitFor();
    expect(await replace.isDisabled()).toBe(true);
    await names.fill('["last", "ghöst"]');
    await replace.click();
    await dialog().waitFor({ state: "detached" });
    await page.locator(".details").getByRole("listitem").getByText("ghöst", { exact: true }).waitFor();
    await line("Run print the receipt").click();
    await button("Give a result").click();
    await dialog().getByRole("textbox", { name: "Value" }).fill("null");
    await dialog().getByRole("button", { name: "Give this result" }).click();
    await dialog().waitFor({ state: "detached" });
    await page.locator(".standing").getByRole("button", { name: "Resume" }).click();
    await page.locator(".invocation-id").getByText("Succeeded").waitFor();
    await line("Output").click();
    await page.locator(".details").getByText('"ghöst"').waitFor();
    expect(await state(key)).toEqual({ last: "x" });
    expect(visitor.complaints).toEqual([]);
  });

  it("loses the end of its journal after being told what that does, and does it again from there", async () => {
    const id = await stopped("dropped");
    expect(await state("dropped")).toEqual({ balance: 5 });
    await open(id);
    await line("Input").click();
    await button("Drop what follows").click();
    await dialog().getByText("Dropped: 3 entries").waitFor();
    await dialog().getByText("Runs are run again").waitFor();
    const restored = dialog().getByRole("listitem").filter({ hasText: "State that goes back to this point" });
    await restored.getByText("balance").waitFor();
    await dialog().getByRole("button", { name: "Drop and keep paused" }).click();
    await dialog().waitFor({ state: "detached" });
    await button(/^Edited 3 dropped behind #0/).waitFor();
    await line("Set state balance").waitFor({ state: "detached" });
    expect(await journal(id)).toEqual(["Command: Input"]);
    expect(await state("dropped")).toEqual({});
    await page.locator(".standing").getByRole("button", { name: "Resume" }).click();
    await line("Set state balance").waitFor();
    await shop.settle(id, "paused");
    // Once more 5, and not 5 more.
    expect(await state("dropped")).toEqual({ balance: 5 });
    expect(visitor.complaints).toEqual([]);
  });

  it("says what the server refuses: it was resumed meanwhile", async () => {
    const id = await stopped("refused");
    await open(id);
    await line("Run print the receipt").click();
    await button("Give a result").click();
    await dialog().getByRole("textbox", { name: "Value" }).fill("1");
    await shop.act(id, "kill");
    await dialog().getByRole("button", { name: "Give this result" }).click();
    await dialog().getByText("can be edited only while it is paused").waitFor();
  });

  it("shows what the journal has and what the code did side by side when they do not match", async () => {
    const id = await shop.settle(await shop.post("Ledger/mismatch/drift/send"), "paused");
    // Until the journal is there, nothing is said of it.
    let letThrough: (() => void) | undefined;
    const isLet = new Promise<void>((resolve) => {
      letThrough = resolve;
    });
    await page.route("**/query", async (route) => {
      if (route.request().postData()?.includes("FROM sys_journal ")) await isLet;
      await route.continue();
    });
    await visitor.go(`invocations/${id}`);
    await page.getByText(/^Paused after \d failed attempts/).waitFor();
    expect(await page.getByRole("figure", { name: "Journal mismatch" }).count()).toBe(0);
    letThrough?.();
    await line("Input").waitFor();
    await button(/^Attempt failed.*code paths|^Attempt failed.*does not match/).click();
    // It stands at the top and in the line.
    expect(await page.getByRole("figure", { name: "Journal mismatch" }).count()).toBe(2);
    const sides = page.getByRole("figure", { name: "Journal mismatch" }).last();
    await sides.getByRole("region", { name: "In the journal" }).getByText("Run charge the card").waitFor();
    await sides.getByRole("region", { name: "What the code did" }).getByText("Run charge the customer").waitFor();
    // In a sentence, and by its name.
    expect(await sides.locator("mark").allTextContents()).toEqual(["card", "card", "customer", "customer"]);
    await sides.getByText("What the SDK says").click();
    await sides.locator("pre").first().waitFor();
  });
});

describe("the timeline", () => {
  it("says what the state was at an entry: by keyboard, and only what the journal knows", async () => {
    const id = await stopped("state");
    await open(id);
    await button("State at a point").click();
    const slider = page.getByRole("slider", { name: "State as of entry" });
    const known = page.getByRole("region", { name: "State at this point" });
    await known.getByRole("listitem").filter({ hasText: "balance" }).getByText("set at #2").waitFor();
    await known.getByText("5", { exact: true }).waitFor();
    await slider.focus();
    await page.keyboard.press("Home");
    await known.getByText("read later, at #1").waitFor();
    await known.getByText("not set").waitFor();
    await known.getByText("Nothing else is set: only this invocation can change the state.").waitFor();
    expect(await slider.getAttribute("aria-valuetext")).toBe("Input (#0)");
    await page.keyboard.press("ArrowRight");
    await known.getByText("read at #1").waitFor();
    await button("State at a point").click();
    await slider.waitFor({ state: "detached" });
  });

  it("does not invent a state that was never read", async () => {
    await shop.post("Ledger/blind/close");
    const [{ id } = {}] = await shop.rows("SELECT id FROM sys_invocation WHERE target = 'Ledger/blind/close'");
    await open(String(id));
    await button("State at a point").click();
    const known = page.getByRole("region", { name: "State at this point" });
    await known.getByText('"closed"').waitFor();
    await page.getByRole("slider", { name: "State as of entry" }).focus();
    await page.keyboard.press("Home");
    await known.getByText("unknown: it was changed later").waitFor();
    await known.getByText("the state at the start is not stored").waitFor();
  });

  it("is zoomed and moved with the keyboard", async () => {
    const id = await stopped("zoomed");
    await open(id);
    const marks = () => page.locator(".axis").textContent();
    const [zoom, part] = [page.getByRole("slider", { name: "Zoom" }), page.getByRole("slider", { name: "Part of" })];
    expect(await part.isDisabled()).toBe(true);
    await zoom.focus();
    const all = await marks();
    await page.keyboard.press("ArrowRight");
    await page.keyboard.press("ArrowRight");
    expect(await zoom.getAttribute("aria-valuetext")).toBe("4 times");
    expect(await marks()).not.toBe(all);
    await part.focus();
    await page.keyboard.press("End");
    await until("the axis not to begin at the start", async () => !/^0 ms/.test((await marks()) ?? ""));
  });

  it("counts down to the next attempt, and shows where the last one failed", async () => {
    const id = await shop.settle(await shop.post("Payment/flaky/send"), "backing-off");
    await open(id);
    await page
      .locator(".lines")
      .getByText(/next attempt in (59m|1h)/)
      .waitFor();
    await button(/^Attempt failed/).click();
    await page.locator(".details").getByText("Bank.connect").waitFor();
    await page.locator(".details").getByText("Next attempt").waitFor();
  });

  it("says of what waits that it is suspended, and until when", async () => {
    const id = await shop.settle(await shop.post("Support/timeline/nap/send"), "suspended");
    await open(id);
    await page
      .locator(".lines")
      .getByText(/suspended, due in (59m|1h)/)
      .waitFor();
  });
});

describe.each(["light", "dark"] as const)("without a serious violation of accessibility (%s)", (colorScheme) => {
  it("are the two sides of a mismatch, the state at a point, and the dialogs", async () => {
    const drifted = await shop.settle(await shop.post(`Ledger/axe-${colorScheme}/drift/send`), "paused");
    const id = await stopped(`axe-post-${colorScheme}`);
    await arrive(colorScheme);
    await open(drifted);
    await button(/^Attempt failed.*code paths|^Attempt failed.*does not match/).click();
    await page.getByRole("figure").first().waitFor();
    expect(await visitor.seriousViolations(), "mismatch").toEqual([]);
    await open(id);
    await button("State at a point").click();
    await page.getByRole("slider", { name: "State as of entry" }).focus();
    await page.keyboard.press("Home");
    await page.getByText("read later, at #1").waitFor();
    expect(await visitor.seriousViolations(), "state").toEqual([]);
    await line("Run print the receipt").click();
    await button("Give a result").click();
    await dialog().getByRole("textbox", { name: "Value" }).waitFor();
    expect(await visitor.seriousViolations(), "result").toEqual([]);
    await dialog().getByRole("button", { name: "Failure" }).click();
    expect(await visitor.seriousViolations(), "failure").toEqual([]);
    await page.keyboard.press("Escape");
    await line("Run print the receipt").click();
    await line("Input").click();
    await button("Drop what follows").click();
    await dialog().getByText("Runs are run again").waitFor();
    expect(await visitor.seriousViolations(), "drop").toEqual([]);
  });
});

// Last, because what is new starts at the deployment that goes away then.
describe("a paused invocation that is resumed", () => {
  it("goes on at another deployment that serves its service", async () => {
    const id = await stopped("moved");
    const other = await TestEndpoint.start(file);
    try {
      const deployment = await register(other);
      await open(id);
      await page.locator(".actions").getByRole("button", { name: "Resume" }).click();
      const choice = dialog().getByLabel("Deployment");
      // The shop's own deployment does not serve it.
      await until("both deployments to be there", async () => (await choice.locator("option").count()) === 4);
      await choice.selectOption(deployment);
      await dialog().getByRole("button", { name: "Resume" }).click();
      await dialog().waitFor({ state: "detached" });
      await until("the invocation to be pinned there", async () => {
        const [row] = await shop.rows(`SELECT pinned_deployment_id AS at FROM sys_invocation WHERE id = '${id}'`);
        return row?.at === deployment;
      });
      await shop.settle(id, "paused");
    } finally {
      await other.kill();
    }
  });
});
