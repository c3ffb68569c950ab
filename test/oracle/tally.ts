import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import type { Profile } from "./contenders.ts";

/** For docs/compatibility.md. */
const reportFile = fileURLToPath(new URL("../../node_modules/.cache/restate-lite/oracle-report.json", import.meta.url));

/** What became of the steps of a script. */
export interface Verdicts {
  /** Requests whose answers were compared; `refused`: those that the real server answered with 4xx or 5xx. */
  readonly cases: number;
  readonly refused: number;
  /** What is compared beside answers: statuses, what a document says, the order of invocations. */
  readonly values: number;
  readonly equal: number;
  readonly differentWithReason: number;
  readonly differentWithoutReason: number;
}

export const noVerdicts: Verdicts = {
  cases: 0,
  refused: 0,
  values: 0,
  equal: 0,
  differentWithReason: 0,
  differentWithoutReason: 0,
};

export function sum(a: Verdicts, b: Verdicts): Verdicts {
  const names = Object.keys(noVerdicts) as (keyof Verdicts)[];
  return Object.fromEntries(names.map((name) => [name, a[name] + b[name]])) as unknown as Verdicts;
}

/** Counts over a whole run. */
export class Tally {
  readonly #scripts = new Map<Profile, Map<string, Verdicts>>();

  constructor() {
    rmSync(reportFile, { force: true });
  }

  add(profile: Profile, script: string, verdicts: Verdicts): void {
    const scripts = this.#scripts.get(profile) ?? new Map<string, Verdicts>();
    scripts.set(script, verdicts);
    this.#scripts.set(profile, scripts);
  }

  of(profile: Profile): Verdicts {
    return [...(this.#scripts.get(profile)?.values() ?? [])].reduce(sum, noVerdicts);
  }

  /** How many scripts ran, in all profiles. */
  get size(): number {
    return [...this.#scripts.values()].reduce((size, scripts) => size + scripts.size, 0);
  }

  /** One line for people. */
  summary(profile: Profile): string {
    const { cases, refused, values, equal, differentWithReason, differentWithoutReason } = this.of(profile);
    return (
      `oracle, ${profile}: ${cases} requests (${refused} refused) and ${values} other values: ${equal} equal, ` +
      `${differentWithReason} different with a reason, ${differentWithoutReason} different without one`
    );
  }

  write(): void {
    mkdirSync(path.dirname(reportFile), { recursive: true });
    const report = Object.fromEntries(
      [...this.#scripts].map(([profile, scripts]) => [profile, Object.fromEntries(scripts)]),
    );
    writeFileSync(reportFile, `${JSON.stringify(report, null, 2)}\n`);
  }
}
