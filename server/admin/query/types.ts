import type { ErrorCode } from "../../error-codes/index.ts";

/**
 * The types of SQL values, under the names that Arrow and `information_schema` give them. In SQLite a value of type
 * timestamp or duration is a number of milliseconds, a date a number of days, a boolean 0 or 1, a list a JSON array,
 * an interval the text `months days milliseconds`.
 */
export type SqlType =
  | "Null"
  | "Boolean"
  | "Int32"
  | "Int64"
  | "UInt32"
  | "UInt64"
  | "Float64"
  | "Utf8"
  | "LargeUtf8"
  | "Binary"
  | "LargeBinary"
  | 'Timestamp(ms, "+00:00")'
  | "Timestamp(ns)"
  | "Date32"
  | "Duration(ms)"
  | "Interval(MonthDayNano)"
  | "List(LargeUtf8)"
  | "List(Utf8)"
  | "List(Int64)"
  | "List(UInt32)"
  | "List(UInt64)"
  | "List(Float64)"
  | "List(Boolean)";

export const isText = (type: SqlType): boolean => type === "LargeUtf8" || type === "Utf8";
export const isBinary = (type: SqlType): boolean => type === "LargeBinary" || type === "Binary";
export const isTimestamp = (type: SqlType): boolean => type.startsWith("Timestamp");
export const isInteger = (type: SqlType): boolean =>
  type.startsWith("Int") && !isInterval(type) ? true : type.startsWith("UInt");
export const isInterval = (type: SqlType): boolean => type.startsWith("Interval");
export const isNumber = (type: SqlType): boolean => isInteger(type) || type === "Float64";
export const isList = (type: SqlType): boolean => type.startsWith("List(");

/** The list type of these elements. */
export function listOf(element: SqlType): SqlType {
  if (element === "LargeUtf8") return "List(LargeUtf8)";
  if (element === "UInt32" || element === "UInt64" || element === "Float64" || element === "Boolean") {
    return `List(${element})`;
  }
  return isInteger(element) ? "List(Int64)" : "List(Utf8)";
}

/** The type of a list's elements. */
export function elementOf(list: SqlType): SqlType {
  // reason: every list type above is `List(` another one of the types `)`.
  return isList(list) ? (list.slice(5, -1) as SqlType) : "Utf8";
}

/** The type that holds values of both, as for the branches of a CASE. */
export function commonType(left: SqlType, right: SqlType): SqlType {
  if (left === right || right === "Null") return left;
  if (left === "Null") return right;
  if (isNumber(left) && isNumber(right)) {
    if (left === "Float64" || right === "Float64") return "Float64";
    return left.startsWith("UInt") && right.startsWith("UInt") ? "UInt64" : "Int64";
  }
  if (isTimestamp(left) || isTimestamp(right)) return isTimestamp(left) ? left : right;
  if (left === "Duration(ms)" || right === "Duration(ms)") return "Duration(ms)";
  if (left === "LargeUtf8" || right === "LargeUtf8") return "LargeUtf8";
  if (isText(left) || isText(right)) return "Utf8";
  return left;
}

/** A query that cannot be run, with the status of the answer: 400 for what is no query, 500 for one that fails. */
export class QueryError extends Error {
  readonly status: number;
  /** Stable code of a limit; the real server's errors have none. */
  readonly code: ErrorCode | undefined;

  constructor(message: string, status: 400 | 500 | 503 = 500, code?: ErrorCode) {
    super(message);
    this.name = "QueryError";
    this.status = status;
    this.code = code;
  }
}

/** @throws QueryError that names the construct */
export function unsupported(construct: string): never {
  throw new QueryError(`This query uses ${construct}, which restate-lite's SQL does not support`);
}
