import { getHeapStatistics } from "node:v8";
import { expect, it, vi } from "vitest";
import { giveMemoryBackWhenIdle } from "./idle-memory.ts";

const MIB = 1024 * 1024;

it("a heap that has grown in a burst shrinks when the process rests", async () => {
  giveMemoryBackWhenIdle(100);
  const before = getHeapStatistics().total_heap_size;
  let kept: unknown[] = Array.from({ length: 400_000 }, (_, index) => ({ index, text: [index] }));
  const grown = getHeapStatistics().total_heap_size;
  expect(grown - before).toBeGreaterThan(20 * MIB);
  kept = [];
  await vi.waitUntil(() => getHeapStatistics().total_heap_size < grown - 20 * MIB, { timeout: 10_000, interval: 100 });
  expect(kept).toEqual([]);
});
