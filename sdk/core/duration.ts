/** A span of time; the fields add up. */
export type Duration = {
  days?: number;
  hours?: number;
  minutes?: number;
  seconds?: number;
  milliseconds?: number;
};

const SECOND_MS = 1000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** Milliseconds of a duration; not rounded. */
export function durationToMillis(duration: Duration): number {
  const { days = 0, hours = 0, minutes = 0, seconds = 0, milliseconds = 0 } = duration;
  return milliseconds + SECOND_MS * seconds + MINUTE_MS * minutes + HOUR_MS * hours + DAY_MS * days;
}

/** Whole milliseconds of a duration; a plain number counts milliseconds already. Fractions are cut off. */
export function millisOrDurationToMillis(duration: number | Duration): number {
  return Math.trunc(typeof duration === "number" ? duration : durationToMillis(duration));
}
