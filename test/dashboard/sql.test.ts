import { readFile } from "node:fs/promises";
import { beforeAll, describe, expect, it } from "vitest";
import { EXAMPLES } from "../../dashboard/src/pages/sql/examples.ts";
import { until } from "../support/index.ts";
import type { History } from "./shop.ts";
import { arrive, page, shop, visitor } from "./stage.ts";

let history: History;

beforeAll(async () => {
  history = await shop.makeHistory();
});

const editor = () => page.getByRole("textbox", { name: "SQL" });
const cell = (text: string) => page.getByRole("cell", { name: text, exact: true });
const headers = () => page.getByRole("columnheader").allInnerTexts();
const standing = (text: string | RegExp) => page.locator(".sql-standing").getByText(text).waitFor();

/** Replaces what is in the editor. */
async function write(text: string): Promise<void> {
  await editor().click();
  await page.keyboard.press("ControlOrMeta+a");
  await page.keyboard.insertText(text);
}

async function ask(text: string): Promise<void> {
  await write(text);
  await page.keyboard.press("ControlOrMeta+Enter");
}

describe("the SQL console", () => {
  it("runs with Ctrl+Enter, says how many rows and how long, and keeps the query in the address", async () => {
    await visitor.go("sql");
    await page.getByText("Nothing has been asked yet").waitFor();
    await ask("SELECT target_service_name AS service, count(*) AS n\nFROM sys_invocation\nGROUP BY 1 ORDER BY 1");
    await cell("Greeter").waitFor();
    await standing(/^6 rows in [\d.]+ m?s$/);
    expect(await headers()).toEqual(["service", "n"]);
    const address = page.url();
    expect(new URL(address).searchParams.get("query")).toContain("FROM sys_invocation\nGROUP BY");

    await ask("SELECT 'second' AS which");
    await cell("second").waitFor();
    await page.goBack();
    await cell("Greeter").waitFor();
    expect(await editor().innerText()).toContain("GROUP BY 1");

    const other = await visitor.context.newPage();
    await other.goto(address);
    await other.getByRole("cell", { name: "Greeter" }).waitFor();
    expect(visitor.complaints).toEqual([]);
  });

  it("runs only what is selected", async () => {
    await visitor.go("sql");
    await write("SELECT 'first' AS which\nnot SQL at all");
    await page.keyboard.press("ControlOrMeta+Home");
    await page.keyboard.press("Shift+End");
    await page.getByRole("button", { name: "Run what is selected" }).waitFor();
    await page.keyboard.press("ControlOrMeta+Enter");
    await cell("first").waitFor();
  });

  it("shows whole numbers with all their digits", async () => {
    await visitor.go("sql");
    await ask("SELECT 9007199254740993 AS n, array_agg(v) AS list FROM (SELECT 9007199254740995 AS v)");
    await cell("9007199254740993").waitFor();
    await cell("[9007199254740995]").waitFor();
  });

  it("completes tables, and the columns of those that the query names", async () => {
    await visitor.go("sql");
    await write("SELECT * FROM ");
    await page.keyboard.type("sys_keyed");
    await page.locator(".cm-tooltip-autocomplete").getByText("sys_keyed_service_status").waitFor();
    await page.keyboard.press("Escape");
    await write("SELECT  FROM sys_invocation");
    for (let n = 0; n < " FROM sys_invocation".length; n++) await page.keyboard.press("ArrowLeft");
    await page.keyboard.type("last_failure_rel");
    await page.locator(".cm-tooltip-autocomplete").getByText("last_failure_related_command_type").waitFor();
    expect(await visitor.seriousViolations()).toEqual([]);
  });

  it("says what the server refuses and marks its place, also when only a part was run", async () => {
    await visitor.go("sql");
    await ask("SELECT id\nFROM sys_invocation\nWHERE statu = 'running'");
    await page.getByRole("alert").getByText("No field named statu").waitFor();
    await page.getByText("At line 3, column 7").waitFor();
    expect(await page.locator(".cm-lintRange-error").innerText()).toBe("statu");
    await ask("SELECT 1\nSELEC 2 x y");
    await page.getByRole("alert").getByText("syntax error").waitFor();
    await page.getByText(/At line 2, column/).waitFor();

    await write("SELECT 1\nSELECT 1 FROM nowhere");
    await page.keyboard.press("Shift+Home");
    await page.keyboard.press("ControlOrMeta+Enter");
    await page.getByText("At line 2, column 15").waitFor();
    // The mark goes with the first correction.
    await page.keyboard.press("End");
    await page.keyboard.type(" ");
    await page.locator(".cm-lintRange-error").waitFor({ state: "detached" });
  });

  it("cancels a query that takes too long, and can ask again at once", async () => {
    await visitor.go("sql");
    // More often than the server has processes for queries: it ends what nobody waits for any more.
    for (let n = 1; n <= 3; n++) {
      await ask(`SELECT count(*) + ${n} AS n FROM generate_series(1, 100000000000)`);
      await page.getByRole("button", { name: "Cancel" }).click();
      await page.getByText("The query has been cancelled").waitFor();
      await page.getByRole("button", { name: "Run", exact: true }).waitFor();
    }
    await ask("SELECT 'still here' AS answer");
    await cell("still here").waitFor();
  });

  it("scrolls 100,000 rows with few of them in the document", async () => {
    await visitor.go("sql");
    await ask("SELECT value, 'row ' || value AS name FROM generate_series(1, 100000)");
    await standing(/^100,000 rows in/);
    expect(await page.getByRole("table", { name: "Answer" }).getAttribute("aria-rowcount")).toBe("100001");
    await page.getByRole("region", { name: "Answer" }).focus();
    await page.keyboard.press("End");
    await cell("row 100000").waitFor();
    expect(await page.locator(".results-body [role=row]").count()).toBeLessThan(100);
  });

  it("changes the width of a column by dragging and by keys", async () => {
    await visitor.go("sql");
    await ask("SELECT id, target FROM sys_invocation");
    const handle = page.getByRole("separator", { name: "Width of id" });
    const px = async () => Number(await handle.getAttribute("aria-valuenow"));
    const before = await px();
    const box = await handle.boundingBox();
    if (box === null) throw new Error("the handle is not in sight");
    await page.mouse.move(box.x + 4, box.y + 10);
    await page.mouse.down();
    await page.mouse.move(box.x + 104, box.y + 10, { steps: 5 });
    await page.mouse.up();
    expect(await px()).toBe(before + 100);
    await handle.focus();
    await page.keyboard.press("ArrowLeft");
    expect(await px()).toBe(before + 84);
    const shown = await page.locator(".results-body [role=cell]").first().boundingBox();
    expect(shown?.width).toBeCloseTo(before + 84, 0);
  });

  it("opens JSON as a tree, and leads from an id to its page", async () => {
    await visitor.go("sql");
    await ask(
      `SELECT id, '{"deep":{"er":[1,2]}}' AS doc, NULL AS empty FROM sys_invocation WHERE id = '${history.done}'`,
    );
    await page.getByRole("button", { name: '{"deep":{"er":[1,2]}}' }).click();
    const dialog = page.getByRole("dialog", { name: "doc" });
    await dialog.getByText('"deep"').waitFor();
    expect(await visitor.seriousViolations()).toEqual([]);
    await dialog.getByRole("button", { name: "Close" }).click();
    await page.getByRole("link", { name: history.done }).click();
    await page.waitForURL(`**/invocations/${history.done}`);
    await page.goBack();
    await page.getByRole("link", { name: history.done }).waitFor();
  });

  it("draws the result by a category and a number that are chosen", async () => {
    await visitor.go("sql");
    await ask(
      "SELECT target_service_name AS service, status, count(*) AS n FROM sys_invocation GROUP BY 1, 2 ORDER BY 1",
    );
    await standing(/rows in/);
    await page.getByRole("button", { name: "Chart" }).click();
    const bars = page.getByRole("list", { name: "n by service" });
    const [{ n }] = (await shop.rows(
      "SELECT count(*) AS n FROM sys_invocation WHERE target_service_name = 'Greeter'",
    )) as [{ n: number }];
    await bars.getByRole("listitem").filter({ hasText: "Greeter" }).getByText(String(n), { exact: true }).waitFor();
    await page.getByRole("combobox", { name: "Category" }).selectOption("status");
    await page.getByRole("combobox", { name: "Number" }).selectOption("number of rows");
    await page.getByRole("list", { name: "number of rows by status" }).getByText("backing-off").waitFor();
    await page.getByRole("button", { name: "Line" }).click();
    await page.getByRole("img", { name: /^number of rows by status: \d+ points/ }).waitFor();
  });

  it("saves CSV and JSON", async () => {
    await visitor.go("sql");
    await ask(`SELECT 'a "quoted", text' AS said, 1 AS n UNION ALL SELECT NULL, 2`);
    await standing("2 rows");
    async function saved(item: string): Promise<string> {
      const [file] = await Promise.all([
        page.waitForEvent("download"),
        (async () => {
          await page.getByRole("button", { name: "Export" }).click();
          await page.getByRole("menuitem", { name: item }).click();
        })(),
      ]);
      expect(file.suggestedFilename()).toMatch(new RegExp(`^restate-.*\\.${item.slice(3).toLowerCase()}$`));
      return await readFile(await file.path(), "utf8");
    }
    expect(await saved("As CSV")).toBe('said,n\r\n"a ""quoted"", text",1\r\n,2\r\n');
    expect(JSON.parse(await saved("As JSON"))).toEqual([
      { said: 'a "quoted", text', n: 1 },
      { said: null, n: 2 },
    ]);
    expect(visitor.complaints).toEqual([]);
  });

  it("remembers what has been run, finds it by words, and runs it again", async () => {
    await visitor.go("sql");
    await page.getByRole("button", { name: "History" }).click();
    await page.getByText("Nothing yet").waitFor();
    await page.keyboard.press("Escape");
    await ask("SELECT 'the first' AS answer");
    await cell("the first").waitFor();
    await ask("SELECT 'the other' AS answer");
    await cell("the other").waitFor();
    await page.reload();
    await cell("the other").waitFor();
    await page.getByRole("button", { name: "History" }).click();
    const dialog = page.getByRole("dialog", { name: "History" });
    expect(await visitor.seriousViolations()).toEqual([]);
    await until("two queries", async () => (await dialog.getByTitle("Run it again").count()) === 2);
    await dialog.getByRole("searchbox").fill("first SELECT");
    await until("one query", async () => (await dialog.getByTitle("Run it again").count()) === 1);
    await dialog.getByTitle("Run it again").click();
    await cell("the first").waitFor();
    await page.getByRole("button", { name: "History" }).click();
    await page.getByRole("button", { name: "Forget all" }).click();
    await page.getByText("Nothing yet").waitFor();
  });

  it("shows what tables there are, and looks into one", async () => {
    await visitor.go("sql");
    await page.getByRole("button", { name: "Tables" }).click();
    const dialog = page.getByRole("dialog", { name: "Tables" });
    await dialog.getByRole("searchbox").fill("value_utf8");
    await dialog.getByText("value_utf8", { exact: true }).first().waitFor();
    expect(await dialog.getByText("sys_invocation", { exact: true }).count()).toBe(0);
    expect(await visitor.seriousViolations()).toEqual([]);
    await dialog.getByRole("button", { name: "Look into state" }).click();
    await page.getByRole("columnheader", { name: "value_utf8" }).waitFor();
  });

  it("has examples that all run", async () => {
    for (const { title, query } of EXAMPLES)
      expect([title, (await shop.rows(query)).length > 0]).toEqual([title, true]);
    await visitor.go("sql");
    await page.getByRole("button", { name: "Examples" }).click();
    await page.getByRole("menuitem", { name: "What is stuck, and why" }).click();
    await cell("Payment/flaky").waitFor();
  });

  it("says so when nothing fits", async () => {
    await visitor.go("sql");
    await ask("SELECT id FROM sys_invocation WHERE status = 'nowhere'");
    await page.getByText("nothing fits it").waitFor();
    expect(await page.getByRole("button", { name: "Export" }).isDisabled()).toBe(true);
  });

  it("is reached by g q and from the palette", async () => {
    await visitor.go("");
    await page.getByRole("heading", { name: "Overview" }).waitFor();
    await page.keyboard.press("g");
    await page.keyboard.press("q");
    await page.waitForURL("**/ui/sql");
    await visitor.go("");
    await page.getByRole("navigation", { name: "Pages" }).waitFor();
    await page.keyboard.press("ControlOrMeta+k");
    await page.getByRole("combobox", { name: "Go anywhere, do anything" }).fill("SQL");
    await page.keyboard.press("Enter");
    await page.waitForURL("**/ui/sql");
  });

  it.each(["light", "dark"] as const)(
    "has no serious violation of accessibility and fits 400 pixels (%s)",
    async (scheme) => {
      await arrive(scheme);
      const query = `SELECT id, target, scope, last_failure FROM sys_invocation
        WHERE id = '${history.done}' OR scope IS NOT NULL OR last_failure IS NOT NULL`;
      await visitor.go(`sql?query=${encodeURIComponent(query)}`);
      await page.getByRole("link", { name: history.done }).first().waitFor();
      expect(await visitor.seriousViolations()).toEqual([]);
      await page.setViewportSize({ width: 400, height: 800 });
      expect(await visitor.overflow()).toBe(0);
      await page.setViewportSize({ width: 1440, height: 900 });
      await page.getByRole("button", { name: "Chart" }).click();
      await page.getByRole("region", { name: "Chart" }).waitFor();
      expect(await visitor.seriousViolations()).toEqual([]);
      await page.getByRole("button", { name: "Line" }).click();
      expect(await visitor.seriousViolations()).toEqual([]);
      await ask("SELEC");
      await page.getByText("At line 1, column 1").waitFor();
      expect(await visitor.seriousViolations()).toEqual([]);
      await page.setViewportSize({ width: 400, height: 800 });
      expect(await visitor.overflow()).toBe(0);
    },
  );
});
