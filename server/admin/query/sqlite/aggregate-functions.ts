import type Database from "better-sqlite3";

/** Defines the aggregates that SQLite lacks. */
export function defineAggregates(db: Database.Database): void {
  const oneOf = (name: string, isLast: boolean) =>
    db.aggregate<{ value: unknown; isSet: boolean }>(name, {
      safeIntegers: true,
      start: () => ({ value: null, isSet: false }),
      step: (found, value) => {
        if (!found.isSet || isLast) {
          found.value = value;
          found.isSet = true;
        }
      },
      result: ({ value }) => value,
    });
  oneOf("rl_first", false);
  oneOf("rl_last", true);

  const numeric = (name: string, result: (values: number[], parameter: number) => number | null) =>
    db.aggregate<{ values: number[]; parameter: number }>(name, {
      start: () => ({ values: [], parameter: 0.5 }),
      varargs: true,
      step: (state, ...args: unknown[]) => {
        const [value, parameter] = args;
        if (typeof value === "number") state.values.push(value);
        if (typeof parameter === "number") state.parameter = parameter;
      },
      result: ({ values, parameter }) => result(values, parameter),
    });
  numeric("rl_median", (values) => percentile(values, 0.5));
  numeric("rl_percentile", percentile);
  numeric("rl_variance", variance);
  numeric("rl_stddev", (values) => {
    const squared = variance(values);
    return squared === null ? null : Math.sqrt(squared);
  });
}

/** `null` of no values. @param at 0.5 for the median */
function percentile(values: number[], at: number): number | null {
  if (values.length === 0) return null;
  const sorted = values.sort((a, b) => a - b);
  const position = at * (sorted.length - 1);
  const low = sorted[Math.floor(position)] ?? 0;
  const high = sorted[Math.ceil(position)] ?? low;
  return low + (high - low) * (position - Math.floor(position));
}

/** Of a sample; `null` when it has fewer than two values. */
function variance(values: readonly number[]): number | null {
  if (values.length < 2) return null;
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1);
}
