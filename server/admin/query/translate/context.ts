import type { Node, SelectStmt } from "libpg-query";
import { type Expression, Part, type Query } from "../terms.ts";
import type { Scope } from "./scope.ts";

/**
 * What SQL nests without end: a query has expressions, and an expression has queries. The one door through which
 * clauses and expressions get at each other; `select.ts` hands it in.
 */
export interface Translators {
  /** Translates one node of PostgreSQL's tree, and notes in the context's part what it is. */
  expression(node: Node | undefined, context: TranslationContext): Expression;
  /** @param outer names that the query may use as well */
  query(select: SelectStmt, outer: Scope): Query;
  /** A name for a table in the SQL, which no other table of the statement has. */
  alias(): string;
  /** The row number of an invocation; 0 for an id that no invocation has. */
  seqOf(id: string): number;
}

/** What an expression is translated with. */
export class TranslationContext {
  readonly scope: Scope;
  /** Named windows of the query. */
  readonly windows: ReadonlyMap<string, Node>;
  /** What the expression belongs to. */
  readonly part: Part;
  /** Columns of `unnest` in the list of results: they join the FROM clause. */
  readonly unnested: string[];
  readonly #translators: Translators;

  constructor(
    translators: Translators,
    scope: Scope,
    windows: ReadonlyMap<string, Node> = new Map(),
    part = new Part(),
    unnested: string[] = [],
  ) {
    this.#translators = translators;
    this.scope = scope;
    this.windows = windows;
    this.part = part;
    this.unnested = unnested;
  }

  /** The same for an expression that belongs to something else. */
  withPart(part: Part): TranslationContext {
    return new TranslationContext(this.#translators, this.scope, this.windows, part, this.unnested);
  }

  /** Translates an expression within this one. */
  translate(node: Node | undefined): Expression {
    const part = new Part();
    this.part.parts.push(part);
    const expression = this.#translators.expression(node, this.withPart(part));
    part.named(expression);
    return expression;
  }

  /** Translates a subquery of this expression. The columns of this query that it names are parts of the expression. */
  subquery(select: SelectStmt): Query {
    const { namedWithin } = this.scope;
    const before = namedWithin.length;
    const query = this.#translators.query(select, this.scope);
    this.part.parts.push(...namedWithin.slice(before));
    return query;
  }

  alias(): string {
    return this.#translators.alias();
  }

  seqOf(id: string): number {
    return this.#translators.seqOf(id);
  }
}
