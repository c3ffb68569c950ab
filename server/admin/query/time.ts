/** Times and durations in the texts of queries and answers, as the real server reads and writes them. */
import { QueryError } from "./types.ts";

const DAY_MS = 86_400_000;

/** Milliseconds since the epoch; a time without an offset is UTC. `undefined`: no time. */
export function parseTimestamp(text: string): number | undefined {
  const match =
    /^(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,9}))?)?\s*(Z|UTC|[+-]\d\d(?::?\d\d)?)?)?$/i.exec(
      text.trim(),
    );
  if (match === null) return undefined;
  const [, year, month, day, hour = "0", minute = "0", second = "0", fraction = "", offset = "Z"] = match;
  const ms = Number(fraction.padEnd(3, "0").slice(0, 3));
  const date = new Date(0);
  date.setUTCFullYear(Number(year), Number(month) - 1, Number(day));
  date.setUTCHours(Number(hour), Number(minute), Number(second), ms);
  if (date.getUTCMonth() !== Number(month) - 1 || Number(hour) > 23 || Number(minute) > 59 || Number(second) > 59) {
    return undefined;
  }
  const sign = offset.startsWith("-") ? -1 : 1;
  const [offsetHours = 0, offsetMinutes = 0] = /^[+-]/.test(offset)
    ? [Number(offset.slice(1, 3)), Number(offset.replace(":", "").slice(3, 5) || 0)]
    : [];
  return date.getTime() - sign * (offsetHours * 60 + offsetMinutes) * 60_000;
}

/** `2026-11-25T03:28:38.802Z`: the fraction in groups of three digits, none when it is zero. */
export function timestampText(ms: number, zone: "Z" | ""): string {
  const date = new Date(ms);
  if (Number.isNaN(date.getTime())) return `ERROR: Cast error: Failed to convert ${ms} to temporal`;
  const iso = date.toISOString();
  return (ms % 1000 === 0 ? iso.slice(0, -5) : iso.slice(0, -1)) + zone;
}

export function dateText(days: number): string {
  return new Date(days * DAY_MS).toISOString().slice(0, 10);
}

/** `PT86400S`: seconds with as many decimals as needed; `P0D` for none. */
export function durationText(ms: number): string {
  if (ms === 0) return "P0D";
  const seconds = Math.trunc(Math.abs(ms) / 1000);
  const rest = Math.abs(ms) % 1000;
  return `${ms < 0 ? "-" : ""}PT${seconds}${rest === 0 ? "" : `.${String(rest).padStart(3, "0").replace(/0+$/, "")}`}S`;
}

const UNITS: Record<string, { months?: number; ms?: number }> = {
  millennium: { months: 12_000 },
  century: { months: 1200 },
  decade: { months: 120 },
  year: { months: 12 },
  month: { months: 1 },
  week: { ms: 7 * DAY_MS },
  day: { ms: DAY_MS },
  hour: { ms: 3_600_000 },
  minute: { ms: 60_000 },
  second: { ms: 1000 },
  millisecond: { ms: 1 },
  microsecond: { ms: 0.001 },
  nanosecond: { ms: 0.000_001 },
};

const ABBREVIATIONS: Record<string, string> = {
  y: "year",
  yr: "year",
  mon: "month",
  mons: "month",
  w: "week",
  d: "day",
  h: "hour",
  hr: "hour",
  hrs: "hour",
  m: "minute",
  min: "minute",
  mins: "minute",
  s: "second",
  sec: "second",
  secs: "second",
  ms: "millisecond",
  us: "microsecond",
  ns: "nanosecond",
  centuries: "century",
  millennia: "millennium",
};

export interface Interval {
  readonly months: number;
  readonly days: number;
  readonly ms: number;
}

/** Reads `1 day 2 hours`, `1.5 minutes`, `01:02:03`, or a number of `unit`. @throws QueryError when it is none */
export function parseInterval(text: string, unit = "second"): Interval {
  let months = 0;
  let days = 0;
  let ms = 0;
  const bad = (): never => {
    throw new QueryError(`Parser error: Invalid input syntax for type interval: "${text}"`);
  };
  const add = (count: number, word: string) => {
    const lower = word.toLowerCase();
    const size = UNITS[ABBREVIATIONS[lower] ?? lower] ?? UNITS[lower.replace(/s$/, "")] ?? bad();
    if (size.months !== undefined) months += count * size.months;
    else if ((size.ms ?? 0) % DAY_MS === 0) days += (count * (size.ms ?? 0)) / DAY_MS;
    else ms += count * (size.ms ?? 0);
  };
  let rest = text.trim();
  if (rest === "") bad();
  while (rest !== "") {
    const clock = /^([+-]?)(\d+):(\d\d)(?::(\d\d(?:\.\d+)?))?\s*/.exec(rest);
    if (clock !== null) {
      const sign = clock[1] === "-" ? -1 : 1;
      ms += sign * (Number(clock[2]) * 3_600_000 + Number(clock[3]) * 60_000 + Number(clock[4] ?? 0) * 1000);
      rest = rest.slice(clock[0].length);
      continue;
    }
    const part = /^([+-]?\d*\.?\d+)\s*([a-z]*)\s*/i.exec(rest) ?? bad();
    add(Number(part[1]), part[2] === "" || part[2] === undefined ? unit : part[2]);
    rest = rest.slice(part[0].length);
  }
  const wholeDays = Math.trunc(days);
  return { months: Math.round(months), days: wholeDays, ms: Math.round(ms + (days - wholeDays) * DAY_MS) };
}

