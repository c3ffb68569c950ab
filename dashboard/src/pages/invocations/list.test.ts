import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
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

const idsOf = ({ view: { ids } }: InvocationList) => Array.from({ length: ids.length }, (_, index) => ids.at(index));

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
  expect(idsOf(list)).toEqual(["inv_new", "inv_old"]);
  list.dispose();
});

it("gives up what has left its filter while the answer was on its way", async () => {
  const list = await begun({ status: "running" });
  list.hear(heard(change("inv_1", "completed", 1000)));
  asked[0]?.answer([stored("inv_1", 1000), stored("inv_2", 900)]);
  await vi.waitFor(() => expect(list.view.isLoading).toBe(false));
  expect(idsOf(list)).toEqual(["inv_2"]);
  list.dispose();
});

describe("new ones", () => {
  async function shown(): Promise<InvocationList> {
    const list = await begun();
    asked[0]?.answer([stored("inv_2", 2000), stored("inv_1", 1000)]);
    await vi.waitFor(() => expect(idsOf(list)).toEqual(["inv_2", "inv_1"]));
    return list;
  }

  it("are counted and not shown while somebody looks at something else, and shown afterwards", async () => {
    const list = await shown();
    list.hold();
    list.hear(heard(change("inv_3", "running", 3000), change("inv_4", "running", 4000)));
    await vi.waitFor(() => expect(list.view.held).toBe(2));
    expect(idsOf(list)).toEqual(["inv_2", "inv_1"]);
    list.hear(heard(change("inv_3", "removed", 3000)));
    await vi.waitFor(() => expect(list.view.held).toBe(1));
    list.release();
    expect(idsOf(list)).toEqual(["inv_4", "inv_2", "inv_1"]);
    expect(list.view.held).toBe(0);
    list.dispose();
  });

  it("that were heard and are not shown yet are held back too: nothing moves after the hand has come down", async () => {
    const list = await shown();
    list.hear(heard(change("inv_3", "running", 3000)));
    list.hold();
    await vi.waitFor(() => expect(list.view.held).toBe(1));
    expect(idsOf(list)).toEqual(["inv_2", "inv_1"]);
    list.dispose();
  });

  it("are shown when nothing is left of what was looked at", async () => {
    const list = await shown();
    list.hold();
    const [gone1, gone2] = [change("inv_1", "removed", 1000), change("inv_2", "removed", 2000)];
    list.hear(heard(change("inv_3", "running", 3000), gone1, gone2));
    await vi.waitFor(() => expect(idsOf(list)).toEqual(["inv_3"]));
    list.dispose();
  });
});

it("forgets rows that were seen long ago, however many there have been", async () => {
  const list = await begun();
  asked[0]?.answer([]);
  const changes = Array.from({ length: 10_000 }, (_, n) => change(`inv_${n}`, "running", n));
  for (let at = 0; at < changes.length; at += 100) list.hear(heard(...changes.slice(at, at + 100)));
  expect(changes.filter(({ id }) => list.row(id) !== undefined).length).toBeLessThanOrEqual(2100);
  expect(list.row("inv_9999")).toBeDefined();
  await vi.waitFor(() => expect(list.view.ids.length).toBe(10_000));
  list.dispose();
});

it("is fetched anew when something is written to a journal and the filter asks when that was", async () => {
  const list = await begun({ modified_until: new Date(5000).toISOString() });
  asked[0]?.answer([stored("inv_1", 1000)]);
  await vi.waitFor(() => expect(idsOf(list)).toEqual(["inv_1"]));
  const { status: _, ...journal } = change("inv_1", "running", 1000);
  list.hear(heard({ ...journal, atMs: 6000, journal: true }));
  await vi.waitFor(() => expect(asked.filter(({ query }) => query.includes("ORDER BY"))).toHaveLength(2));
  list.dispose();
});
