import type { Node, SelectStmt } from "libpg-query";
import { type Expression, type OutputColumn, Part, type Query, qualified } from "../terms.ts";
import { commonType, QueryError, type SqlType, unsupported } from "../types.ts";
import { named } from "./columns.ts";
import { TranslationContext, type Translators } from "./context.ts";
import { translateExpression } from "./expressions.ts";
import { FromTranslator } from "./from.ts";
import { grouped } from "./grouping.ts";
import { orderTerm } from "./order.ts";
import { pageSeq } from "./page.ts";
import { type Cte, Scope } from "./scope.ts";

interface Target {
  readonly expression: Expression;
  /** As others see it. */
  readonly name: string;
  readonly qualifier?: string | undefined;
  /** By which the real server tells columns apart. */
  readonly uniqueName: string;
  readonly part: Part;
}

const SET_OPERATORS: Readonly<Record<string, string>> = {
  SETOP_UNION: "UNION",
  SETOP_INTERSECT: "INTERSECT",
  SETOP_EXCEPT: "EXCEPT",
};

/** Translates SELECT statements to SQLite's dialect. Every table and column gets a name of its own, so none can clash. */
export class SelectTranslator implements Translators {
  readonly #from = new FromTranslator(this);
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
          : this.#plain(select, scope);
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
    return { sql: `${sql}${orderSql(terms)}${this.#limit(select, scope)}`, columns, isPlain: false };
  }

  #values(rows: readonly Node[], select: SelectStmt, scope: Scope): Query {
    const context = this.#context(scope);
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
    return { sql: `SELECT ${list} FROM (VALUES ${tuples})${this.#limit(select, scope)}`, columns, isPlain: true };
  }

  #context(scope: Scope, windows?: ReadonlyMap<string, Node>): TranslationContext {
    return new TranslationContext(this, scope, windows);
  }

  #plain(select: SelectStmt, scope: Scope): Query {
    if (select.intoClause !== undefined)
      throw new QueryError("Error during planning: DDL not supported: SELECT INTO", 400);
    const windows = new Map(
      (select.windowClause ?? []).flatMap((node) =>
        "WindowDef" in node ? [[node.WindowDef.name ?? "", node] as const] : [],
      ),
    );
    const context = this.#context(scope, windows);
    const from = this.#from.clause(select.fromClause ?? [], scope);
    const targets = (select.targetList ?? []).flatMap((node) => this.#targets(node, context));
    if (targets.length === 0) throw new QueryError("SQL error: a SELECT needs an expression", 400);
    rejectDuplicates(targets);
    const filter = this.#context(scope, windows);
    const where = select.whereClause === undefined ? undefined : filter.translate(select.whereClause);
    if (filter.part.hasAggregate())
      throw new QueryError("Error during planning: WHERE takes no aggregate functions. Put it into HAVING.", 400);

    scope.aliases = new Map(targets.map(({ name, expression }) => [name, expression]));
    const names = targets.map(({ name }) => name);
    const byOrdinal = (node: Node): Expression | undefined => {
      const ordinal = ordinalOf(node, []);
      return ordinal === undefined ? undefined : (targets[ordinal - 1]?.expression ?? outOfRange(ordinal));
    };
    const groups = (select.groupClause ?? []).map((node) => {
      if ("GroupingSet" in node) return unsupported("GROUPING SETS, ROLLUP and CUBE");
      return (byOrdinal(node) ?? this.#key(node, context)).sql;
    });
    const kept = context.withPart(new Part());
    const having = select.havingClause === undefined ? undefined : kept.translate(select.havingClause);
    const sorted = context.withPart(new Part());
    const keyOf = (node: Node, isNumbered: boolean): Expression => {
      const ordinal = ordinalOf(node, names);
      if (ordinal === undefined) return this.#key(node, sorted);
      const expression = targets[ordinal - 1]?.expression ?? outOfRange(ordinal);
      return isNumbered ? { ...expression, sql: String(ordinal) } : expression;
    };
    const sortClause = select.sortClause ?? [];
    const terms = sortClause.map((term) => orderTerm(term, (node) => keyOf(node, true)));
    const distinct = select.distinctClause ?? [];
    if (distinct.some((node) => Object.keys(node).length > 0)) return unsupported("DISTINCT ON");

    const { fixed, isAggregated, needsCount } = grouped({
      results: targets.map(({ part }) => part),
      keys: groups,
      merged: (select.groupClause ?? []).flatMap((node) => scope.merged(simpleName(node))),
      having: having === undefined ? undefined : kept.part,
      order: sorted.part,
      isDistinct: distinct.length > 0,
      scope,
    });
    if (isAggregated && context.unnested.length > 0)
      return unsupported("unnest beside an aggregate function or GROUP BY");

    const sources = [...(from === undefined ? [] : [from]), ...context.unnested];
    const rest = [
      sources.length === 0 ? "" : ` FROM ${sources.join(", ")}`,
      where === undefined ? "" : ` WHERE ${where.sql}`,
      groups.length === 0 ? "" : ` GROUP BY ${groups.join(", ")}`,
      having === undefined ? "" : ` HAVING ${having.sql}`,
      orderSql(terms),
      this.#limit(select, scope),
    ].join("");
    const head = `SELECT ${distinct.length > 0 ? "DISTINCT " : ""}`;
    const [only] = targets;
    const shown = `${head}${targets.map(({ expression: { sql } }, index) => `${needsCount ? `CASE WHEN count(*) >= 0 THEN ${sql} END` : sql} AS _${index}`).join(", ")}`;
    const seq = context.unnested.length > 0 ? undefined : pageSeq(select, scope);
    const page = () => {
      const keys = sortClause.map((term) => orderTerm(term, (node) => keyOf(node, false)));
      const condition = where === undefined ? "" : ` WHERE ${where.sql}`;
      return ` FROM ${from} WHERE ${seq} IN (SELECT ${seq} FROM ${from}${condition}${orderSql(keys)}${this.#limit(select, scope)})${orderSql(terms)}`;
    };
    return {
      sql: `${shown}${seq === undefined ? rest : page()}`,
      columns: targets.map(({ name, expression, qualifier }, index) => ({
        name,
        type: expression.type,
        qualifier,
        fixedBy: fixed[index],
      })),
      seqSql:
        targets.length === 1 && only?.expression.seqSql !== undefined && terms.length === 0
          ? `${head}${only.expression.seqSql} AS _0${rest}`
          : undefined,
      isPlain: terms.length === 0 && select.limitCount === undefined && select.limitOffset === undefined,
    };
  }

  /** What is sorted or grouped by and is none of the results. @throws QueryError 400 when it names nothing */
  #key(node: Node, context: TranslationContext): Expression {
    try {
      return context.translate(node);
    } catch (error) {
      // The real server finds a wrong name here before it plans, so it is a bad request.
      if (error instanceof QueryError && error.message.startsWith("Schema error"))
        throw new QueryError(error.message, 400);
      throw error;
    }
  }

  #targets(node: Node, context: TranslationContext): Target[] {
    if (!("ResTarget" in node)) return unsupported("this form of a result");
    const { name, val } = node.ResTarget;
    if (val !== undefined && "ColumnRef" in val) {
      const fields = val.ColumnRef.fields ?? [];
      const last = fields.at(-1);
      if (last !== undefined && "A_Star" in last) {
        const qualifier = fields.at(-2);
        const alias = qualifier !== undefined && "String" in qualifier ? qualifier.String.sval : undefined;
        return context.scope.star(alias).map(({ relation, column }) => ({
          expression: {
            sql: column.sql,
            type: column.type,
            name: qualified(relation, column.name),
            seqSql: column.seqSql,
          },
          name: column.name,
          qualifier: relation.name,
          uniqueName: "",
          part: new Part().ofColumn(relation, column),
        }));
      }
      const result = this.#result(val, context);
      const own = last !== undefined && "String" in last ? (last.String.sval ?? "") : "";
      const qualifier =
        name === undefined ? context.scope.find(stringOf(fields.at(-2)), own)?.relation.name : undefined;
      return [{ ...result, name: name ?? own, qualifier, uniqueName: name ?? result.expression.name }];
    }
    const result = this.#result(val, context);
    return [{ ...result, name: name ?? result.expression.name, uniqueName: name ?? result.expression.name }];
  }

  #result(node: Node | undefined, context: TranslationContext): Pick<Target, "expression" | "part"> {
    const part = new Part();
    const expression = context.withPart(part).translate(node);
    return { expression, part: part.named(expression) };
  }

  #limit({ limitCount, limitOffset }: SelectStmt, scope: Scope): string {
    if (limitCount === undefined && limitOffset === undefined) return "";
    const number = (node: Node | undefined): string | undefined => {
      if (node === undefined) return undefined;
      const { literal, sql, type } = this.#context(new Scope(scope.outer)).translate(node);
      if (literal === null) return undefined;
      if (type !== "Int64")
        throw new QueryError(`Error during planning: Expected LIMIT to be an integer, but got ${type}`);
      if (typeof literal === "number" && literal < 0)
        throw new QueryError(`Error during planning: LIMIT and OFFSET must be >= 0, and not ${literal}`);
      return sql;
    };
    const count = number(limitCount);
    const offset = number(limitOffset);
    if (count === undefined && offset === undefined) return "";
    return ` LIMIT ${count ?? -1}${offset === undefined ? "" : ` OFFSET ${offset}`}`;
  }
}

