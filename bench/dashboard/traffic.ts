import { readFileSync } from "node:fs";
import type { Page } from "playwright-core";
import type { Shop } from "../../test/dashboard/shop.ts";

const PATIENCE_MS = 30_000;

/** Invocations that start in ten hours: they cost the endpoint nothing. */
export async function fill(shop: Shop, count: number): Promise<void> {
  await inParallel(count, 64, (n) => schedule(shop, `c${n % 5000}`));
}

async function inParallel(count: number, atATime: number, run: (n: number) => Promise<unknown>): Promise<void> {
  let next = 0;
  const work = async () => {
    while (next < count) await run(next++);
  };
  await Promise.all(Array.from({ length: Math.min(atATime, count) }, work));
}

/** @returns how many a second were made */
export async function flood(shop: Shop, perSecond: number, seconds: number): Promise<number> {
  const startedAt = performance.now();
  let made = 0;
  while (performance.now() - startedAt < seconds * 1000) {
    const due = Math.floor(((performance.now() - startedAt) / 1000) * perSecond) - made;
    await inParallel(Math.max(0, due), 32, (n) => schedule(shop, `u${(made + n) % 5000}`));
    made += Math.max(0, due);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  return made / ((performance.now() - startedAt) / 1000);
}

/** From a call over HTTP until the open list shows it; `undefined` when that takes longer than half a minute. */
export async function untilSeen(shop: Shop, page: Page, key: string): Promise<number | undefined> {
  const startedAt = performance.now();
  await schedule(shop, key);
  try {
    await page.getByText(key, { exact: true }).first().waitFor({ timeout: PATIENCE_MS });
  } catch {
    return undefined;
  }
  return performance.now() - startedAt;
}

/** Resident memory of the server in bytes; on Linux. */
export function memoryOf(shop: Shop): number {
  if (process.platform !== "linux") return Number.NaN;
  const kib = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${shop.server.pid}/status`, "utf8"))?.[1];
  return kib === undefined ? Number.NaN : Number(kib) * 1024;
}

async function schedule(shop: Shop, key: string): Promise<void> {
  await shop.post(`Cart/${key}/total/send?delay=10h`);
}
