import type { OutputColumn, ScopeColumn } from "../terms.ts";
import { QueryError } from "../types.ts";

/** The columns of a subquery as others see them. */
export function renamed(columns: readonly OutputColumn[], names: readonly string[], alias: string): ScopeColumn[] {
  return named(columns, names).map(({ name, type, fixedBy }, index) => ({
    name,
    type,
    sql: `${alias}._${index}`,
    seqSql: undefined,
    fixedBy: fixedBy?.map((number) => `${alias}._${number}`),
  }));
}

/** Those columns under the names of an alias, as far as it gives any. */
export function named(columns: readonly OutputColumn[], names: readonly string[]): OutputColumn[] {
  if (names.length > columns.length) {
    throw new QueryError(
      `Error during planning: Source table contains ${columns.length} columns but ${names.length} names given as column alias`,
    );
  }
  return columns.map((column, index) => ({ ...column, name: names[index] ?? column.name }));
}
