/** Reads one setting's value, from TOML, the environment or the command line. Throws a `BadValue` saying what is expected. */
export type Parse<T> = (value: unknown) => T;

export class BadValue extends Error {
  constructor(value: unknown, expected: string) {
    super(`${JSON.stringify(value)} is not ${expected}`);
    this.name = "BadValue";
  }
}

export const text: Parse<string> = (value) => {
  if (typeof value === "string" && value !== "") return value;
  throw new BadValue(value, "a text");
};

/** What is never shown, not even when it is wrong. */
export const secret: Parse<string> = (value) => {
  if (typeof value === "string" && /^[\x21-\x7e]+$/.test(value)) return value;
  throw new BadValue("(not shown)", "a token of printable ASCII characters without spaces");
};

export const flag: Parse<boolean> = (value) => {
  if (value === true || value === "true") return true;
  if (value === false || value === "false") return false;
  throw new BadValue(value, "true or false");
};

export const list: Parse<readonly string[]> = (value) => {
  if (Array.isArray(value)) return value.map(text);
  if (typeof value === "string") return value.split(",").map((part) => part.trim());
  throw new BadValue(value, "a list of texts");
};

const HEADER_NAME = /^[!#$%&'*+\-.^_`|~0-9a-z]+$/i;
const HEADER_VALUE = /^[\t\x20-\x7e\x80-\xff]*$/;

/** Names and values of headers: a table, or one written in a line (`{ x-team = "a" }`). */
export const headers: Parse<Readonly<Record<string, string>>> = (value) => {
  const given =
    typeof value === "string"
      ? Object.fromEntries(
          [...value.matchAll(/["']?([^\s"'{},=:]+)["']?\s*[=:]\s*"([^"]*)"/g)].map((m) => [m[1], m[2]]),
        )
      : value;
  const entries = typeof given === "object" && given !== null ? Object.entries(given) : [];
  if (entries.length === 0 && !/^\{\s*\}$/.test(String(value)) && typeof value === "string") {
    throw new BadValue(value, 'a table of headers like { x-team = "a" }');
  }
  for (const [name, text] of entries) {
    if (!HEADER_NAME.test(name) || typeof text !== "string" || !HEADER_VALUE.test(text)) {
      throw new BadValue(value, 'a table of headers like { x-team = "a" }');
    }
  }
  return Object.fromEntries(entries.map(([name, text]) => [name.toLowerCase(), text as string]));
};

export function oneOf<const T extends string>(...choices: readonly T[]): Parse<T> {
  return (value) => {
    const choice = choices.find((candidate) => candidate === value);
    if (choice === undefined) throw new BadValue(value, `one of ${choices.join(", ")}`);
    return choice;
  };
}

export function integer(min: number, max: number = Number.MAX_SAFE_INTEGER): Parse<number> {
  return (value) => {
    const number = typeof value === "number" ? value : typeof value === "string" ? Number(value) : Number.NaN;
    if (!Number.isInteger(number) || number < min || number > max) {
      throw new BadValue(
        value,
        max === Number.MAX_SAFE_INTEGER ? `a whole number from ${min}` : `a whole number from ${min} to ${max}`,
      );
    }
    return number;
  };
}

export const decimal: Parse<number> = (value) => {
  const number = typeof value === "number" ? value : Number(text(value));
  if (!Number.isFinite(number) || number <= 0) throw new BadValue(value, "a number above 0");
  return number;
};

/** Units of jiff's friendly format, which the real server reads; days are 24 hours. */
const UNITS: readonly (readonly [ms: number, names: string])[] = [
  [1e-6, "ns nsec nsecs nano nanos nanosecond nanoseconds"],
  [1e-3, "us µs usec usecs micro micros microsecond microseconds"],
  [1, "ms msec msecs milli millis millisecond milliseconds"],
  [1000, "s sec secs second seconds"],
  [60_000, "m min mins minute minutes"],
  [3_600_000, "h hr hrs hour hours"],
  [86_400_000, "d day days"],
  [604_800_000, "w wk wks week weeks"],
];
const UNIT_MS = new Map(UNITS.flatMap(([ms, names]) => names.split(" ").map((name) => [name, ms] as const)));
const NUMBER = String.raw`(\d+(?:\.\d+)?)`;
const ISO = new RegExp(`^P(?:${NUMBER}W)?(?:${NUMBER}D)?(?:T(?:${NUMBER}H)?(?:${NUMBER}M)?(?:${NUMBER}S)?)?$`, "i");
const FRIENDLY = new RegExp(String.raw`${NUMBER}\s*([a-zµ]+)\s*,?\s*`, "gi");
const ISO_UNITS_MS = [604_800_000, 86_400_000, 3_600_000, 60_000, 1000];

/** A duration such as `1m 30s`, `5 hours`, `PT10S` or `0`, in milliseconds. */
export const durationMs: Parse<number> = (value) => {
  const source = typeof value === "string" ? value.trim() : "";
  if (source === "0") return 0;
  const iso = ISO.exec(source);
  if (iso !== null && /\d/.test(source)) {
    return ISO_UNITS_MS.reduce((sum, unitMs, i) => sum + Number(iso[i + 1] ?? 0) * unitMs, 0);
  }
  let totalMs = 0;
  const rest = source.replace(FRIENDLY, (match, amount: string, unit: string) => {
    const unitMs = UNIT_MS.get(unit.toLowerCase());
    if (unitMs === undefined) return match;
    totalMs += Number(amount) * unitMs;
    return "";
  });
  if (source === "" || rest !== "" || !Number.isFinite(totalMs)) throw new BadValue(value, 'a duration like "1m 30s"');
  return totalMs;
};

const SIZE_UNITS: Readonly<Record<string, number>> = {
  "": 1,
  b: 1,
  kb: 1e3,
  mb: 1e6,
  gb: 1e9,
  kib: 2 ** 10,
  mib: 2 ** 20,
  gib: 2 ** 30,
  k: 1e3,
  m: 1e6,
  g: 1e9,
};

/** A size such as `32 MiB`, in bytes. */
export const sizeBytes: Parse<number> = (value) => {
  if (typeof value === "number" && value >= 0) return Math.floor(value);
  const match = /^(\d+(?:\.\d+)?)\s*([a-z]*)$/i.exec(typeof value === "string" ? value.trim() : "");
  const unit = SIZE_UNITS[(match?.[2] ?? "?").toLowerCase()];
  if (match === null || unit === undefined) throw new BadValue(value, 'a size like "32 MiB"');
  return Math.floor(Number(match[1]) * unit);
};

const LEVELS = ["trace", "debug", "info", "warn", "error"] as const;
export type LogLevel = (typeof LEVELS)[number];

/** A level, or a filter of the real server (`warn,restate=info`), of which the part for Restate itself counts. */
export const logLevel: Parse<LogLevel> = (value) => {
  const parts = text(value).toLowerCase().split(",");
  const own = parts.find((part) => part.startsWith("restate="))?.slice("restate=".length) ?? parts[0];
  return oneOf(...LEVELS)(own);
};
