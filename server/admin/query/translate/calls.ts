import type { FuncCall, Node, WindowDef } from "libpg-query";
import {
  aggregateNamed,
  argumentOf,
  arrowCast,
  call,
  isFunction,
  rejectNeededByNobody,
  windowFunctionType,
} from "../functions/index.ts";
import type { Expression } from "../terms.ts";
import { elementOf, isList, QueryError, unsupported } from "../types.ts";
import type { TranslationContext } from "./context.ts";
import { orderTerm } from "./order.ts";

/** Translates a call: of an aggregate, a window function or a scalar function. */
export function translateCall(node: FuncCall, context: TranslationContext): Expression {
  const last = node.funcname?.at(-1);
  const name = last !== undefined && "String" in last ? (last.String.sval ?? "").toLowerCase() : "";
  const args = (node.args ?? []).map((arg) => context.translate(arg));
  rejectNeededByNobody(name);
  if (node.over !== undefined) return windowed(name, node, args, context);
  if (aggregateNamed(name) !== undefined) return aggregated(name, node, args, context);
  if (
    node.agg_order !== undefined ||
    node.agg_filter !== undefined ||
    node.agg_distinct === true ||
    node.agg_within_group === true
  ) {
    throw new QueryError(`Error during planning: ${name} is no aggregate function`);
  }
  switch (name) {
    case "arrow_cast":
      return arrowCast(args[0] ?? unsupported("arrow_cast"), args[1] ?? unsupported("arrow_cast"));
    case "unnest":
      return unnested(args, context);
    case "timezone":
      return unsupported("AT TIME ZONE");
    default:
      if (!isFunction(name) && windowFunctionType(name, args[0]) !== undefined) {
        throw new QueryError(`Error during planning: The window function ${name} needs OVER`);
      }
      return call(name, args);
  }
}

function aggregated(
  name: string,
  node: FuncCall,
  args: readonly Expression[],
  context: TranslationContext,
): Expression {
  context.part.kind = "aggregate";
  return aggregate(name, node, args, context, { sql: "", name: "" });
}

/** @param over what follows the call: a window, or nothing */
function aggregate(
  name: string,
  node: FuncCall,
  args: readonly Expression[],
  context: TranslationContext,
  over: { readonly sql: string; readonly name: string },
): Expression {
  const definition = aggregateNamed(name);
  if (definition === undefined) throw new QueryError(`Error during planning: ${name} is no aggregate function`);
  if (node.agg_within_group === true) return withinGroup(name, node, args, context, over);
  const [first, ...rest] = args;
  const isStar = node.agg_star === true || first === undefined;
  if (isStar && name !== "count") throw new QueryError(`Error during planning: ${name} takes an argument`);
  const order = (node.agg_order ?? []).map((term) => orderTerm(term, (key) => context.translate(key)));
  const distinct = node.agg_distinct === true ? "DISTINCT " : "";
  const list = isStar ? "*" : [argumentOf(definition, first), ...rest.map(({ sql }) => sql)].join(", ");
  const inner = `${distinct}${list}${order.length === 0 ? "" : ` ORDER BY ${order.map(({ sql }) => sql).join(", ")}`}`;
  const filter = node.agg_filter === undefined ? undefined : context.translate(node.agg_filter);
  const tail = `${filter === undefined ? "" : ` FILTER (WHERE ${filter.sql})`}${over.sql}`;
  const shown = [
    `${name}(${isStar ? "*" : `${distinct}${args.map((arg) => arg.name).join(",")}`})`,
    filter === undefined ? "" : ` FILTER (WHERE ${filter.name})`,
    order.length === 0 ? "" : ` ORDER BY [${order.map((term) => term.name).join(", ")}]`,
    over.name,
  ].join("");
  return { sql: definition.sql(inner, tail, first), type: definition.type(first), name: shown };
}

/** `percentile_cont(0.9) WITHIN GROUP (ORDER BY x)`: of `x`, from the other end when it is ordered downwards. */
function withinGroup(
  name: string,
  node: FuncCall,
  args: readonly Expression[],
  context: TranslationContext,
  over: { readonly sql: string; readonly name: string },
): Expression {
  const definition = aggregateNamed(name);
  const [term, ...others] = node.agg_order ?? [];
  const [at] = args;
  if (definition?.isOrdered !== true || term === undefined || others.length > 0 || at === undefined) {
    throw new QueryError(
      "Error during planning: WITHIN GROUP is only supported for ordered-set aggregate functions",
      400,
    );
  }
  const order = orderTerm(term, (key) => context.translate(key));
  const value = "SortBy" in term ? context.translate(term.SortBy.node) : undefined;
  const isDescending = "SortBy" in term && term.SortBy.sortby_dir === "SORTBY_DESC";
  const filter = node.agg_filter === undefined ? undefined : context.translate(node.agg_filter);
  const tail = `${filter === undefined ? "" : ` FILTER (WHERE ${filter.sql})`}${over.sql}`;
  return {
    sql: definition.sql(`${value?.sql}, ${isDescending ? `1 - ${at.sql}` : at.sql}`, tail, value),
    type: definition.type(value),
    name: `${name}(${at.name}) WITHIN GROUP [${order.name}]${filter === undefined ? "" : ` FILTER (WHERE ${filter.name})`}${over.name}`,
  };
}

