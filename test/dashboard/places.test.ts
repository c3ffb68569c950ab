import { afterAll, beforeAll, expect, it } from "vitest";
import { Shop } from "./shop.ts";
import { browser } from "./stage.ts";
import { Visitor } from "./visitor.ts";

let narrow: Shop;

beforeAll(async () => {
  const env = { RESTATE_WORKER__INVOKER__CONCURRENT_INVOCATIONS_LIMIT: "1" };
  narrow = await Shop.open("ours", { env });
});
afterAll(() => narrow?.close());

it("the limit of all attempts together is seen while it makes invocations wait, and why", async () => {
  const busy = await narrow.settle(await narrow.post("Cart/linus/hold/send"), "running");
  const waiting = await narrow.settle(await narrow.post("Greeter/greet/send", "Ada"), "ready");
  const visitor = await Visitor.arrive(browser, narrow);
  const { page } = visitor;
  await visitor.go("");
  await page.getByText(/^1 invocation waits for a place: 1 attempt runs, as many as .+ allows\.$/).waitFor();
  expect(await visitor.seriousViolations()).toEqual([]);
  await visitor.go(`invocations/${waiting}`);
  await page.getByText("Waits for a place: 1 attempt at a time, and so many run").waitFor();
  await visitor.go("");
  const note = page.getByRole("status").getByText("waits for a place");
  await note.waitFor();
  await narrow.act(busy, "kill");
  await note.waitFor({ state: "detached" });
  expect(await narrow.status(waiting)).toBe("completed");
  expect(visitor.complaints).toEqual([]);
  await visitor.context.close();
});
