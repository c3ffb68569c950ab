import { type Expression, type TypedSql, text } from "../terms.ts";
import { spanOf } from "../time.ts";
import {
  commonType,
  elementOf,
  isBinary,
  isInterval,
  isList,
  listOf,
  QueryError,
  type SqlType,
  unsupported,
} from "../types.ts";
import { coerceTo, toTimestamp } from "./casts.ts";

type Translation = (args: readonly Expression[]) => TypedSql;

interface Function {
  readonly arity: readonly [from: number, to: number];
  readonly translate: Translation;
}

const MANY = Number.POSITIVE_INFINITY;
const list = (args: readonly Expression[]): string => args.map(({ sql }) => sql).join(", ");

/** A function of SQLite (or one of ours) with the same arguments. */
function same(
  name: string,
  type: SqlType | ((args: readonly Expression[]) => SqlType),
  from: number,
  to = from,
): Function {
  return {
    arity: [from, to],
    translate: (args) => ({ sql: `${name}(${list(args)})`, type: typeof type === "string" ? type : type(args) }),
  };
}

function one(type: SqlType, sql: (arg: string, expression: Expression) => string): Function {
  return {
    arity: [1, 1],
    translate: (args) => {
      const [arg] = args as [Expression];
      return { sql: sql(arg.sql, arg), type };
    },
  };
}

const first = (args: readonly Expression[]): SqlType => args[0]?.type ?? "Null";
const common = (args: readonly Expression[]): SqlType =>
  args.reduce<SqlType>((type, arg) => commonType(type, arg.type), "Null");
const asText = (args: readonly Expression[]): string => args.map((arg) => coerceTo(arg, "Utf8").sql).join(", ");

function ofTexts(name: string, type: SqlType, from: number, to = from): Function {
  return { arity: [from, to], translate: (args) => ({ sql: `${name}(${asText(args)})`, type }) };
}

const truncates = (): Function => ({
  arity: [2, 2],
  translate: ([unit, time]) => {
    if (unit === undefined || time === undefined) return unsupported("date_trunc");
    const at = toTimestamp(time);
    return { sql: `rl_truncate(${unit.sql}, ${at.sql})`, type: at.type };
  },
});

