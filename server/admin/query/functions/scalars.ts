import { type Expression, type TypedSql, text } from "../terms.ts";
import { QueryError } from "../types.ts";
import { type Definition, MANY, one } from "./definition.ts";
import { JSON_FUNCTIONS } from "./json.ts";
import { LIST_FUNCTIONS } from "./lists.ts";
import { CHOICE_FUNCTIONS, NUMBER_FUNCTIONS } from "./numbers.ts";
import { TEXT_FUNCTIONS } from "./texts.ts";
import { TIME_FUNCTIONS } from "./times.ts";

const FUNCTIONS: Readonly<Record<string, Definition>> = {
  ...TEXT_FUNCTIONS,
  ...CHOICE_FUNCTIONS,
  ...NUMBER_FUNCTIONS,
  ...TIME_FUNCTIONS,
  ...JSON_FUNCTIONS,
  ...LIST_FUNCTIONS,
  // Which type a column has is not to be seen in a JSON answer, and which server answers in no answer.
  arrow_typeof: one("Utf8", (_sql, { type }) => text(type)),
  version: {
    arity: [0, 0],
    translate: () => ({ sql: "('restate-lite on SQLite ' || sqlite_version())", type: "Utf8" }),
  },
};

/** DataFusion's other names. */
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

/** Others of that kind, aggregate functions among them, which are refused wherever they stand. */
const NEEDED_BY_NOBODY: ReadonlySet<string> = new Set([
  "initcap",
  "isnan",
  "md5",
  "regexp_count",
  "sha256",
  "stddev_pop",
  "uuid",
  "var_pop",
]);

/** @throws QueryError 400, for a function that the real server has */
export function notOffered(name: string): never {
  throw new QueryError(`This query uses the function ${name}, which restate-lite's SQL does not have`, 400);
}

/** @throws QueryError 400 for such a function */
export function rejectNeededByNobody(name: string): void {
  if (NEEDED_BY_NOBODY.has(name)) notOffered(name);
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
    if (NOT_OFFERED.test(name)) return notOffered(name);
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
