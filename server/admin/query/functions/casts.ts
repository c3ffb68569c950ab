import type { TypeName } from "libpg-query";
import { type Expression, type TypedSql, text } from "../terms.ts";
import { parseInterval, parseTimestamp, spanOf } from "../time.ts";
import {
  isBinary,
  isInteger,
  isInterval,
  isList,
  isNumber,
  isText,
  isTimestamp,
  QueryError,
  type SqlType,
  unsupported,
} from "../types.ts";

const TYPES: Readonly<Record<string, SqlType>> = {
  int2: "Int32",
  smallint: "Int32",
  int4: "Int32",
  int: "Int32",
  integer: "Int32",
  int8: "Int64",
  bigint: "Int64",
  float4: "Float64",
  float8: "Float64",
  double: "Float64",
  real: "Float64",
  numeric: "Float64",
  decimal: "Float64",
  text: "Utf8",
  varchar: "Utf8",
  bpchar: "Utf8",
  char: "Utf8",
  string: "Utf8",
  bool: "Boolean",
  boolean: "Boolean",
  bytea: "Binary",
  timestamp: "Timestamp(ns)",
  timestamptz: 'Timestamp(ms, "+00:00")',
  date: "Date32",
};

/** The type behind a name in CAST or `::`. `undefined`: interval, which has a syntax of its own. */
export function typeNamed(name: TypeName): SqlType | undefined {
  const words = (name.names ?? []).flatMap((node) => ("String" in node ? [node.String.sval ?? ""] : []));
  const word = words.at(-1)?.toLowerCase() ?? "";
  if ((name.arrayBounds?.length ?? 0) > 0) return unsupported(`the type ${word}[]`);
  if (word === "interval") return undefined;
  return TYPES[word] ?? unsupported(`the type ${word}`);
}