const parts = (): Function => ({
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
const bins: Function = {
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
function toTime(factor: string): Function {
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

/** `json_get*(json, key or index, …)`; ours are called with the kind of result first. */
function json(kind: string, type: SqlType): Function {
  return {
    arity: [1, MANY],
    translate: (args) => ({ sql: `rl_json(${text(kind)}, ${list(args)})`, type }),
  };
}

const length = (): Function =>
  one("Int64", (sql, { type }) => (isBinary(type) ? `length(${sql})` : `length(CAST(${sql} AS TEXT))`));

const arrayLength = one("UInt64", (sql, { type }) => {
  if (!isList(type)) throw new QueryError(`array_length does not take ${type}`);
  return `CASE WHEN ${sql} IS NULL THEN NULL ELSE json_array_length(${sql}) END`;
});

/** A function whose first argument is a list, and so is its result. */
function ofList(name: string, sqlName: string, from: number, to = from): Function {
  return {
    arity: [from, to],
    translate: ([items, ...rest]) => ({
      sql: `${sqlName}(${[listIn(name, items), ...rest.map((arg) => arg.sql)].join(", ")})`,
      type: first([items as Expression]),
    }),
  };
}

/** @throws QueryError when the argument is no list */
function listIn(name: string, items: Expression | undefined): string {
  if (items !== undefined && (isList(items.type) || items.type === "Null")) return items.sql;
  throw new QueryError(`Error during planning: ${name} takes a list, and ${items?.name} is ${items?.type}`, 400);
}

/** Of both spellings: with one argument and with the number of digits. */
const round: Function = {
  arity: [1, 2],
  translate: (args) => ({ sql: `round(${list(args)})`, type: "Float64" }),
};

const math = (name: string, from = 1, to = from): Function => same(name, "Float64", from, to);

const FUNCTIONS: Readonly<Record<string, Function>> = {
  // Texts
  upper: ofTexts("upper", "Utf8", 1),
  lower: ofTexts("lower", "Utf8", 1),
  trim: ofTexts("rl_trim", "Utf8", 1, 2),
  btrim: ofTexts("rl_trim", "Utf8", 1, 2),
  ltrim: ofTexts("rl_ltrim", "Utf8", 1, 2),
  rtrim: ofTexts("rl_rtrim", "Utf8", 1, 2),
  length: length(),
  char_length: length(),
  character_length: length(),
  octet_length: one("Int64", (sql) => `length(CAST(${sql} AS BLOB))`),
  bit_length: one("Int64", (sql) => `(8 * length(CAST(${sql} AS BLOB)))`),
  concat: { arity: [1, MANY], translate: (args) => ({ sql: `concat(${asText(args)})`, type: "Utf8" }) },
  concat_ws: { arity: [2, MANY], translate: (args) => ({ sql: `concat_ws(${asText(args)})`, type: "Utf8" }) },
  substr: same("substr", "Utf8", 2, 3),
  substring: same("substr", "Utf8", 2, 3),
  replace: ofTexts("replace", "Utf8", 3),
  strpos: ofTexts("instr", "Int32", 2),
  instr: ofTexts("instr", "Int32", 2),
  position: ofTexts("instr", "Int32", 2),
  starts_with: ofTexts("rl_starts_with", "Boolean", 2),
  ends_with: ofTexts("rl_ends_with", "Boolean", 2),
  contains: { arity: [2, 2], translate: (args) => ({ sql: `(instr(${asText(args)}) > 0)`, type: "Boolean" }) },
  split_part: same("rl_split_part", "Utf8", 3),
  left: same("rl_left", "Utf8", 2),
  right: same("rl_right", "Utf8", 2),
  lpad: same("rl_lpad", "Utf8", 2, 3),
  rpad: same("rl_rpad", "Utf8", 2, 3),
  repeat: same("rl_repeat", "Utf8", 2),
  reverse: same("rl_reverse", "Utf8", 1),
  initcap: same("rl_initcap", "Utf8", 1),
  ascii: same("unicode", "Int32", 1),
  chr: same("char", "Utf8", 1),
  to_hex: one("Utf8", (sql) => `printf('%x', ${sql})`),
  md5: same("rl_md5", "Utf8", 1),
  sha256: same("rl_sha256", "Binary", 1),
  encode: same("rl_encode", "Utf8", 2),
  decode: same("rl_decode", "Binary", 2),
  uuid: same("rl_uuid", "Utf8", 0),
  regexp_like: same("rl_regexp_like", "Boolean", 2, 3),
  regexp_match: same("rl_regexp_match", "List(Utf8)", 2, 3),
  regexp_replace: same("rl_regexp_replace", "Utf8", 3, 4),
  regexp_count: same("rl_regexp_count", "Int64", 2),
  to_char: {
    arity: [2, 2],
    translate: (args) => {
      const [time, pattern] = args as [Expression, Expression];
      return { sql: `rl_format(${pattern.sql}, ${toTimestamp(time).sql})`, type: "Utf8" };
    },
  },

  // Nulls and choices
  coalesce: {
    arity: [1, MANY],
    translate: (args) => ({
      sql: args.length === 1 ? (args[0]?.sql ?? "NULL") : `coalesce(${list(args)})`,
      type: common(args),
    }),
  },
  nvl: same("coalesce", common, 2),
  ifnull: same("coalesce", common, 2),
  nullif: same("nullif", first, 2),
  greatest: same("rl_greatest", common, 1, MANY),
  least: same("rl_least", common, 1, MANY),

  // Numbers
  abs: same("abs", first, 1),
  ceil: math("ceil"),
  floor: math("floor"),
  round,
  trunc: math("trunc"),
  sqrt: math("sqrt"),
  exp: math("exp"),
  ln: math("ln"),
  log10: math("log10"),
  log2: math("log2"),
  log: math("log", 1, 2),
  power: math("pow", 2),
  pow: math("pow", 2),
  pi: math("pi", 0),
  signum: math("sign"),
  random: { arity: [0, 0], translate: () => ({ sql: "((random() / 18446744073709551616.0) + 0.5)", type: "Float64" }) },

  // Times
  now: same("rl_now", "Timestamp(ns)", 0),
  current_timestamp: same("rl_now", "Timestamp(ns)", 0),
  current_date: { arity: [0, 0], translate: () => ({ sql: "(rl_now() / 86400000)", type: "Date32" }) },
  today: { arity: [0, 0], translate: () => ({ sql: "(rl_now() / 86400000)", type: "Date32" }) },
  date_trunc: truncates(),
  datetrunc: truncates(),
  date_part: parts(),
  datepart: parts(),
  extract: parts(),
  date_bin: bins,
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

  // JSON
  json_get: json("any", "Utf8"),
  json_get_json: json("json", "Utf8"),
  json_get_str: json("str", "Utf8"),
  json_get_int: json("int", "Int64"),
  json_get_float: json("float", "Float64"),
  json_get_bool: json("bool", "Boolean"),
  json_as_text: json("text", "Utf8"),
  json_contains: json("contains", "Boolean"),
  json_length: json("length", "UInt64"),
  json_object_keys: json("keys", "List(Utf8)"),
  json_keys: json("keys", "List(Utf8)"),

  // Lists
  array_length: arrayLength,
  list_length: arrayLength,
  cardinality: arrayLength,
  array_has: {
    arity: [2, 2],
    translate: (args) => {
      const [items, item] = args as [Expression, Expression];
      return { sql: `(${item.sql} IN (SELECT value FROM json_each(${items.sql})))`, type: "Boolean" };
    },
  },
  array_to_string: {
    arity: [2, 2],
    translate: (args) => {
      const [items, separator] = args as [Expression, Expression];
      return { sql: `(SELECT group_concat(value, ${separator.sql}) FROM json_each(${items.sql}))`, type: "Utf8" };
    },
  },
  array_element: {
    arity: [2, 2],
    translate: (args) => element(args[0] as Expression, args[1] as Expression),
  },
  make_array: { arity: [0, MANY], translate: (args) => arrayOf(args) },
  array_sort: ofList("array_sort", "rl_list_sort", 1, 3),
  array_distinct: ofList("array_distinct", "rl_list_distinct", 1),
  array_slice: ofList("array_slice", "rl_list_slice", 3, 4),
  array_position: {
    arity: [2, 3],
    translate: ([items, item, ...from]) => {
      const sql = [listIn("array_position", items), arrayOf([item as Expression]).sql, ...from.map((arg) => arg.sql)];
      return { sql: `rl_list_position(${sql.join(", ")})`, type: "UInt64" };
    },
  },
  array_append: {
    arity: [2, 2],
    translate: ([items, item]) => {
      const added = arrayOf([item as Expression]);
      const type = items?.type === "Null" ? added.type : first([items as Expression]);
      return { sql: `rl_list_concat(${listIn("array_append", items)}, ${added.sql})`, type };
    },
  },
  array_concat: {
    arity: [1, MANY],
    translate: (args) => ({
      sql: `rl_list_concat(${args.map((arg) => listIn("array_concat", arg)).join(", ")})`,
      type: first(args),
    }),
  },

  arrow_typeof: one("Utf8", (_sql, { type }) => text(type)),
  // SQLite has no NaN: it is null.
  isnan: one("Boolean", (sql) => `CASE WHEN ${sql} IS NOT NULL THEN 0 END`),
  version: {
    arity: [0, 0],
    translate: () => ({ sql: "('restate-lite on SQLite ' || sqlite_version())", type: "Utf8" }),
  },
};

const ALIASES: Readonly<Record<string, string>> = {
  list_sort: "array_sort",
  list_distinct: "array_distinct",
  list_slice: "array_slice",
  list_position: "array_position",
  array_indexof: "array_position",
  list_indexof: "array_position",
  list_append: "array_append",
  array_push_back: "array_append",
  list_push_back: "array_append",
  list_concat: "array_concat",
  array_cat: "array_concat",
  list_cat: "array_concat",
  array_contains: "array_has",
  list_contains: "array_has",
  list_has: "array_has",
  array_join: "array_to_string",
  list_element: "array_element",
  ceiling: "ceil",
  sign: "signum",
};

/** Functions that the real server has and that nothing here asks for: of lists, structs and maps. */
const NOT_OFFERED =
  /^(array_|list_|map$|map_|struct$|named_struct$|flatten$|empty$|range$|generate_series$|string_to_)/;

/** The elements of an array, written out. */
export function arrayOf(items: readonly Expression[]): TypedSql {
  const type = common(items);
  const values = items.map(({ sql }) =>
    type === "Boolean" ? `json(CASE ${sql} WHEN 1 THEN 'true' WHEN 0 THEN 'false' END)` : sql,
  );
  return { sql: `json_array(${values.join(", ")})`, type: listOf(type) };
}

/** One element of a list, counted from 1, or from the end when the number is negative. */
export function element(items: Expression, index: Expression): TypedSql {
  if (!isList(items.type)) throw new QueryError(`Only lists have elements; ${items.name} is ${items.type}`);
  const at = index.sql;
  return {
    sql: `json_extract(${items.sql}, CASE WHEN ${at} > 0 THEN '$[' || (${at} - 1) || ']' ELSE '$[#' || ${at} || ']' END)`,
    type: elementOf(items.type),
  };
}

/** Whether there is a scalar function of that name. */
export function isFunction(name: string): boolean {
  return Object.hasOwn(FUNCTIONS, ALIASES[name] ?? name);
}

/**
 * A call of a scalar function with translated arguments.
 * @throws QueryError when it is unknown or has a wrong number of arguments
 */
export function call(name: string, args: readonly Expression[]): Expression {
  return { ...scalar(name, args), name: `${name}(${args.map((arg) => arg.name).join(",")})` };
}

function scalar(name: string, args: readonly Expression[]): TypedSql {
  const known = ALIASES[name] ?? name;
  const definition = Object.hasOwn(FUNCTIONS, known) ? FUNCTIONS[known] : undefined;
  if (definition === undefined) {
    if (NOT_OFFERED.test(name)) {
      throw new QueryError(`This query uses the function ${name}, which restate-lite's SQL does not have`, 400);
    }
    throw new QueryError(`Error during planning: Invalid function '${name}'`);
  }
  const [from, to] = definition.arity;
  if (args.length < from || args.length > to) {
    throw new QueryError(
      `Error during planning: Function '${name}' takes ${to === MANY ? `at least ${from}` : from === to ? from : `${from} to ${to}`} arguments, not ${args.length}`,
    );
  }
  return definition.translate(args);
}