/** An interval with its days as hours: what is added to a time. */
export function spanOf(text: string): { months: number; ms: number } {
  const { months, days, ms } = parseInterval(text);
  return { months, ms: ms + days * DAY_MS };
}

/** `1 mons 2 days 1 mins 30.000000000 secs` */
export function intervalText({ months, days, ms }: Interval): string {
  const hours = Math.trunc(ms / 3_600_000);
  const minutes = Math.trunc((ms % 3_600_000) / 60_000);
  const seconds = (ms % 60_000) / 1000;
  const parts = [
    ...(months === 0 ? [] : [`${months} mons`]),
    ...(days === 0 ? [] : [`${days} days`]),
    ...(hours === 0 ? [] : [`${hours} hours`]),
    ...(minutes === 0 ? [] : [`${minutes} mins`]),
    ...(seconds === 0 ? [] : [`${seconds.toFixed(9)} secs`]),
  ];
  return parts.length === 0 ? "0 secs" : parts.join(" ");
}

/** The same day of another month, or its last day. */
export function addMonths(ms: number, months: number): number {
  const date = new Date(ms);
  const day = date.getUTCDate();
  date.setUTCDate(1);
  date.setUTCMonth(date.getUTCMonth() + months);
  const last = new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 0)).getUTCDate();
  date.setUTCDate(Math.min(day, last));
  return date.getTime();
}

/** The start of the unit (`hour`, `month`, …) that a time lies in. */
export function truncate(unit: string, ms: number): number {
  const date = new Date(ms);
  const [year, month] = [date.getUTCFullYear(), date.getUTCMonth()];
  switch (unit.toLowerCase()) {
    case "year":
      return Date.UTC(year, 0);
    case "quarter":
      return Date.UTC(year, month - (month % 3));
    case "month":
      return Date.UTC(year, month);
    case "week":
      return Math.floor(ms / DAY_MS) * DAY_MS - ((date.getUTCDay() + 6) % 7) * DAY_MS;
    default: {
      const size = UNITS[unit.toLowerCase()]?.ms;
      if (size === undefined) throw new QueryError(`Execution error: Unsupported date_trunc granularity: ${unit}`);
      return size < 1 ? ms : Math.floor(ms / size) * size;
    }
  }
}

/** A part of a time as a number: `year`, `dow`, `epoch`, … */
export function part(name: string, ms: number): number {
  const date = new Date(ms);
  switch (name.toLowerCase()) {
    case "year":
      return date.getUTCFullYear();
    case "quarter":
      return Math.floor(date.getUTCMonth() / 3) + 1;
    case "month":
      return date.getUTCMonth() + 1;
    case "week": {
      const thursday = truncate("week", ms) + 3 * DAY_MS;
      return Math.floor((thursday - Date.UTC(new Date(thursday).getUTCFullYear(), 0)) / (7 * DAY_MS)) + 1;
    }
    case "day":
      return date.getUTCDate();
    case "doy":
      return Math.floor((ms - Date.UTC(date.getUTCFullYear(), 0)) / DAY_MS) + 1;
    case "dow":
      return date.getUTCDay();
    case "isodow":
      return ((date.getUTCDay() + 6) % 7) + 1;
    case "hour":
      return date.getUTCHours();
    case "minute":
      return date.getUTCMinutes();
    case "second":
      return date.getUTCSeconds();
    case "millisecond":
      return date.getUTCSeconds() * 1000 + date.getUTCMilliseconds();
    case "epoch":
      return ms / 1000;
    default:
      throw new QueryError(`Execution error: Date part '${name}' not supported`);
  }
}

/** `strftime` with the directives that people use. */
export function format(pattern: string, ms: number): string {
  const date = new Date(ms);
  const two = (value: number) => String(value).padStart(2, "0");
  const day = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"][date.getUTCDay()] ?? "";
  const month =
    ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November"][
      date.getUTCMonth()
    ] ?? "December";
  const directives: Record<string, () => string> = {
    Y: () => String(date.getUTCFullYear()).padStart(4, "0"),
    y: () => two(date.getUTCFullYear() % 100),
    m: () => two(date.getUTCMonth() + 1),
    B: () => month,
    b: () => month.slice(0, 3),
    d: () => two(date.getUTCDate()),
    e: () => String(date.getUTCDate()).padStart(2, " "),
    j: () => String(part("doy", ms)).padStart(3, "0"),
    A: () => day,
    a: () => day.slice(0, 3),
    H: () => two(date.getUTCHours()),
    I: () => two(date.getUTCHours() % 12 || 12),
    p: () => (date.getUTCHours() < 12 ? "AM" : "PM"),
    M: () => two(date.getUTCMinutes()),
    S: () => two(date.getUTCSeconds()),
    f: () => `${String(date.getUTCMilliseconds()).padStart(3, "0")}000000`,
    s: () => String(Math.floor(ms / 1000)),
    F: () => dateText(Math.floor(ms / DAY_MS)),
    T: () => `${two(date.getUTCHours())}:${two(date.getUTCMinutes())}:${two(date.getUTCSeconds())}`,
    z: () => "+0000",
    Z: () => "UTC",
    "%": () => "%",
  };
  return pattern.replace(/%(.)/g, (whole, directive: string) => directives[directive]?.() ?? whole);
}
