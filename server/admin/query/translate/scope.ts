import {
  type Expression,
  type OutputColumn,
  type Part,
  qualified,
  quoteIfNeeded,
  type Relation,
  type ScopeColumn,
} from "../terms.ts";
import { QueryError } from "../types.ts";

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
