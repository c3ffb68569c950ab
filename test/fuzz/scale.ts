import { readFileSync } from "node:fs";

/**
 * How many programs run in CI, 1e5 together, beside those of kept seeds: against a whole server, against the admin
 * port's HTTP, and against our client. `FUZZ_CASES` asks for another number of all of them (`npm run fuzz`).
 */
const CASES = { ingress: 12_000, admin: 13_000, client: 75_000 } as const;
const all = Object.values(CASES).reduce((sum, cases) => sum + cases, 0);
const scale = Number(process.env.FUZZ_CASES ?? all) / all;
const KEPT_CASES = 2000;

export type Part = keyof typeof CASES;

/** Where a run starts, and how far it goes. */
export interface Run {
  readonly seed: number;
  readonly cases: number;
}

/** The seeds that once found something, and a new one, which is printed so that it can be had again (`FUZZ_SEED`). */
export function runsOf(part: Part): Run[] {
  const kept = readFileSync(new URL("./seeds.txt", import.meta.url), "utf8")
    .split("\n")
    .filter(Boolean)
    .map(Number);
  const seed = Number(process.env.FUZZ_SEED ?? Date.now() % 0x7fffffff);
  const cases = Math.ceil(CASES[part] * scale);
  console.log(`fuzz, ${part}: ${cases} programs, FUZZ_SEED=${seed}`);
  return [...kept.map((one) => ({ seed: one, cases: Math.min(cases, KEPT_CASES) })), { seed, cases }];
}
