import type { Column } from "./catalog.ts";
import type { Part } from "./grouping.ts";
import type { OutputColumn } from "./select.ts";
import { QueryError, type SqlType } from "./types.ts";

/** A column that a query can name. */
export interface ScopeColumn extends Pick<Column, "name" | "type"> {
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

/** A subquery of WITH, under its name in the SQL. */
export interface Cte {
  readonly name: string;
  readonly columns: readonly OutputColumn[];
}

/** What a query knows of names: its own tables, and those of the queries around it. */
export class Scope {
  relations: Relation[] = [];
  /** Names of results, for GROUP BY, HAVING and ORDER BY; columns of the same name come first. */
  aliases: ReadonlyMap<string, Expression> = new Map();
  /** The columns of this query's tables that subqueries have named. */
  readonly namedWithin: Part[] = [];
  readonly outer: Scope | undefined;
  /** Subqueries of WITH that can be named from here. */
  readonly #ctes = new Map<string, Cte>();

  constructor(outer: Scope | undefined) {
    this.outer = outer;
  }

  addCte(name: string, cte: Cte): void {
    this.#ctes.set(name, cte);
  }

  cte(name: string): Cte | undefined {
    return this.#ctes.get(name) ?? this.outer?.cte(name);
  }

  /** The query whose table it is: this one or one around it. */
  ownerOf(relation: Relation): Scope | undefined {
    return this.relations.includes(relation) ? this : this.outer?.ownerOf(relation);
  }

  /** The columns of `*`, or of `alias.*`. */
  star(alias: string | undefined): { relation: Relation; column: ScopeColumn }[] {
    const relations = alias === undefined ? this.relations : this.relations.filter(({ name }) => name === alias);
    if (relations.length === 0) {
      throw new QueryError(alias === undefined ? "SELECT * with no tables specified" : `Invalid qualifier ${alias}`);
    }
    return relations.flatMap((relation) =>
      relation.columns
        .filter(({ isMerged }) => alias !== undefined || !isMerged)
        .map((column) => ({ relation, column })),
    );
  }

  /** @throws QueryError when the name is unknown or could mean several columns */
  resolve(table: string | undefined, name: string): { relation: Relation; column: ScopeColumn } {
    const found = this.find(table, name);
    if (found !== undefined) return found;
    const text = [table, name]
      .filter((part) => part !== undefined)
      .map(quoteIfNeeded)
      .join(".");
    const valid = this.relations
      .flatMap((relation) => relation.columns.map((column) => qualified(relation, column.name)))
      .join(", ");
    throw new QueryError(`Schema error: No field named ${text}.${valid === "" ? "" : ` Valid fields are ${valid}.`}`);
  }

  /** The columns, in SQL, that USING has made one with the column of that name. */
  merged(name: string | undefined): string[] {
    return this.relations
      .flatMap(({ columns }) => columns.filter((column) => column.isMerged === true && column.name === name))
      .map(({ sql }) => sql);
  }

  find(table: string | undefined, name: string): { relation: Relation; column: ScopeColumn } | undefined {
    const candidates = this.relations
      .filter((relation) => table === undefined || relation.name === table)
      .flatMap((relation) =>
        relation.columns
          .filter((column) => column.name === name && (table !== undefined || column.isMerged !== true))
          .map((column) => ({ relation, column })),
      );
    if (candidates.length > 1) {
      throw new QueryError(`Schema error: Ambiguous reference to unqualified field ${quoteIfNeeded(name)}`);
    }
    return candidates[0] ?? this.outer?.find(table, name);
  }
}

/** The name of a column within an expression, as the real server writes it. */
export function qualified(relation: Relation, column: string): string {
  return relation.name === undefined ? quoteIfNeeded(column) : `${relation.name}.${quoteIfNeeded(column)}`;
}

function quoteIfNeeded(name: string): string {
  return /^[a-z_][a-z0-9_]*$/.test(name) ? name : `"${name}"`;
}

/** An identifier of SQLite. */
export const identifier = (name: string): string => `"${name.replaceAll('"', '""')}"`;
/** A text of SQLite. NUL would end the statement, so it is pasted in as a blob. */
export const text = (value: string): string =>
  value.includes("\0") ? `CAST(x'${Buffer.from(value).toString("hex")}' AS TEXT)` : `'${value.replaceAll("'", "''")}'`;

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
