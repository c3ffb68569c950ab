import { expect, it } from "vitest";
import type { Stand } from "../stand.ts";

/** The state of a virtual object: get, set, clear, clearAll, stateKeys. */
export function state(stand: Stand): void {
  it("what one invocation sets the next one gets", async () => {
    const key = stand.name();
    await stand.value(`Store/${key}/set`, { a: 1, b: { deep: ["x"] }, c: null });
    expect(await stand.value(`Store/${key}/get`, "a")).toBe(1);
    expect(await stand.value(`Store/${key}/get`, "b")).toEqual({ deep: ["x"] });
    expect(await stand.value(`Store/${key}/get`, "nothing")).toBeNull();
    expect(await stand.value(`Store/${key}/keys`)).toEqual(["a", "b", "c"]);
  });

  it("keys have states of their own", async () => {
    const [one, other] = [stand.name(), stand.name()];
    await stand.value(`Store/${one}/set`, { a: 1 });
    expect(await stand.value(`Store/${other}/get`, "a")).toBeNull();
    expect(await stand.value(`Store/${other}/keys`)).toEqual([]);
  });

  it("clear removes one entry, clearAll the rest", async () => {
    const key = stand.name();
    await stand.value(`Store/${key}/set`, { a: 1, b: 2, c: 3 });
    await stand.value(`Store/${key}/clear`, "a");
    expect(await stand.value(`Store/${key}/get`, "a")).toBeNull();
    expect(await stand.value(`Store/${key}/keys`)).toEqual(["b", "c"]);
    await stand.value(`Store/${key}/clearAll`);
    expect(await stand.value(`Store/${key}/keys`)).toEqual([]);
    expect(await stand.value(`Store/${key}/get`, "b")).toBeNull();
  });

  it("a shared handler reads the state", async () => {
    const key = stand.name();
    await stand.value(`Store/${key}/set`, { a: "seen" });
    expect(await stand.value(`Store/${key}/sharedGet`, "a")).toBe("seen");
    expect(await stand.value(`Store/${key}/sharedKeys`)).toEqual(["a"]);
  });

  it("a handler sees its own changes at once, on every attempt", async () => {
    const key = stand.name();
    await stand.value(`Store/${key}/set`, { a: 0, old: true });
    const seen = await stand.value(`Store/${key}/within`, key);
    expect(seen).toEqual([
      [0, null, ["a", "old"]],
      [1, 2, ["a", "b", "old"]],
      null,
      [null, null, []],
      [null, null, ["c"]],
    ]);
    expect(await stand.value(`Store/${key}/keys`)).toEqual(["c"]);
    expect(await stand.value(`Store/${key}/get`, "c")).toEqual({ deep: [1, 2, 3] });
  });

  it("state may be bytes, and any text may be a key", async () => {
    const key = encodeURIComponent("a key/with ünicode & spaces");
    expect(await stand.value(`Store/${key}/bytes`, "råw")).toBe("råw");
    expect(await stand.value(`Store/${key}/keys`)).toEqual(["bytes"]);
  });

  it("what a handler set before it failed terminally stays set", async () => {
    const key = stand.name();
    expect((await stand.call(`Store/${key}/failAfterSet`)).status).toBe(500);
    expect(await stand.value(`Store/${key}/get`, "kept")).toBe(true);
  });

  it("a state of many entries comes back whole", async () => {
    const key = stand.name();
    const entries = Object.fromEntries(Array.from({ length: 300 }, (_, i) => [`entry ${i}`, "x".repeat(1000)]));
    await stand.value(`Store/${key}/set`, entries);
    expect(await stand.value(`Store/${key}/keys`)).toEqual(Object.keys(entries).sort());
    expect(await stand.value(`Store/${key}/get`, "entry 299")).toHaveLength(1000);
  });

  it("additions from many callers at once all count", async () => {
    const key = stand.name();
    const sums = await Promise.all(Array.from({ length: 25 }, () => stand.value<number>(`Store/${key}/add`, 2)));
    expect(sums.sort((a, b) => a - b)).toEqual(Array.from({ length: 25 }, (_, i) => 2 * (i + 1)));
  });
}
