/** The words of the translation, which all of its files share: expressions, columns, relations, queries, and how SQLite quotes. */
import type { SqlType } from "./types.ts";

/** An expression, translated. */
export interface Expression {
  readonly sql: string;
  readonly type: SqlType;
  /** The name of a column of results that nobody named. */
  readonly name: string;
  readonly seqSql?: string | undefined;
  /** The value, when it is a constant in the text of the query. */
  readonly literal?: string | number | boolean | null;
  /** `months` and `ms` of an interval in the text of the query. */
  readonly interval?: { readonly months: number; readonly ms: number };
}

/** What is known of an expression that has no name yet. */
export type TypedSql = Pick<Expression, "sql" | "type">;

/** A column that a query can name. */
export interface ScopeColumn {
  readonly name: string;
  readonly type: SqlType;
  /** How SQLite gets at it: `t1."key"`. */
  readonly sql: string;
  /** The same invocation as a row number, when the column holds ids of invocations: what indexes know. */
  readonly seqSql: string | undefined;
  /** Left out of `*` and of unqualified names: the right side of USING. */
  readonly isMerged?: boolean;
  /** The columns of the same subquery, in SQL, that settle its value: what the subquery was grouped by. */
  readonly fixedBy?: readonly string[] | undefined;
}

/** A table of a FROM clause under the name that the query has for it. */
export interface Relation {
  /** `undefined`: a subquery without an alias. */
  readonly name: string | undefined;
  readonly columns: readonly ScopeColumn[];
}

/** A column of results. In SQL it is called `_0`, `_1`, … */
export interface OutputColumn {
  readonly name: string;
  readonly type: SqlType;
  /** The table that a plain column comes from: its name goes on through a subquery that has none of its own. */
  readonly qualifier?: string | undefined;
  /** The results that settle its value, by their numbers. */
  readonly fixedBy?: readonly number[] | undefined;
}

/** A query, translated. */
export interface Query {
  readonly sql: string;
  readonly columns: readonly OutputColumn[];
  /** The same query for the row numbers of its one column of invocation ids. */
  readonly seqSql?: string | undefined;
  /** Whether it may stand in a UNION as it is. */
  readonly isPlain: boolean;
}

/** An expression as a tree, for what has to be known of its insides. */
export class Part {
  sql = "";
  name = "";
  /** `outer`: a column of this query in a subquery of it. `alias`: a result, by its name. */
  kind: "other" | "column" | "outer" | "alias" | "aggregate" | "window" = "other";
  /** Of a column: the columns that settle its value. */
  fixedBy: readonly string[] | undefined;
  readonly parts: Part[] = [];

  named({ sql, name }: Pick<Expression, "sql" | "name">, kind = this.kind): this {
    this.sql = sql;
    this.name = name;
    this.kind = kind;
    return this;
  }

  ofColumn(relation: Relation, { sql, name, fixedBy }: ScopeColumn): this {
    this.fixedBy = fixedBy;
    return this.named({ sql, name: qualified(relation, name) }, "column");
  }

  hasAggregate(): boolean {
    return this.kind === "aggregate" || this.parts.some((part) => part.hasAggregate());
  }

  /** The columns of it and of what is in it. */
  columns(): Part[] {
    return this.kind === "column" ? [this] : this.parts.flatMap((part) => part.columns());
  }

  hasWindow(): boolean {
    return this.kind === "window" || this.parts.some((part) => part.hasWindow());
  }
}

/** The name of a column within an expression, as the real server writes it. */
export function qualified(relation: Relation, column: string): string {
  return relation.name === undefined ? quoteIfNeeded(column) : `${relation.name}.${quoteIfNeeded(column)}`;
}

/** A name as the real server writes it. */
export function quoteIfNeeded(name: string): string {
  return /^[a-z_][a-z0-9_]*$/.test(name) ? name : `"${name}"`;
}

/** An identifier of SQLite. */
export const identifier = (name: string): string => `"${name.replaceAll('"', '""')}"`;
/** A text of SQLite. NUL would end the statement, so it is pasted in as a blob. */
export const text = (value: string): string =>
  value.includes("\0") ? `CAST(x'${Buffer.from(value).toString("hex")}' AS TEXT)` : `'${value.replaceAll("'", "''")}'`;