function windowed(name: string, node: FuncCall, args: readonly Expression[], context: TranslationContext): Expression {
  context.part.kind = "window";
  const window = windowSql(node.over ?? {}, context);
  const over = { sql: ` OVER (${window.sql})`, name: window.name };
  const type = windowFunctionType(name, args[0]);
  if (type === undefined) return aggregate(name, node, args, context, over);
  return {
    sql: `${name}(${args.map(({ sql }) => sql).join(", ")})${over.sql}`,
    type,
    name: `${name}(${args.map((arg) => arg.name).join(",")})${over.name}`,
  };
}

// PostgreSQL's bits of a window's frame.
const FRAME = {
  isWritten: 0x1,
  range: 0x2,
  rows: 0x4,
  groups: 0x8,
  startUnboundedPreceding: 0x20,
  endUnboundedFollowing: 0x100,
  startCurrentRow: 0x200,
  endCurrentRow: 0x400,
  startOffsetPreceding: 0x800,
  endOffsetPreceding: 0x1000,
  startOffsetFollowing: 0x2000,
  endOffsetFollowing: 0x4000,
} as const;

function windowSql(definition: WindowDef, context: TranslationContext): { sql: string; name: string } {
  const named = definition.name ?? definition.refname;
  if (named !== undefined && named !== "") {
    const found = context.windows.get(named);
    if (found === undefined || !("WindowDef" in found))
      throw new QueryError(`Error during planning: No window named ${named}`);
    const { name: _name, ...rest } = found.WindowDef;
    return windowSql(rest, context);
  }
  const partition = (definition.partitionClause ?? []).map((key) => context.translate(key));
  const order = (definition.orderClause ?? []).map((term) => orderTerm(term, (key) => context.translate(key)));
  const frame = frameSql(definition, context);
  const shown = [
    ...(partition.length === 0 ? [] : [` PARTITION BY [${partition.map(({ name }) => name).join(", ")}]`]),
    ...(order.length === 0 ? [] : [` ORDER BY [${order.map(({ name }) => name).join(", ")}]`]),
    frame === undefined
      ? order.length === 0
        ? " ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING"
        : " RANGE BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW"
      : ` ${frame}`,
  ];
  return {
    sql: [
      ...(partition.length === 0 ? [] : [`PARTITION BY ${partition.map(({ sql }) => sql).join(", ")}`]),
      ...(order.length === 0 ? [] : [`ORDER BY ${order.map(({ sql }) => sql).join(", ")}`]),
      ...(frame === undefined ? [] : [frame]),
    ].join(" "),
    name: shown.join(""),
  };
}

function frameSql(
  { frameOptions = 0, startOffset, endOffset }: WindowDef,
  context: TranslationContext,
): string | undefined {
  const has = (bit: number) => (frameOptions & bit) !== 0;
  if (!has(FRAME.isWritten)) return undefined;
  const offset = (node: Node | undefined): string => {
    const { literal } = context.translate(node);
    return typeof literal === "number"
      ? String(literal)
      : unsupported("a window frame with an offset that is no number");
  };
  const start = has(FRAME.startUnboundedPreceding)
    ? "UNBOUNDED PRECEDING"
    : has(FRAME.startCurrentRow)
      ? "CURRENT ROW"
      : `${offset(startOffset)} ${has(FRAME.startOffsetFollowing) ? "FOLLOWING" : "PRECEDING"}`;
  const end = has(FRAME.endUnboundedFollowing)
    ? "UNBOUNDED FOLLOWING"
    : has(FRAME.endOffsetPreceding) || has(FRAME.endOffsetFollowing)
      ? `${offset(endOffset)} ${has(FRAME.endOffsetFollowing) ? "FOLLOWING" : "PRECEDING"}`
      : "CURRENT ROW";
  const mode = has(FRAME.rows) ? "ROWS" : has(FRAME.groups) ? "GROUPS" : "RANGE";
  return `${mode} BETWEEN ${start} AND ${end}`;
}

/** `unnest(list)` among the results: one row for each element. */
function unnested(args: readonly Expression[], context: TranslationContext): Expression {
  const [items] = args;
  if (items === undefined || !isList(items.type)) throw new QueryError("Error during planning: unnest takes a list");
  const alias = context.alias();
  context.unnested.push(`json_each(${items.sql}) AS ${alias}`);
  return { sql: `${alias}.value`, type: elementOf(items.type), name: `UNNEST(${items.name})` };
}