function stringOf(node: Node | undefined): string | undefined {
  return node !== undefined && "String" in node ? node.String.sval : undefined;
}

function member({ sql, isPlain }: Query): string {
  return isPlain ? sql : `SELECT * FROM (${sql})`;
}

function orderSql(terms: readonly { sql: string }[]): string {
  return terms.length === 0 ? "" : ` ORDER BY ${terms.map(({ sql }) => sql).join(", ")}`;
}

/** Which result a term of ORDER BY or GROUP BY means, by its number or its name. */
function ordinalOf(node: Node, names: readonly string[]): number | undefined {
  if ("A_Const" in node && node.A_Const.ival !== undefined) return node.A_Const.ival.ival ?? 0;
  const at = names.indexOf(simpleName(node) ?? "");
  return at < 0 ? undefined : at + 1;
}

/** `name` of a column that is named without its table. */
function simpleName(node: Node): string | undefined {
  if (!("ColumnRef" in node)) return undefined;
  const [field, ...more] = node.ColumnRef.fields ?? [];
  return more.length > 0 ? undefined : stringOf(field);
}

function outOfRange(ordinal: number): never {
  throw new QueryError(`Error during planning: Cannot find column with position ${ordinal} in SELECT clause`);
}

function rejectDuplicates(targets: readonly Target[]): void {
  const seen = new Map<string, number>();
  targets.forEach(({ uniqueName }, position) => {
    const before = uniqueName === "" ? undefined : seen.get(uniqueName);
    if (before !== undefined) {
      throw new QueryError(
        `Error during planning: Projections require unique expression names but "${uniqueName}" stands at position ${before} and at position ${position}. Name one of them with AS.`,
        400,
      );
    }
    seen.set(uniqueName, position);
  });
}
