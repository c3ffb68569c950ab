import type { Samples } from "./samples.ts";

/** What a row of a comparison must reach. */
export interface Target {
  /** Whether it is about ours divided by the real server's figure, or about our figure by itself. */
  readonly of: "ratio" | "ours";
  readonly atLeast?: number;
  readonly atMost?: number;
}

/** A row of a comparison: one measure of both servers. */
export interface Row {
  readonly title: string;
  readonly measure: string;
  readonly unit: Unit;
  readonly target?: Target;
}

export type Unit = "calls/s" | "us" | "ms" | "bytes" | "times" | "cpuUs";

export interface Verdict {
  readonly row: Row;
  readonly real: number;
  readonly ours: number;
  /** Ratio of the medians, ours divided by theirs. */
  readonly ratio: number;
  /** The same ratio within each round. */
  readonly roundRatios: readonly number[];
  /** `undefined` without a target, or without both figures. */
  readonly isMet: boolean | undefined;
}

/** Compares the medians of a row, and says whether its target is met. */
export function compare(row: Row, real: Samples, ours: Samples): Verdict {
  const medians = { real: real.median(row.measure), ours: ours.median(row.measure) };
  const ratio = medians.ours / medians.real;
  const theirs = real.all(row.measure);
  const roundRatios = ours
    .all(row.measure)
    .map((value, round) => value / (theirs[round] ?? Number.NaN))
    .filter(Number.isFinite);
  return {
    row,
    ...medians,
    ratio,
    roundRatios,
    isMet: isMet(row.target, row.target?.of === "ours" ? medians.ours : ratio),
  };
}

function isMet(target: Target | undefined, value: number): boolean | undefined {
  if (target === undefined || Number.isNaN(value)) return undefined;
  return value >= (target.atLeast ?? Number.NEGATIVE_INFINITY) && value <= (target.atMost ?? Number.POSITIVE_INFINITY);
}
