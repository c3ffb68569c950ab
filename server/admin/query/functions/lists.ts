import type { Expression, TypedSql } from "../terms.ts";
import { elementOf, isList, listOf, QueryError } from "../types.ts";
import { common, type Definition, first, MANY, one } from "./definition.ts";

const arrayLength = one("UInt64", (sql, { type }) => {
  if (!isList(type)) throw new QueryError(`array_length does not take ${type}`);
  return `CASE WHEN ${sql} IS NULL THEN NULL ELSE json_array_length(${sql}) END`;
});

/** A function whose first argument is a list, and so is its result. */
function ofList(name: string, sqlName: string, from: number, to = from): Definition {
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

/** Some columns are lists, and `array_agg` makes others; other people's programs use these, and the real server has them. */
export const LIST_FUNCTIONS: Readonly<Record<string, Definition>> = {
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
};
