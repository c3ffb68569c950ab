import type { Part } from "../terms.ts";
import { QueryError } from "../types.ts";
import type { Scope } from "./scope.ts";

/** The parts of a query that say how its rows are put together. */
interface Clauses {
  readonly results: readonly Part[];
  /** What GROUP BY names, in SQL. */
  readonly keys: readonly string[];
  /** The columns, in SQL, that USING has made one with those. */
  readonly merged: readonly string[];
  readonly having: Part | undefined;
  readonly order: Part;
  readonly isDistinct: boolean;
  readonly scope: Scope;
}

interface Grouping {
  readonly isAggregated: boolean;
  /** Only HAVING or ORDER BY has an aggregate function; SQLite looks for one in the results. */
  readonly needsCount: boolean;
  /** For each result the results that settle its value, by their numbers. */
  readonly fixed: readonly (readonly number[] | undefined)[];
}

/**
 * Looks for a column that is neither grouped by nor within an aggregate function: SQLite would take it from some row.
 *
 * @throws QueryError for one, and for an aggregate function or a HAVING where it has no place
 */
export function checkGrouping({ results, keys, merged, having, order, isDistinct, scope }: Clauses): Grouping {
  const hasAggregateResult = results.some((part) => part.hasAggregate());
  const isAggregated = keys.length > 0 || hasAggregateResult || having?.hasAggregate() === true || order.hasAggregate();
  if (having !== undefined && !isAggregated)
    throw new QueryError("Error during planning: HAVING needs a GROUP BY or an aggregate function", 400);
  const aggregateKey = results.find((part) => part.hasAggregate() && keys.includes(part.sql));
  if (aggregateKey !== undefined)
    throw new QueryError(`Error during planning: GROUP BY names ${aggregateKey.name}, an aggregate function`, 400);
  const fixedSql = new Set([...keys, ...merged, ...settledColumns(keys, scope)]);
  if (isAggregated) {
    for (const part of results) rejectUngrouped(part, fixedSql, "SELECT");
    if (having !== undefined) rejectUngrouped(having, fixedSql, "HAVING");
    rejectUngrouped(order, fixedSql, "ORDER BY");
  }
  if (isDistinct) rejectUnselected(order, fixedSql, new Set(results.map(({ sql }) => sql)));
  return {
    isAggregated,
    needsCount: isAggregated && keys.length === 0 && !hasAggregateResult,
    fixed: fixedResults(results, keys, isAggregated),
  };
}

/** The columns of subqueries that have one value for those keys, because the subquery was grouped by them. */
function settledColumns(keys: readonly string[], { relations }: Scope): string[] {
  return relations
    .flatMap(({ columns }) => columns.filter(({ fixedBy }) => fixedBy?.every((key) => keys.includes(key))))
    .map(({ sql }) => sql);
}

function rejectUngrouped(part: Part, fixedSql: ReadonlySet<string>, clause: string): void {
  const ungrouped = ungroupedIn(part, fixedSql);
  if (ungrouped === undefined) return;
  throw new QueryError(
    `Error during planning: ${clause} names ${ungrouped.name}, which can have several values where rows are put together. Add it to GROUP BY, or choose one with an aggregate function such as min(${ungrouped.name}).`,
    ungrouped.kind === "outer" ? 400 : 500,
  );
}

function ungroupedIn(part: Part, fixedSql: ReadonlySet<string>): Part | undefined {
  if (fixedSql.has(part.sql) || part.kind === "aggregate" || part.kind === "alias") return undefined;
  if (part.kind === "column" || part.kind === "outer") return part;
  for (const each of part.parts) {
    const ungrouped = ungroupedIn(each, fixedSql);
    if (ungrouped !== undefined) return ungrouped;
  }
  return undefined;
}

/** Rows that DISTINCT has made one have no one value of what is none of the results. */
function rejectUnselected(order: Part, fixedSql: ReadonlySet<string>, results: ReadonlySet<string>): void {
  const unselected = sortedBy(order, fixedSql).find(({ sql }) => !results.has(sql));
  if (unselected === undefined) return;
  throw new QueryError(
    `Error during planning: ORDER BY names ${unselected.name}, which is none of the results of SELECT DISTINCT. Add it to them, or sort by the name of a result.`,
    400,
  );
}

function sortedBy(part: Part, fixedSql: ReadonlySet<string>): Part[] {
  if (part.kind === "alias") return [];
  if (part.kind !== "other" || fixedSql.has(part.sql)) return [part];
  return part.parts.flatMap((each) => sortedBy(each, fixedSql));
}

function fixedResults(results: readonly Part[], keys: readonly string[], isAggregated: boolean): Grouping["fixed"] {
  const numbers = (sqls: readonly string[] | undefined): number[] | undefined => {
    const found = (sqls ?? []).map((sql) => results.findIndex((result) => result.sql === sql));
    return found.length === 0 || found.includes(-1) ? undefined : found;
  };
  if (isAggregated) return results.map(() => numbers(keys));
  return results.map((result) => {
    const [first, ...more] = result.columns();
    if (first === undefined || result.hasWindow()) return undefined;
    return more.every(({ fixedBy }) => String(fixedBy) === String(first.fixedBy)) ? numbers(first.fixedBy) : undefined;
  });
}
