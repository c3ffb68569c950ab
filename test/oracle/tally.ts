import type { Comparison, Verdict } from "./compare.ts";
import type { Profile } from "./contenders.ts";
import { ADMIN_DOCUMENT, OPERATION } from "./scripts/openapi.ts";

/** What became of some steps. */
export interface Counts {
  /** Requests whose answers were compared; `refused`: those that the real server answered with 4xx or 5xx. */
  readonly requests: number;
  readonly refused: number;
  /** What is compared beside answers: statuses, what a document says, the order of invocations. */
  readonly values: number;
  readonly equal: number;
  readonly differentWithReason: number;
  readonly differentWithoutReason: number;
}

/** For docs/compatibility.md. */
export interface OracleReport {
  readonly profiles: Readonly<Record<string, Readonly<Record<string, Counts>>>>;
  /** Those of the admin API's OpenAPI document. */
  readonly operations: Counts;
}

interface Step extends Verdict {
  readonly profile: Profile;
  readonly area: string;
  readonly script: string;
}

/** Counts over a whole run. */
export class Tally {
  readonly #steps: Step[] = [];
  readonly #scripts = new Set<string>();

  add(profile: Profile, area: string, script: string, { verdicts }: Comparison): void {
    this.#scripts.add(`${profile}: ${script}`);
    this.#steps.push(...verdicts.map((verdict) => ({ ...verdict, profile, area, script })));
  }

  of(profile: Profile): Counts {
    return count(this.#steps.filter((step) => step.profile === profile));
  }

  /** How many scripts ran, in all profiles. */
  get size(): number {
    return this.#scripts.size;
  }

  /** One line for people. */
  summary(profile: Profile): string {
    const { requests, refused, values, equal, differentWithReason, differentWithoutReason } = this.of(profile);
    return (
      `oracle, ${profile}: ${requests} requests (${refused} refused) and ${values} other values: ${equal} equal, ` +
      `${differentWithReason} different with a reason, ${differentWithoutReason} different without one`
    );
  }

  report(): OracleReport {
    const profiles: Record<string, Record<string, Counts>> = {};
    for (const { profile, area } of this.#steps) {
      const areas = (profiles[profile] ??= {});
      areas[area] ??= count(this.#steps.filter((step) => step.profile === profile && step.area === area));
    }
    // Both profiles have the same ones.
    const operations = this.#steps.filter(
      ({ profile, script, step }) => profile === "flags-on" && script === ADMIN_DOCUMENT && OPERATION.test(step),
    );
    return { profiles, operations: count(operations) };
  }
}

function count(steps: readonly Verdict[]): Counts {
  const having = (outcome: Verdict["outcome"]) => steps.filter((step) => step.outcome === outcome).length;
  return {
    requests: steps.filter(({ status }) => status !== undefined).length,
    refused: steps.filter(({ status = 0 }) => status >= 400).length,
    values: steps.filter(({ status }) => status === undefined).length,
    equal: having("equal"),
    differentWithReason: having("differentWithReason"),
    differentWithoutReason: having("differentWithoutReason"),
  };
}
