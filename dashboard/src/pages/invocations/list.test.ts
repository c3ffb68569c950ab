import { afterEach, beforeEach, expect, it, vi } from "vitest";
import type { Change } from "../../live/messages.ts";
import { filterOf } from "./filter.ts";
import { InvocationList } from "./list.ts";

/** Queries that the list has sent, to be answered by hand. */
let asked: { readonly query: string; answer(rows: readonly object[]): void }[];

beforeEach(() => {
  asked = [];
  vi.stubGlobal("window", globalThis);
  vi.stubGlobal("document", { visibilityState: "hidden" });
  vi.stubGlobal("fetch", (_path: string, { body }: { body: string }) => {
    const { query } = JSON.parse(body) as { query: string };
    return new Promise((resolve) => {
      asked.push({ query, answer: (rows) => resolve(new Response(JSON.stringify({ rows }))) });
    });
  });
});
afterEach(() => vi.unstubAllGlobals());

const change = (id: string, status: Change["status"] & string, createdAtMs: number): Change => ({
  ...{ id, service: "Greeter", handler: "greet", createdAtMs, atMs: createdAtMs, status },
});
const heard = (...changes: Change[]) => ({ type: "changes" as const, registry: false, changes });
const stored = (id: string, atMs: number) => ({ id, created_at: new Date(atMs).toISOString() });

async function begun(search: Parameters<typeof filterOf>[0] = {}): Promise<InvocationList> {
  const list = new InvocationList(filterOf(search));
  await vi.waitFor(() => expect(asked).toHaveLength(1));
  return list;
}

it("keeps what it hears while the answer, which is older, is on its way", async () => {
  const list = await begun();
  list.hear(heard(change("inv_new", "running", 2000), change("inv_gone", "removed", 500)));
  asked[0]?.answer([stored("inv_old", 1000), stored("inv_gone", 500)]);
  await vi.waitFor(() => expect(list.view.isLoading).toBe(false));
  expect(list.view.ids).toEqual(["inv_new", "inv_old"]);
  list.dispose();
});

it("gives up what has left its filter while the answer was on its way", async () => {
  const list = await begun({ status: "running" });
  list.hear(heard(change("inv_1", "completed", 1000)));
  asked[0]?.answer([stored("inv_1", 1000), stored("inv_2", 900)]);
  await vi.waitFor(() => expect(list.view.isLoading).toBe(false));
  expect(list.view.ids).toEqual(["inv_2"]);
  list.dispose();
});
