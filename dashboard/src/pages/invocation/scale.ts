/**
 * Time to place. `even` gives each stretch between two events the room of its logarithm, so that steps of milliseconds
 * stay visible beside an hour of sleep; `linear` is true to time.
 */
export interface Scale {
  /** 0 to 1 for what is seen. */
  at(ms: number): number;
  /** Marks of the axis: a place and the time since the start. */
  readonly marks: readonly { readonly place: number; readonly sinceStartMs: number }[];
}

const MARKS = [0, 0.2, 0.4, 0.6, 0.8, 1];

/** The part of the whole time that is seen: two places from 0 to 1. */
export interface View {
  readonly from: number;
  readonly to: number;
}

export const WHOLE: View = { from: 0, to: 1 };

/** The view that shows a `2 ** level`th of the whole, `position` (0 to 1) on the way from its start to its end. */
export function viewOf(level: number, position: number): View {
  const width = 1 / 2 ** level;
  const from = (1 - width) * position;
  return { from, to: from + width };
}

/** @param view what of it has the places from 0 to 1; what is before or behind has places beyond */
export function scaleOf(
  kind: "even" | "linear",
  startMs: number,
  endMs: number,
  times: readonly number[],
  view: View = WHOLE,
): Scale {
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

  function wholeAt(ms: number): number {
    if (ms <= startMs) return 0;
    if (ms >= end) return 1;
    const index = segment(sorted, ms);
    return between(ms, sorted[index] ?? 0, sorted[index + 1] ?? end, places[index] ?? 0, places[index + 1] ?? 1);
  }

  return {
    at: (ms) => (wholeAt(ms) - view.from) / (view.to - view.from),
    marks: MARKS.map((place) => {
      const whole = view.from + place * (view.to - view.from);
      const index = Math.min(segment(places, whole), sorted.length - 2);
      const ms = between(
        whole,
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
