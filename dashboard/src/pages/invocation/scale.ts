/**
 * Time to place. `even` gives each stretch between two events the room of its logarithm, so that steps of milliseconds
 * stay visible beside an hour of sleep; `linear` is true to time.
 */
export interface Scale {
  /** 0 to 1. */
  at(ms: number): number;
  /** Marks of the axis: a place and the time since the start. */
  readonly marks: readonly { readonly place: number; readonly sinceStartMs: number }[];
}

const MARKS = [0, 0.2, 0.4, 0.6, 0.8, 1];

export function scaleOf(kind: "even" | "linear", startMs: number, endMs: number, times: readonly number[]): Scale {
  const end = Math.max(endMs, startMs + 1);
  const sorted = [...new Set([startMs, ...times.filter((ms) => ms > startMs && ms < end), end])].sort((a, b) => a - b);
  const weights = sorted.map((ms, index) => {
    const before = sorted[index - 1];
    if (before === undefined) return 0;
    return kind === "linear" ? ms - before : Math.log2(2 + (ms - before));
  });
  let sum = 0;
  const sums = weights.map((weight) => (sum += weight));
  const places = sums.map((upTo) => (sum === 0 ? 0 : upTo / sum));

  function at(ms: number): number {
    if (ms <= startMs) return 0;
    if (ms >= end) return 1;
    const index = segment(sorted, ms);
    return between(ms, sorted[index] ?? 0, sorted[index + 1] ?? end, places[index] ?? 0, places[index + 1] ?? 1);
  }

  return {
    at,
    marks: MARKS.map((place) => {
      const index = Math.min(segment(places, place), sorted.length - 2);
      const ms = between(
        place,
        places[index] ?? 0,
        places[index + 1] ?? 1,
        sorted[index] ?? 0,
        sorted[index + 1] ?? end,
      );
      return { place, sinceStartMs: ms - startMs };
    }),
  };
}

/** The last index whose value is no more than `value`. */
function segment(values: readonly number[], value: number): number {
  let low = 0;
  let high = values.length - 1;
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if ((values[middle] as number) <= value) low = middle;
    else high = middle - 1;
  }
  return low;
}

function between(value: number, from: number, to: number, fromPlace: number, toPlace: number): number {
  return to === from ? fromPlace : fromPlace + ((value - from) / (to - from)) * (toPlace - fromPlace);
}
