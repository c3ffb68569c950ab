import type { Expression } from "../terms.ts";
import { isNumber, listOf, type SqlType } from "../types.ts";
import { coerceTo } from "./casts.ts";

interface Aggregate {
  readonly type: (arg: Expression | undefined) => SqlType;
  /**
   * @param inner the arguments with DISTINCT and ORDER BY
   * @param tail FILTER and OVER, which belong to the call itself
   */
  readonly sql: (inner: string, tail: string, arg: Expression | undefined) => string;
  /** The argument, where it must be of one type. */
  readonly takes?: SqlType;
  /** Also written as `name(p) WITHIN GROUP (ORDER BY arg)`. */
  readonly isOrdered?: boolean;
}

const first = (arg: Expression | undefined): SqlType => arg?.type ?? "Null";
const float = (name: string): Aggregate => ({
  type: () => "Float64",
  sql: (inner, tail) => `${name}(${inner})${tail}`,
});
const total = (arg: Expression | undefined): SqlType => {
  const type = first(arg);
  if (type === "UInt32") return "UInt64";
  return isNumber(type) ? (type === "Int32" ? "Int64" : type) : type === "Duration(ms)" ? type : "Float64";
};

/** The aggregate functions, with what SQLite has for them; names with `rl_` are ours (the room `sqlite`). */
const AGGREGATES: Readonly<Record<string, Aggregate>> = {
  // The official CLI, the web UI and the dashboard ask for these.
  count: { type: () => "Int64", sql: (inner, tail) => `count(${inner})${tail}` },
  sum: { type: total, sql: (inner, tail) => `sum(${inner})${tail}` },
  avg: {
    type: (arg) => (first(arg) === "Duration(ms)" ? "Duration(ms)" : "Float64"),
    sql: (inner, tail, arg) =>
      first(arg) === "Duration(ms)" ? `CAST(avg(${inner})${tail} AS INTEGER)` : `avg(${inner})${tail}`,
  },
  min: { type: first, sql: (inner, tail) => `min(${inner})${tail}` },
  max: { type: first, sql: (inner, tail) => `max(${inner})${tail}` },
  first_value: { type: first, sql: (inner, tail) => `rl_first(${inner})${tail}` },
  last_value: { type: first, sql: (inner, tail) => `rl_last(${inner})${tail}` },
  // Whether one or all, and which: the usual questions about a group.
  bool_and: { type: () => "Boolean", sql: (inner, tail) => `min(${inner})${tail}` },
  bool_or: { type: () => "Boolean", sql: (inner, tail) => `max(${inner})${tail}` },
  array_agg: {
    type: (arg) => listOf(first(arg)),
    // No rows make no array, and json_group_array would make an empty one.
    sql: (inner, tail) => `nullif(json_group_array(${inner})${tail}, '[]')`,
  },
  string_agg: { type: () => "Utf8", sql: (inner, tail) => `group_concat(${inner})${tail}`, takes: "Utf8" },
  // How long things take, and how much that varies. The dashboard asks for `approx_percentile_cont`; other people's
  // programs for `percentile_cont … WITHIN GROUP`, and the real server has it.
  approx_distinct: { type: () => "UInt64", sql: (inner, tail) => `count(DISTINCT ${inner})${tail}` },
  median: { type: first, sql: (inner, tail) => `rl_median(${inner})${tail}` },
  approx_median: { type: first, sql: (inner, tail) => `rl_median(${inner})${tail}` },
  percentile_cont: { ...float("rl_percentile"), isOrdered: true },
  approx_percentile_cont: { ...float("rl_percentile"), isOrdered: true },
  stddev: float("rl_stddev"),
  stddev_samp: float("rl_stddev"),
  var: float("rl_variance"),
  var_samp: float("rl_variance"),
};

const ALIASES: Readonly<Record<string, string>> = {
  mean: "avg",
  group_concat: "string_agg",
  every: "bool_and",
  quantile_cont: "percentile_cont",
};

export function aggregateNamed(name: string): Aggregate | undefined {
  const known = ALIASES[name] ?? name;
  return Object.hasOwn(AGGREGATES, known) ? AGGREGATES[known] : undefined;
}

/** The first argument as the aggregate takes it. */
export function argumentOf(aggregate: Aggregate, arg: Expression): string {
  return aggregate.takes === undefined ? arg.sql : coerceTo(arg, aggregate.takes).sql;
}

/** Functions that exist only with OVER: those of the SQL standard, which SQLite has. */
const WINDOW_FUNCTIONS: Readonly<Record<string, (arg: Expression | undefined) => SqlType>> = {
  row_number: () => "UInt64",
  rank: () => "UInt64",
  dense_rank: () => "UInt64",
  percent_rank: () => "Float64",
  cume_dist: () => "Float64",
  ntile: () => "UInt64",
  lag: first,
  lead: first,
  first_value: first,
  last_value: first,
  nth_value: first,
};

export function windowFunctionType(name: string, arg: Expression | undefined): SqlType | undefined {
  return Object.hasOwn(WINDOW_FUNCTIONS, name) ? WINDOW_FUNCTIONS[name]?.(arg) : undefined;
}
