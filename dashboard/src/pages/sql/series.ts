import { type Row, textOf } from "./results.ts";

export interface Point {
  readonly label: string;
  readonly value: number;
}

export interface Series {
  readonly points: readonly Point[];
  /** Categories that are not shown, because there are too many. */
  readonly left: number;
  readonly least: number;
  readonly most: number;
}

/**
 * What a chart shows: for each value of the column `category`, in the order of the rows, the sum of the column `number`
 * over its rows; without `number` how many rows there are. Rows without a number count as none.
 */
export function seriesOf(rows: readonly Row[], category: string, number: string | undefined, shown: number): Series {
  const sums = new Map<string, number>();
  for (const row of rows) {
    const value = number === undefined ? 1 : row[number];
    if (typeof value !== "number" && typeof value !== "bigint") continue;
    const label = row[category] === undefined ? "null" : textOf(row[category]);
    sums.set(label, (sums.get(label) ?? 0) + Number(value));
  }
  const points = Array.from(sums, ([label, value]) => ({ label, value }));
  const kept = points.slice(0, shown);
  const values = kept.map(({ value }) => value);
  return {
    points: kept,
    left: points.length - kept.length,
    least: values.reduce((least, value) => Math.min(least, value), 0),
    most: values.reduce((most, value) => Math.max(most, value), 0),
  };
}
