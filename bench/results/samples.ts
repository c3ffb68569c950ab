/** The figures of a run: for each measure its value in every round, in the order of the rounds. */
export class Samples {
  readonly #values = new Map<string, number[]>();

  add(measure: string, value: number): void {
    const values = this.#values.get(measure);
    if (values === undefined) this.#values.set(measure, [value]);
    else values.push(value);
  }

  all(measure: string): readonly number[] {
    return this.#values.get(measure) ?? [];
  }

  /** NaN when the measure was never taken. */
  median(measure: string): number {
    return median(this.all(measure));
  }
}

/** The middle value, or the mean of the two middle ones; NaN of nothing. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  if (sorted.length === 0) return Number.NaN;
  if (sorted.length % 2 === 1) return sorted[Math.floor(middle)] as number;
  return ((sorted[middle - 1] as number) + (sorted[middle] as number)) / 2;
}
