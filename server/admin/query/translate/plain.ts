import type { Node, SelectStmt } from "libpg-query";
import { type Expression, Part, type Query } from "../terms.ts";
import { QueryError, unsupported } from "../types.ts";
import { TranslationContext, type Translators } from "./context.ts";
import { FromTranslator } from "./from.ts";
import { checkGrouping } from "./grouping.ts";
import { ordinalOf, simpleName } from "./names.ts";
import { type OrderTerm, orderSql, orderTerm } from "./order.ts";
import { limitSql, pageSeq } from "./page.ts";
import type { Scope } from "./scope.ts";
import { type Target, targetAt, targetsOf } from "./targets.ts";

/**
 * Translates a SELECT that is neither VALUES nor a UNION. The clauses come in the order in which SQL gives their names
 * a meaning: tables, results, and then what may name results: GROUP BY, HAVING, ORDER BY.
 */
export function plainSelect(select: SelectStmt, scope: Scope, translators: Translators): Query {
  if (select.intoClause !== undefined) {
    throw new QueryError("Error during planning: DDL not supported: SELECT INTO", 400);
  }
  const windows = windowsOf(select);
  const context = new TranslationContext(translators, scope, windows);
  const from = new FromTranslator(translators).clause(select.fromClause ?? [], scope);
  const targets = targetsOf(select.targetList ?? [], context);
  const where = translateWhere(select, new TranslationContext(translators, scope, windows));
  scope.aliases = new Map(targets.map(({ name, expression }) => [name, expression]));
  const groupKeys = groupKeysOf(select, targets, context);
  const havingContext = context.withPart(new Part());
  const having = select.havingClause === undefined ? undefined : havingContext.translate(select.havingClause);
  const orderContext = context.withPart(new Part());
  const order = orderTerms(select, targets, orderContext, true);
  const isDistinct = readDistinct(select);
  const { fixed, isAggregated, needsCount } = checkGrouping({
    results: targets.map(({ part }) => part),
    keys: groupKeys,
    merged: (select.groupClause ?? []).flatMap((node) => scope.merged(simpleName(node))),
    having: having === undefined ? undefined : havingContext.part,
    order: orderContext.part,
    isDistinct,
    scope,
  });
  const { unnested } = context;
  if (isAggregated && unnested.length > 0) return unsupported("unnest beside an aggregate function or GROUP BY");

  const clauses = { from, unnested, where, groupKeys, having, order, limit: limitSql(select, scope, translators) };
  const seq = unnested.length > 0 ? undefined : pageSeq(select, scope);
  const tail =
    seq === undefined ? clausesSql(clauses) : pageSql(clauses, seq, orderTerms(select, targets, orderContext, false));
  const head = `SELECT ${isDistinct ? "DISTINCT " : ""}`;
  const [first] = targets;
  const isSeqKnown = targets.length === 1 && first?.expression.seqSql !== undefined && order.length === 0;
  return {
    sql: `${head}${resultsSql(targets, needsCount)}${tail}`,
    columns: targets.map(({ name, expression: { type }, qualifier }, at) => ({
      ...{ name, type, qualifier },
      fixedBy: fixed[at],
    })),
    seqSql: isSeqKnown ? `${head}${first.expression.seqSql} AS _0${clausesSql(clauses)}` : undefined,
    isPlain: order.length === 0 && select.limitCount === undefined && select.limitOffset === undefined,
  };
}

function windowsOf({ windowClause = [] }: SelectStmt): ReadonlyMap<string, Node> {
  return new Map(
    windowClause.flatMap((node) => ("WindowDef" in node ? [[node.WindowDef.name ?? "", node] as const] : [])),
  );
}

function translateWhere({ whereClause }: SelectStmt, context: TranslationContext): Expression | undefined {
  const where = whereClause === undefined ? undefined : context.translate(whereClause);
  if (context.part.hasAggregate()) {
    throw new QueryError("Error during planning: WHERE takes no aggregate functions. Put it into HAVING.", 400);
  }
  return where;
}

/** What GROUP BY names, in SQL. */
function groupKeysOf({ groupClause = [] }: SelectStmt, targets: readonly Target[], context: TranslationContext) {
  return groupClause.map((node) => {
    if ("GroupingSet" in node) return unsupported("GROUPING SETS, ROLLUP and CUBE");
    // By its number only: a column comes before a result of the same name, which the scope knows.
    const ordinal = ordinalOf(node, []);
    return (ordinal === undefined ? translateKey(node, context) : targetAt(targets, ordinal)).sql;
  });
}

/** @param isNumbered whether results are named by their number, or by their expression where they have none */
function orderTerms(
  { sortClause = [] }: SelectStmt,
  targets: readonly Target[],
  context: TranslationContext,
  isNumbered: boolean,
): OrderTerm[] {
  const names = targets.map(({ name }) => name);
  return sortClause.map((term) =>
    orderTerm(term, (node) => {
      const ordinal = ordinalOf(node, names);
      if (ordinal === undefined) return translateKey(node, context);
      const expression = targetAt(targets, ordinal);
      return isNumbered ? { ...expression, sql: String(ordinal) } : expression;
    }),
  );
}

/** What is sorted or grouped by and is none of the results. @throws QueryError 400 when it names nothing */
function translateKey(node: Node, context: TranslationContext): Expression {
  try {
    return context.translate(node);
  } catch (error) {
    // The real server finds a wrong name here before it plans, so it is a bad request.
    if (error instanceof QueryError && error.message.startsWith("Schema error"))
      throw new QueryError(error.message, 400);
    throw error;
  }
}

function readDistinct({ distinctClause = [] }: SelectStmt): boolean {
  if (distinctClause.some((node) => Object.keys(node).length > 0)) return unsupported("DISTINCT ON");
  return distinctClause.length > 0;
}

/** What follows the results, translated. */
interface Clauses {
  readonly from: string | undefined;
  readonly unnested: readonly string[];
  readonly where: Expression | undefined;
  readonly groupKeys: readonly string[];
  readonly having: Expression | undefined;
  readonly order: readonly OrderTerm[];
  readonly limit: string;
}

function clausesSql({ from, unnested, where, groupKeys, having, order, limit }: Clauses): string {
  const sources = [...(from === undefined ? [] : [from]), ...unnested];
  return [
    sources.length === 0 ? "" : ` FROM ${sources.join(", ")}`,
    where === undefined ? "" : ` WHERE ${where.sql}`,
    groupKeys.length === 0 ? "" : ` GROUP BY ${groupKeys.join(", ")}`,
    having === undefined ? "" : ` HAVING ${having.sql}`,
    orderSql(order),
    limit,
  ].join("");
}

/**
 * The same for a page of invocations: which rows are on it is found first, see {@link pageSeq}.
 * @param orderWithin the order in there, where results have no numbers
 */
function pageSql({ from, where, order, limit }: Clauses, seq: string, orderWithin: readonly OrderTerm[]): string {
  const condition = where === undefined ? "" : ` WHERE ${where.sql}`;
  const page = `SELECT ${seq} FROM ${from}${condition}${orderSql(orderWithin)}${limit}`;
  return ` FROM ${from} WHERE ${seq} IN (${page})${orderSql(order)}`;
}

/** @param needsCount SQLite takes a query for an aggregated one only when a result has an aggregate function */
function resultsSql(targets: readonly Target[], needsCount: boolean): string {
  return targets
    .map(({ expression: { sql } }, at) => `${needsCount ? `CASE WHEN count(*) >= 0 THEN ${sql} END` : sql} AS _${at}`)
    .join(", ");
}
