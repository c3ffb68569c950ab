import { readdirSync, readFileSync } from "node:fs";

/** What a process holds at a moment. */
export interface Reading {
  readonly atMs: number;
  readonly descriptors: number;
  readonly residentBytes: number;
}

/** @throws Error when the process is gone, or where there is no /proc */
export function readingOf(pid: number): Reading {
  const resident = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1];
  if (resident === undefined) throw new Error(`no VmRSS of process ${pid}`);
  return {
    atMs: Date.now(),
    descriptors: readdirSync(`/proc/${pid}/fd`).length,
    residentBytes: Number(resident) * 1024,
  };
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[sorted.length >> 1] ?? Number.NaN;
}

/** Medians of the readings of a window: single ones depend on what was under way. */
export function window(readings: readonly Reading[], fromMs: number, toMs: number): Omit<Reading, "atMs"> {
  const inside = readings.filter(({ atMs }) => atMs >= fromMs && atMs <= toMs);
  return {
    descriptors: median(inside.map(({ descriptors }) => descriptors)),
    residentBytes: median(inside.map(({ residentBytes }) => residentBytes)),
  };
}
