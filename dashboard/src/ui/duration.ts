/** Durations as the server reads and prints them: `1m 30s`, `PT10S`. */
const UNITS: readonly (readonly [ms: number, names: string])[] = [
  [604_800_000, "weeks week wks wk w"],
  [86_400_000, "days day d"],
  [3_600_000, "hours hour hrs hr h"],
  [60_000, "minutes minute mins min m"],
  [1000, "seconds second secs sec s"],
  [1, "milliseconds millisecond millis milli msecs msec ms"],
];
const UNIT_MS = new Map(UNITS.flatMap(([ms, names]) => names.split(" ").map((name) => [name, ms] as const)));
const ISO = /^P(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+(?:\.\d+)?)H)?(?:(\d+(?:\.\d+)?)M)?(?:(\d+(?:\.\d+)?)S)?)?$/i;
const ISO_UNITS_MS = [604_800_000, 86_400_000, 3_600_000, 60_000, 1000];
const PART = /^(\d+(?:\.\d+)?)\s*([a-z]+)\s*,?\s*/i;

/** @returns milliseconds; `undefined` when it is none */
export function durationMs(source: string): number | undefined {
  const text = source.trim();
  if (text === "0") return 0;
  const iso = ISO.exec(text);
  if (iso !== null) {
    if (!/\d/.test(text) || /T$/i.test(text)) return undefined;
    return ISO_UNITS_MS.reduce((sum, unitMs, at) => sum + Number(iso[at + 1] ?? 0) * unitMs, 0);
  }
  let rest = text;
  let sumMs = 0;
  let leastMs = Number.POSITIVE_INFINITY;
  while (rest !== "") {
    const part = PART.exec(rest);
    const unitMs = UNIT_MS.get((part?.[2] ?? "").toLowerCase());
    // From large units to small ones, each at most once.
    if (part === null || unitMs === undefined || unitMs >= leastMs) return undefined;
    leastMs = unitMs;
    sumMs += Number(part[1]) * unitMs;
    rest = rest.slice(part[0].length);
  }
  return text === "" ? undefined : sumMs;
}

export const DURATION_HINT = "A duration like 10s, 1h 30m or PT10S";
