import type { Expression } from "../terms.ts";
import { spanOf } from "../time.ts";
import { isInterval, unsupported } from "../types.ts";
import { coerceTo, toTimestamp } from "./casts.ts";
import { type Definition, same } from "./definition.ts";

const dateTrunc = (): Definition => ({
  arity: [2, 2],
  translate: ([unit, time]) => {
    if (unit === undefined || time === undefined) return unsupported("date_trunc");
    const at = toTimestamp(time);
    return { sql: `rl_truncate(${unit.sql}, ${at.sql})`, type: at.type };
  },
});

const datePart = (): Definition => ({
  arity: [2, 2],
  translate: ([name, time]) => {
    if (name === undefined || time === undefined) return unsupported("date_part");
    const isEpoch = typeof name.literal === "string" && name.literal.toLowerCase() === "epoch";
    if (time.type === "Duration(ms)") {
      if (!isEpoch) return unsupported("date_part of a duration");
      return { sql: `(${time.sql} / 1000.0)`, type: "Float64" };
    }
    return { sql: `rl_part(${name.sql}, ${toTimestamp(time).sql})`, type: isEpoch ? "Float64" : "Int32" };
  },
});

/** `date_bin(interval, time[, origin])`: the start of the bin of that width. */
const dateBin: Definition = {
  arity: [2, 3],
  translate: ([width, time, origin]) => {
    if (width === undefined || time === undefined) return unsupported("date_bin");
    const interval = width.interval ?? (typeof width.literal === "string" ? spanOf(width.literal) : undefined);
    if (interval === undefined) return unsupported("date_bin with a width that is no literal");
    const at = toTimestamp(time);
    const from = origin === undefined ? "0" : toTimestamp(origin).sql;
    return { sql: `rl_bin(${interval.months}, ${interval.ms}, ${at.sql}, ${from})`, type: at.type };
  },
};

/** `to_timestamp` and its relatives: a number counts units of that many milliseconds, or 1/`per` of one. */
function toTime(factor: string): Definition {
  return {
    arity: [1, 1],
    translate: (args) => {
      const [arg] = args as [Expression];
      if (/Int|Float/.test(arg.type) && !isInterval(arg.type)) {
        return { sql: `CAST(${arg.sql} ${factor} AS INTEGER)`, type: "Timestamp(ns)" };
      }
      return { sql: toTimestamp(arg).sql, type: "Timestamp(ns)" };
    },
  };
}

/** Most columns of most tables are times: the web UI puts them into bins, the documentation compares them with now. */
export const TIME_FUNCTIONS: Readonly<Record<string, Definition>> = {
  now: same("rl_now", "Timestamp(ns)", 0),
  current_timestamp: same("rl_now", "Timestamp(ns)", 0),
  current_date: { arity: [0, 0], translate: () => ({ sql: "(rl_now() / 86400000)", type: "Date32" }) },
  today: { arity: [0, 0], translate: () => ({ sql: "(rl_now() / 86400000)", type: "Date32" }) },
  date_trunc: dateTrunc(),
  datetrunc: dateTrunc(),
  date_part: datePart(),
  datepart: datePart(),
  extract: datePart(),
  date_bin: dateBin,
  to_timestamp: toTime("* 1000"),
  to_timestamp_seconds: toTime("* 1000"),
  to_timestamp_millis: toTime(""),
  to_timestamp_micros: toTime("/ 1000"),
  to_timestamp_nanos: toTime("/ 1000000"),
  from_unixtime: toTime("* 1000"),
  to_date: { arity: [1, 1], translate: (args) => coerceTo(args[0] as Expression, "Date32") },
  to_unixtime: {
    arity: [1, 1],
    translate: (args) => ({ sql: `rl_seconds(${toTimestamp(args[0] as Expression).sql})`, type: "Int64" }),
  },
};
