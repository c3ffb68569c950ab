/** How many programs run in CI; `FUZZ_SCALE` multiplies it: 10 for the long form (`npm run fuzz`). */
const CASES = { ingress: 8_000, admin: 2_000, client: 90_000 } as const;

const scale = Number(process.env.FUZZ_SCALE ?? 1);

export function runsOf(name: string): number {
  return CASES[name as keyof typeof CASES] * scale;
}

/** Printed, so that a failure can be had again: `FUZZ_SEED=… npx vitest run --project fuzz`. */
export function seedOf(name: string): number {
  const seed = Number(process.env.FUZZ_SEED ?? Date.now() % 0x7fffffff);
  console.log(`fuzz, ${name}: ${runsOf(name)} programs, FUZZ_SEED=${seed}`);
  return seed;
}
