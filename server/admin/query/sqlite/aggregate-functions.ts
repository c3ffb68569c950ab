import type Database from "better-sqlite3";

/** Defines the aggregates that SQLite lacks. */
export function defineAggregates(db: Database.Database): void {
  interface Kept {
    value: unknown;
    isSet: boolean;
  }
  const keeping = (name: string, isReplacing: boolean) =>
    db.aggregate<Kept>(name, {
      safeIntegers: true,
      start: () => ({ value: null, isSet: false }),
      step: (kept, value) => {
        if (!kept.isSet || isReplacing) {
          kept.value = value;
          kept.isSet = true;
        }
      },
      result: ({ value }) => value,
    });
  keeping("rl_first", false);
  keeping("rl_last", true);

  const numeric = (name: string, result: (values: number[], parameter: number) => number | null) =>
    db.aggregate<{ values: number[]; parameter: number }>(name, {
      start: () => ({ values: [], parameter: 0.5 }),
      varargs: true,
      step: (kept, ...args: unknown[]) => {
        const [value, parameter] = args;
        if (typeof value === "number") kept.values.push(value);
        if (typeof parameter === "number") kept.parameter = parameter;
      },
      result: ({ values, parameter }) => result(values, parameter),
    });
  const percentile = (values: number[], at: number): number | null => {
    if (values.length === 0) return null;
    const sorted = values.sort((a, b) => a - b);
    const position = at * (sorted.length - 1);
    const low = sorted[Math.floor(position)] ?? 0;
    const high = sorted[Math.ceil(position)] ?? low;
    return low + (high - low) * (position - Math.floor(position));
  };
  numeric("rl_median", (values) => percentile(values, 0.5));
  numeric("rl_percentile", percentile);
  const variance = (values: number[], isSample: boolean): number | null => {
    const divisor = isSample ? values.length - 1 : values.length;
    if (divisor <= 0) return null;
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    return values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / divisor;
  };
  const root = (value: number | null): number | null => (value === null ? null : Math.sqrt(value));
  numeric("rl_variance", (values) => variance(values, true));
  numeric("rl_variance_pop", (values) => variance(values, false));
  numeric("rl_stddev", (values) => root(variance(values, true)));
  numeric("rl_stddev_pop", (values) => root(variance(values, false)));
}
