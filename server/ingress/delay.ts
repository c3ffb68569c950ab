/** The unit that a delay may be given in, its size in nanoseconds, and its rank: units go from large to small. */
interface Unit {
  readonly nanos: bigint;
  readonly rank: number;
  /** Whether `1.5` of it makes sense. The real server takes fractions of hours and below. */
  readonly hasFraction: boolean;
}

const NANOS_PER_MS = 1_000_000n;
const SECOND = 1_000_000_000n;
const MINUTE = 60n * SECOND;
const HOUR = 60n * MINUTE;
const DAY = 24n * HOUR;

const WEEKS: Unit = { nanos: 7n * DAY, rank: 0, hasFraction: false };
const DAYS: Unit = { nanos: DAY, rank: 1, hasFraction: false };
const HOURS: Unit = { nanos: HOUR, rank: 2, hasFraction: true };
const MINUTES: Unit = { nanos: MINUTE, rank: 3, hasFraction: true };
const SECONDS: Unit = { nanos: SECOND, rank: 4, hasFraction: true };
const MILLIS: Unit = { nanos: NANOS_PER_MS, rank: 5, hasFraction: true };
const MICROS: Unit = { nanos: 1000n, rank: 6, hasFraction: true };
const NANOS: Unit = { nanos: 1n, rank: 7, hasFraction: false };

const UNITS = new Map<string, Unit>();
for (const [unit, names] of [
  [WEEKS, "weeks week wks wk w"],
  [DAYS, "days day d"],
  [HOURS, "hours hour hrs hr h"],
  [MINUTES, "minutes minute mins min m"],
  [SECONDS, "seconds second secs sec s"],
  [MILLIS, "milliseconds millisecond millis milli msecs msec ms"],
  [MICROS, "microseconds microsecond micros micro usecs usec us µsecs µsec µs μsecs μsec μs"],
  [NANOS, "nanoseconds nanosecond nanos nano nsecs nsec ns"],
] as const) {
  for (const name of names.split(" ")) UNITS.set(name, unit);
}

/** Months and years have no fixed length, so the real server refuses them. */
const CALENDAR_UNITS = new Set("months month mos mo M years year yrs yr y".split(" "));

/** Largest number of days in which a delay may be expressed; the real server's bound. */
const LIMIT_NANOS = 7_304_484n * DAY;

export type Delay = { readonly ms: number } | { readonly problem: string };

/**
 * Reads the `delay` of a send: an ISO-8601 duration (`PT10S`, `P1DT2H30M`), or the friendly form of the real server
 * and the humantime crate (`10s`, `1h 30m`, `1d 02:30:00`). Parts of a millisecond are cut off.
 *
 * @returns milliseconds, or a sentence that says what is wrong
 */
export function parseDelay(text: string): Delay {
  if (text === "") return { problem: "it is empty" };
  const isIso = /^[-]?[pP]/.test(text);
  const nanos = isIso ? isoNanos(text) : friendlyNanos(text);
  if (typeof nanos === "string") return { problem: nanos };
  if (nanos > LIMIT_NANOS) return { problem: "it is too long" };
  return { ms: Number(nanos / NANOS_PER_MS) };
}

const ISO = /^p(?<date>(?:\d+[ymwd])*)(?:t(?<time>(?:\d+(?:[.,]\d+)?[hms])*))?$/;
const ISO_PART = /(\d+)(?:[.,](\d+))?([a-z])/g;
const ISO_DATE_UNITS: Readonly<Record<string, Unit>> = { w: WEEKS, d: DAYS };
const ISO_TIME_UNITS: Readonly<Record<string, Unit>> = { h: HOURS, m: MINUTES, s: SECONDS };

function isoNanos(text: string): bigint | string {
  if (text.startsWith("-")) return NEGATIVE;
  const match = ISO.exec(text.toLowerCase());
  if (match === null) return "it is not an ISO-8601 duration such as PT10S or P1DT2H30M";
  const { date = "", time } = match.groups as { date?: string; time?: string };
  if (time === "") return "no unit follows the T";
  if (date === "" && time === undefined) return "no unit follows the P";
  const sum = new Sum();
  for (const [units, part] of [
    [ISO_DATE_UNITS, date],
    [ISO_TIME_UNITS, time ?? ""],
  ] as const) {
    for (const [, whole, fraction, letter] of part.matchAll(ISO_PART)) {
      const unit = units[letter as string];
      if (unit === undefined) return CALENDAR;
      const problem = sum.add(whole as string, fraction, unit);
      if (problem !== undefined) return problem;
    }
  }
  return sum.nanos;
}

const FRIENDLY_PART = /(\d+)(?:[.,](\d+))?[ \t\n]*([a-zA-Zµμ]+)(?:,[ \t\n]+|[ \t\n]*)/y;
const CLOCK_PART = /(\d{1,2}):(\d{2}):(\d{2})(?:[.,](\d+))?$/y;

function friendlyNanos(text: string): bigint | string {
  // The only number that needs no unit.
  if (text === "0") return 0n;
  if (text.startsWith("-") || text.endsWith("ago")) return NEGATIVE;
  const sum = new Sum();
  let at = 0;
  while (at < text.length) {
    CLOCK_PART.lastIndex = at;
    const clock = CLOCK_PART.exec(text);
    if (clock !== null) return clockNanos(clock, sum);
    FRIENDLY_PART.lastIndex = at;
    const match = FRIENDLY_PART.exec(text);
    if (match === null) return `expected a number and a unit, such as 10s or 1h 30m, at '${text.slice(at, at + 20)}'`;
    const [whole, fraction, name] = [match[1] as string, match[2], match[3] as string];
    const unit = UNITS.get(name);
    if (unit === undefined) return CALENDAR_UNITS.has(name) ? CALENDAR : `'${name}' is not a unit of time`;
    const problem = sum.add(whole, fraction, unit);
    if (problem !== undefined) return problem;
    at = FRIENDLY_PART.lastIndex;
  }
  return /,\s*$/.test(text) ? "something must follow the comma" : sum.nanos;
}

function clockNanos(clock: RegExpExecArray, sum: Sum): bigint | string {
  const [, hours, minutes, seconds, fraction] = clock as unknown as [
    string,
    string,
    string,
    string,
    string | undefined,
  ];
  if (Number(minutes) > 59 || Number(seconds) > 59) return "minutes and seconds of HH:MM:SS go up to 59";
  return (
    sum.add(hours, undefined, HOURS) ??
    sum.add(minutes, undefined, MINUTES) ??
    sum.add(seconds, fraction, SECONDS) ??
    sum.nanos
  );
}

const NEGATIVE = "it is negative";
const CALENDAR = "months and years have no fixed length; use weeks, days or smaller units";

/** Adds up the parts of a duration, in the order in which they are written. */
class Sum {
  nanos = 0n;
  #rank = -1;
  #isFractional = false;

  /** @returns what is wrong with the part, if anything */
  add(whole: string, fraction: string | undefined, unit: Unit): string | undefined {
    if (this.#isFractional) return "only the last unit may have a fraction";
    if (unit.rank <= this.#rank) return "units go from the largest to the smallest, each at most once";
    if (whole.length > 19) return "it is too long";
    this.#rank = unit.rank;
    this.nanos += BigInt(whole) * unit.nanos;
    if (fraction === undefined) return undefined;
    if (!unit.hasFraction) return "only hours and smaller units may have a fraction";
    if (fraction.length > 9) return "a fraction has at most nine digits";
    this.#isFractional = true;
    this.nanos += (BigInt(fraction) * unit.nanos) / 10n ** BigInt(fraction.length);
    return undefined;
  }
}
