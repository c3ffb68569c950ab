import type { Node, SelectStmt } from "libpg-query";
import type { Expression, OutputColumn, Query } from "../terms.ts";
import { commonType, QueryError, type SqlType, unsupported } from "../types.ts";
import { named } from "./columns.ts";
import { TranslationContext, type Translators } from "./context.ts";
import { translateExpression } from "./expressions.ts";
import { ordinalOf } from "./names.ts";
import { orderSql, orderTerm } from "./order.ts";
import { limitSql } from "./page.ts";
import { plainSelect } from "./plain.ts";
import { type Cte, Scope } from "./scope.ts";

const SET_OPERATORS: Readonly<Record<string, string>> = {
  SETOP_UNION: "UNION",
  SETOP_INTERSECT: "INTERSECT",
  SETOP_EXCEPT: "EXCEPT",
};

/**
 * Translates SELECT statements to SQLite's dialect, those that are in others as well. Every table and column gets a name
 * of its own, so none can clash.
 */
export class SelectTranslator implements Translators {
  readonly #seqOf: (id: string) => number;
  #aliases = 0;

  /** @param seqOf the row number of an invocation; 0 for an id that no invocation has */
  constructor(seqOf: (id: string) => number) {
    this.#seqOf = seqOf;
  }

  /** A name for a table in the SQL. */
  alias(): string {
    return `t${++this.#aliases}`;
  }

  seqOf(id: string): number {
    return this.#seqOf(id);
  }

  expression(node: Node | undefined, context: TranslationContext): Expression {
    return translateExpression(node, context);
  }

  query(select: SelectStmt, outer: Scope | undefined): Query {
    const scope = new Scope(outer);
    const withSql = this.#ctes(select, scope);
    const inner =
      select.op !== undefined && select.op !== "SETOP_NONE"
        ? this.#compound(select, scope)
        : select.valuesLists !== undefined
          ? this.#values(select.valuesLists, select, scope)
          : plainSelect(select, scope, this);
    if ((select.lockingClause?.length ?? 0) > 0) return unsupported("FOR UPDATE");
    return withSql === "" ? inner : { ...inner, sql: `${withSql}${inner.sql}`, seqSql: undefined, isPlain: false };
  }

  #ctes({ withClause }: SelectStmt, scope: Scope): string {
    if (withClause === undefined) return "";
    const parts = (withClause.ctes ?? []).map((node) => {
      if (!("CommonTableExpr" in node)) return unsupported("this form of WITH");
      const { ctename = "", ctequery, aliascolnames = [] } = node.CommonTableExpr;
      if (ctequery === undefined || !("SelectStmt" in ctequery)) {
        throw new QueryError("Error during planning: WITH takes queries only", 400);
      }
      const select = ctequery.SelectStmt;
      const alias = this.alias();
      const names = aliascolnames.map((name) => ("String" in name ? (name.String.sval ?? "") : ""));
      const cte = (columns: readonly OutputColumn[]): Cte => ({ name: alias, columns: named(columns, names) });
      if (withClause.recursive === true && select.larg !== undefined) {
        const { columns } = this.query(select.larg, scope);
        scope.addCte(ctename, cte(columns.map(({ name, type }) => ({ name, type }))));
      }
      const query = this.query(select, scope);
      scope.addCte(ctename, cte(query.columns));
      return `${alias}(${query.columns.map((_, index) => `_${index}`).join(", ")}) AS (${query.sql})`;
    });
    return `WITH ${withClause.recursive === true ? "RECURSIVE " : ""}${parts.join(", ")} `;
  }

  #compound(select: SelectStmt, scope: Scope): Query {
    const { op = "", all, larg, rarg } = select;
    const word = SET_OPERATORS[op];
    if (word === undefined || larg === undefined || rarg === undefined) return unsupported(op);
    if (all === true && word !== "UNION") return unsupported(`${word} ALL`);
    const left = this.query(larg, scope);
    const right = this.query(rarg, scope);
    if (left.columns.length !== right.columns.length) {
      throw new QueryError(
        `Error during planning: ${word} queries have different number of columns: left has ${left.columns.length} columns whereas right has ${right.columns.length} columns`,
      );
    }
    const columns = left.columns.map(({ name, type }, index) => ({
      name,
      type: commonType(type, right.columns[index]?.type ?? "Null"),
    }));
    const sql = `${member(left)} ${word}${all === true ? " ALL" : ""} ${member(right)}`;
    const terms = (select.sortClause ?? []).map((term) =>
      orderTerm(term, (node) => {
        const ordinal = ordinalOf(
          node,
          columns.map(({ name }) => name),
        );
        return ordinal === undefined
          ? unsupported("ORDER BY an expression over a UNION")
          : { sql: String(ordinal), type: "Null", name: "" };
      }),
    );
    return { sql: `${sql}${orderSql(terms)}${limitSql(select, scope, this)}`, columns, isPlain: false };
  }

  #values(rows: readonly Node[], select: SelectStmt, scope: Scope): Query {
    const context = new TranslationContext(this, scope);
    const translated = rows.map((row) => {
      if (!("List" in row)) return unsupported("this form of VALUES");
      return (row.List.items ?? []).map((item) => context.translate(item));
    });
    const width = translated[0]?.length ?? 0;
    if (translated.some((row) => row.length !== width)) {
      throw new QueryError("Error during planning: Inconsistent data length across values list", 400);
    }
    const columns = Array.from({ length: width }, (_, index) => ({
      name: `column${index + 1}`,
      type: translated.reduce<SqlType>((type, row) => commonType(type, row[index]?.type ?? "Null"), "Null"),
    }));
    const list = columns.map((_, index) => `column${index + 1} AS _${index}`).join(", ");
    const tuples = translated.map((row) => `(${row.map(({ sql }) => sql).join(", ")})`).join(", ");
    return { sql: `SELECT ${list} FROM (VALUES ${tuples})${limitSql(select, scope, this)}`, columns, isPlain: true };
  }
}

/** A query as a side of a UNION. */
function member({ sql, isPlain }: Query): string {
  return isPlain ? sql : `SELECT * FROM (${sql})`;
}
