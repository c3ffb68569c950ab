/** Functions on times, in milliseconds since the epoch. */
import { addMonths, dateText, durationText, format, parseTimestamp, part, timestampText, truncate } from "../time.ts";
import { QueryError } from "../types.ts";
import type { FunctionDefiner } from "./define.ts";

const DAY_MS = 86_400_000;

/** @param nowMs the time of the query that runs */
export function defineTimeFunctions(definer: FunctionDefiner, nowMs: () => number): void {
  definer.define("rl_now", () => nowMs(), false);
  definer.defineStrict("rl_parse_time", (text) => {
    const ms = parseTimestamp(String(text));
    if (ms === undefined) throw new QueryError(`Arrow error: Parser error: Error parsing timestamp from '${text}'`);
    return ms;
  });
  definer.defineStrict("rl_time_text", (ms, zone) => timestampText(Number(ms), zone === "Z" ? "Z" : ""));
  definer.defineStrict("rl_date_text", (days) => dateText(Number(days)));
  definer.defineStrict("rl_duration_text", (ms) => durationText(Number(ms)));
  definer.defineStrict("rl_days", (ms) => Math.floor(Number(ms) / DAY_MS));
  definer.defineStrict("rl_seconds", (ms) => Math.floor(Number(ms) / 1000));
  definer.defineStrict("rl_truncate", (unit, ms) => truncate(String(unit), Number(ms)));
  definer.defineStrict("rl_part", (name, ms) => part(String(name), Number(ms)));
  definer.defineStrict("rl_format", (pattern, ms) => format(String(pattern), Number(ms)));
  definer.defineStrict("rl_add_months", (ms, months) => addMonths(Number(ms), Number(months)));
  definer.defineStrict("rl_bin", (months, width, at, origin) =>
    bin(Number(months), Number(width), Number(at), Number(origin)),
  );
}

/** The start of the bin of a width of months and milliseconds, counted from `origin`. */
function bin(months: number, width: number, at: number, origin: number): number {
  if (months === 0) {
    if (width <= 0) throw new QueryError("Execution error: DATE_BIN stride must be non-zero");
    return origin + Math.floor((at - origin) / width) * width;
  }
  const [from, to] = [new Date(origin), new Date(at)];
  const distance = (to.getUTCFullYear() - from.getUTCFullYear()) * 12 + to.getUTCMonth() - from.getUTCMonth();
  let count = Math.floor(distance / months) * months;
  if (addMonths(origin, count) > at) count -= months;
  return addMonths(origin, count);
}