/** The names that `arrow_cast` knows. */
function arrowTypeNamed(name: string): SqlType {
  if (/^Timestamp\(.*(Some|\+00:00|UTC)/.test(name)) return 'Timestamp(ms, "+00:00")';
  if (/^Timestamp\(/.test(name)) return "Timestamp(ns)";
  if (/^Duration\(/.test(name)) return "Duration(ms)";
  if (/^U?Int(8|16|32|64)$/.test(name)) return name.startsWith("U") ? "UInt64" : "Int64";
  if (/^(Float|Decimal)/.test(name)) return "Float64";
  const known: Readonly<Record<string, SqlType>> = {
    Utf8: "Utf8",
    Utf8View: "Utf8",
    LargeUtf8: "LargeUtf8",
    Boolean: "Boolean",
    Binary: "Binary",
    LargeBinary: "LargeBinary",
    Date32: "Date32",
  };
  return known[name] ?? unsupported(`the type ${name}`);
}

/** A time as such; a text is read as one, at once when it stands in the query. */
export function toTimestamp(value: Expression): TypedSql {
  if (isTimestamp(value.type)) return value;
  if (value.type === "Date32") return { sql: `(${value.sql} * 86400000)`, type: "Timestamp(ns)" };
  if (typeof value.literal === "string") {
    const ms = parseTimestamp(value.literal);
    if (ms === undefined) {
      throw new QueryError(`Parser error: Error parsing timestamp from '${value.literal}': error parsing date`);
    }
    return { sql: String(ms), type: "Timestamp(ns)" };
  }
  if (isText(value.type)) return { sql: `rl_parse_time(${value.sql})`, type: "Timestamp(ns)" };
  if (isInteger(value.type) || value.type === "Null") return { sql: value.sql, type: "Timestamp(ns)" };
  throw new QueryError(`Error during planning: ${value.name} is ${value.type}, not a time`);
}

/** What CAST does. @throws QueryError when the types do not convert */
export function coerceTo(value: Expression, type: SqlType): TypedSql {
  const { sql } = value;
  if (value.type === type || value.type === "Null") return { sql, type };
  const bad = (): never => {
    throw new QueryError(`Error during planning: Unsupported CAST from ${value.type} to ${type}`);
  };
  if (isText(type)) return { sql: textOf(value), type };
  if (isTimestamp(type)) {
    // A number is one of the type's own unit.
    if (isNumber(value.type)) return { sql: type === "Timestamp(ns)" ? `(${sql} / 1000000)` : sql, type };
    return { sql: toTimestamp(value).sql, type };
  }
  if (type === "Date32") return { sql: `rl_days(${toTimestamp(value).sql})`, type };
  if (isInteger(type)) {
    if (isText(value.type)) return { sql: `rl_integer(${sql})`, type };
    if (value.type === "Timestamp(ns)") return { sql: `(${sql} * 1000000)`, type };
    if (isBinary(value.type) || isList(value.type)) return bad();
    return { sql: `CAST(${sql} AS INTEGER)`, type };
  }
  if (type === "Float64") {
    if (isText(value.type)) return { sql: `rl_float(${sql})`, type };
    return isNumber(value.type) || value.type === "Boolean" ? { sql: `CAST(${sql} AS REAL)`, type } : bad();
  }
  if (type === "Boolean") {
    if (isText(value.type)) return { sql: `rl_boolean(${sql})`, type };
    return isNumber(value.type) ? { sql: `(${sql} <> 0)`, type } : bad();
  }
  if (isBinary(type)) return isText(value.type) || isBinary(value.type) ? { sql: `CAST(${sql} AS BLOB)`, type } : bad();
  if (type === "Duration(ms)") return isInteger(value.type) ? { sql, type } : bad();
  return bad();
}

/** `arrow_cast(value, type)`. */
export function arrowCast(value: Expression, typeName: Expression): Expression {
  if (typeof typeName.literal !== "string") return unsupported("arrow_cast to a type that is no literal");
  return { ...coerceTo(value, arrowTypeNamed(typeName.literal)), name: `arrow_cast(${value.name},${typeName.name})` };
}

/** How a value looks as a text. */
function textOf({ sql, type }: Expression): string {
  if (isText(type) || isList(type)) return sql;
  if (type === "Boolean") return `CASE ${sql} WHEN 1 THEN 'true' WHEN 0 THEN 'false' END`;
  if (isTimestamp(type)) return `rl_time_text(${sql}, ${type === "Timestamp(ns)" ? "''" : "'Z'"})`;
  if (type === "Date32") return `rl_date_text(${sql})`;
  if (type === "Duration(ms)") return `rl_duration_text(${sql})`;
  if (isBinary(type)) return `rl_utf8(${sql})`;
  return `CAST(${sql} AS TEXT)`;
}

/** A literal interval, with the field that `interval '1' hour` names. */
export function literalInterval(value: string, typmods: number | undefined): Expression {
  const interval = parseInterval(value, unitOf(typmods));
  return {
    sql: text(`${interval.months} ${interval.days} ${interval.ms}`),
    type: "Interval(MonthDayNano)",
    name: `IntervalMonthDayNano("IntervalMonthDayNano { months: ${interval.months}, days: ${interval.days}, nanoseconds: ${BigInt(Math.round(interval.ms)) * 1_000_000n} }")`,
    interval: { months: interval.months, ms: interval.ms + interval.days * 86_400_000 },
  };
}

/** PostgreSQL's bit masks of interval fields. */
function unitOf(mask: number | undefined): string {
  const units: Readonly<Record<number, string>> = {
    2: "month",
    4: "year",
    8: "day",
    1024: "hour",
    2048: "minute",
    4096: "second",
  };
  return (mask === undefined ? undefined : units[mask]) ?? "second";
}

/**
 * Brings the two sides of a comparison to one type, as far as SQLite would not: texts become times beside times,
 * numbers become texts beside texts, intervals become durations.
 */
export function comparable(left: Expression, right: Expression): [string, string] {
  if (isTimestamp(left.type) || isTimestamp(right.type) || left.type === "Date32" || right.type === "Date32") {
    const isTime = ({ type }: Expression) => isTimestamp(type) || isText(type) || type === "Date32" || type === "Null";
    if (!isTime(left) || !isTime(right)) cannotCompare(left, right);
    return [toTimestamp(left).sql, toTimestamp(right).sql];
  }
  if (left.type === "Duration(ms)" || right.type === "Duration(ms)") return [durationOf(left), durationOf(right)];
  if (isText(left.type) && isNumber(right.type)) return [left.sql, coerceTo(right, "Utf8").sql];
  if (isNumber(left.type) && isText(right.type)) return [coerceTo(left, "Utf8").sql, right.sql];
  if (left.type === "Boolean" && isText(right.type)) return [left.sql, coerceTo(right, "Boolean").sql];
  if (isText(left.type) && right.type === "Boolean") return [coerceTo(left, "Boolean").sql, right.sql];
  if (isBinary(left.type) && isText(right.type)) return [left.sql, `CAST(${right.sql} AS BLOB)`];
  if (isText(left.type) && isBinary(right.type)) return [`CAST(${left.sql} AS BLOB)`, right.sql];
  return [left.sql, right.sql];
}

function cannotCompare(left: Expression, right: Expression): never {
  throw new QueryError(
    `Error during planning: Cannot infer common argument type for comparison operation ${left.type} = ${right.type}`,
  );
}

function durationOf(value: Expression): string {
  if (value.interval !== undefined) {
    if (value.interval.months !== 0) return unsupported("a duration of months");
    return String(value.interval.ms);
  }
  if (typeof value.literal === "string") {
    const { months, ms } = spanOf(value.literal);
    return months === 0 ? String(ms) : unsupported("a duration of months");
  }
  return value.sql;
}

/** `time ± interval` and the like. `undefined`: neither side is a time, a duration or an interval. */
export function timeArithmetic(operator: string, left: Expression, right: Expression): TypedSql | undefined {
  const isTime = ({ type }: Expression) => isTimestamp(type) || type === "Date32";
  const isSpan = ({ type }: Expression) => isInterval(type) || type === "Duration(ms)";
  if (!isTime(left) && !isTime(right) && !isSpan(left) && !isSpan(right)) return undefined;
  if (operator === "-" && isTime(left) && (isTime(right) || isText(right.type))) {
    return { sql: `(${toTimestamp(left).sql} - ${toTimestamp(right).sql})`, type: "Duration(ms)" };
  }
  if (operator === "+" && isTime(right) && isSpan(left)) return timeArithmetic("+", right, left);
  if ((operator === "+" || operator === "-") && isTime(left) && (isSpan(right) || typeof right.literal === "string")) {
    const at = toTimestamp(left);
    const span = right.interval ?? (typeof right.literal === "string" ? spanOf(right.literal) : undefined);
    if (span === undefined) return { sql: `(${at.sql} ${operator} ${right.sql})`, type: at.type };
    const months = operator === "-" ? -span.months : span.months;
    const moved = months === 0 ? at.sql : `rl_add_months(${at.sql}, ${months})`;
    return { sql: `(${moved} ${operator} ${span.ms})`, type: at.type };
  }
  if ((operator === "+" || operator === "-") && isSpan(left) && isSpan(right)) {
    return { sql: `(${durationOf(left)} ${operator} ${durationOf(right)})`, type: "Duration(ms)" };
  }
  if ((operator === "*" || operator === "/") && isSpan(left) && isNumber(right.type)) {
    return { sql: `CAST(${durationOf(left)} ${operator} ${right.sql} AS INTEGER)`, type: "Duration(ms)" };
  }
  throw new QueryError(
    `Error during planning: Cannot coerce arithmetic expression ${left.type} ${operator} ${right.type} to valid types`,
  );
}
