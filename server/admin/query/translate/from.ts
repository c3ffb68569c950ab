import type { Alias, JoinExpr, Node, RangeFunction, RangeVar } from "libpg-query";
import { notOffered } from "../functions/index.ts";
import { type Column, SEQ_COLUMNS, tableColumns } from "../tables/index.ts";
import { identifier, type OutputColumn, type Relation, type ScopeColumn } from "../terms.ts";
import { elementOf, isList, QueryError, unsupported } from "../types.ts";
import { renamed } from "./columns.ts";
import { TranslationContext, type Translators } from "./context.ts";
import { equal } from "./operators.ts";
import type { Scope } from "./scope.ts";

const JOINS: Readonly<Record<string, string>> = {
  JOIN_INNER: "JOIN",
  JOIN_LEFT: "LEFT JOIN",
  JOIN_RIGHT: "RIGHT JOIN",
  JOIN_FULL: "FULL JOIN",
};

interface Item {
  readonly sql: string;
  readonly relations: readonly Relation[];
}

/** Translates FROM clauses. */
export class FromTranslator {
  readonly #translators: Translators;

  constructor(translators: Translators) {
    this.#translators = translators;
  }

  /** Adds the tables of the clause to the scope, and returns its SQL; `undefined` when it is empty. */
  clause(nodes: readonly Node[], scope: Scope): string | undefined {
    if (nodes.length === 0) return undefined;
    const parts = nodes.map((node) => {
      const item = this.#item(node, scope);
      scope.relations = [...scope.relations, ...item.relations];
      return "JoinExpr" in node && nodes.length > 1 ? `(${item.sql})` : item.sql;
    });
    const names = scope.relations.flatMap(({ name }) => (name === undefined ? [] : [name]));
    const duplicate = names.find((name, index) => names.indexOf(name) !== index);
    if (duplicate !== undefined)
      throw new QueryError(
        `Error during planning: The table name ${duplicate} stands twice in FROM. Name one with AS.`,
      );
    return parts.join(", ");
  }

  #item(node: Node, scope: Scope): Item {
    if ("RangeVar" in node) return this.#table(node.RangeVar, scope);
    if ("JoinExpr" in node) return this.#join(node.JoinExpr, scope);
    if ("RangeFunction" in node) return this.#function(node.RangeFunction, scope);
    if ("RangeSubselect" in node) {
      const { subquery, alias, lateral } = node.RangeSubselect;
      if (lateral === true) return unsupported("LATERAL");
      if (subquery === undefined || !("SelectStmt" in subquery)) return unsupported("a subquery that is no SELECT");
      const query = this.#translators.query(subquery.SelectStmt, scope);
      const sqlAlias = this.#translators.alias();
      return {
        sql: `(${query.sql}) AS ${sqlAlias}`,
        relations:
          alias === undefined
            ? unnamed(query.columns, sqlAlias)
            : [{ name: alias.aliasname, columns: renamed(query.columns, namesOf(alias), sqlAlias) }],
      };
    }
    if ("RangeTableSample" in node) return unsupported("TABLESAMPLE");
    return unsupported(Object.keys(node)[0] ?? "this form of FROM");
  }

  #table({ schemaname, relname = "", alias }: RangeVar, scope: Scope): Item {
    const sqlAlias = this.#translators.alias();
    const cte = schemaname === undefined ? scope.cte(relname) : undefined;
    if (cte !== undefined) {
      // The name under which the SQL knows it is the relation's own.
      const columns = renamed(cte.columns, namesOf(alias), sqlAlias);
      return { sql: `${cte.name} AS ${sqlAlias}`, relations: [{ name: alias?.aliasname ?? relname, columns }] };
    }
    const columns = tableColumns(schemaname, relname);
    const view = schemaname === "information_schema" ? `information_schema.${relname}` : relname;
    const seqs = SEQ_COLUMNS[view] ?? {};
    const names = namesOf(alias);
    return {
      sql: `temp.${identifier(view)} AS ${sqlAlias}`,
      relations: [
        {
          name:
            alias?.aliasname ??
            (schemaname === undefined ? relname : `${schemaname}.${relname}`.replace(/^public\./, "")),
          columns: columns.map(({ name, type }, index): ScopeColumn => {
            const seq = seqs[name];
            return {
              name: names[index] ?? name,
              type,
              sql: `${sqlAlias}.${identifier(name)}`,
              seqSql: seq === undefined ? undefined : `${sqlAlias}.${seq}`,
            };
          }),
        },
      ],
    };
  }

  #join(node: JoinExpr, scope: Scope): Item {
    const { jointype = "JOIN_INNER", larg, rarg, usingClause, quals, isNatural, alias } = node;
    if (larg === undefined || rarg === undefined || alias !== undefined) return unsupported("this form of JOIN");
    const word = JOINS[jointype] ?? unsupported(jointype);
    const before = scope.relations;
    const left = joinSide(this.#item(larg, scope), jointype === "JOIN_RIGHT" || jointype === "JOIN_FULL");
    scope.relations = [...before, ...left.relations];
    const right = joinSide(this.#item(rarg, scope), jointype === "JOIN_LEFT" || jointype === "JOIN_FULL");
    scope.relations = before;
    const rightSql = "JoinExpr" in rarg ? `(${right.sql})` : right.sql;
    const shared =
      isNatural === true
        ? left.relations
            .flatMap(({ columns }) => columns.map(({ name }) => name))
            .filter((name) => hasColumn(right, name))
        : (usingClause ?? []).map((name) => ("String" in name ? (name.String.sval ?? "") : ""));
    if (shared.length > 0) {
      const conditions = shared.map((name) => this.#sharedColumn(left, right, name));
      return {
        sql: `${left.sql} ${word} ${rightSql} ON ${conditions.join(" AND ")}`,
        relations: [...left.relations, ...right.relations.map((relation) => merged(relation, shared))],
      };
    }
    const relations = [...left.relations, ...right.relations];
    if (quals === undefined)
      return { sql: `${left.sql} ${word} ${rightSql}${word === "JOIN" ? "" : " ON 1"}`, relations };
    scope.relations = [...before, ...relations];
    const condition = this.#context(scope).translate(quals);
    scope.relations = before;
    return { sql: `${left.sql} ${word} ${rightSql} ON ${condition.sql}`, relations };
  }

  #sharedColumn(left: Item, right: Item, name: string): string {
    const columnOf = (item: Item) => {
      const column = item.relations.flatMap(({ columns }) => columns).find((candidate) => candidate.name === name);
      if (column === undefined) throw new QueryError(`Schema error: No field named ${name}.`);
      return { ...column, name };
    };
    return equal(columnOf(left), columnOf(right), this.#translators);
  }

  /** `unnest(list)` and `generate_series(from, to[, step])` as tables. */
  #function({ functions = [], alias, ordinality }: RangeFunction, scope: Scope): Item {
    if (ordinality === true) return unsupported("WITH ORDINALITY");
    const [only, ...more] = functions;
    const call = only !== undefined && "List" in only ? only.List.items?.[0] : only;
    if (call === undefined || more.length > 0 || !("FuncCall" in call)) return unsupported("this function in FROM");
    const last = call.FuncCall.funcname?.at(-1);
    const name = last !== undefined && "String" in last ? (last.String.sval ?? "") : "";
    const args = (call.FuncCall.args ?? []).map((arg) => this.#context(scope).translate(arg));
    const sqlAlias = this.#translators.alias();
    const relation = (column: Pick<Column, "name" | "type">, sql: string): Relation[] => [
      {
        name: alias?.aliasname ?? name,
        columns: [{ ...column, name: namesOf(alias)[0] ?? column.name, sql, seqSql: undefined }],
      },
    ];
    const [first, second, step] = args;
    if (name === "unnest" && first !== undefined && isList(first.type)) {
      return {
        sql: `json_each(${first.sql}) AS ${sqlAlias}`,
        relations: relation({ name: `UNNEST(${first.name})`, type: elementOf(first.type) }, `${sqlAlias}.value`),
      };
    }
    if (name === "range") return notOffered(name);
    // For a row of each hour or day, those without an invocation as well; and tests of limits make many rows with it.
    if (name === "generate_series" && first !== undefined) {
      const [from, to] = second === undefined ? ["0", first.sql] : [first.sql, second.sql];
      const by = step?.sql ?? "1";
      const condition = `(${by} > 0 AND value <= ${to}) OR (${by} < 0 AND value >= ${to})`;
      const rows = `WITH RECURSIVE series(value) AS (SELECT ${from} UNION ALL SELECT value + ${by} FROM series WHERE ${condition})`;
      return {
        sql: `(${rows} SELECT value AS _0 FROM series WHERE ${condition}) AS ${sqlAlias}`,
        relations: relation({ name: "value", type: "Int64" }, `${sqlAlias}._0`),
      };
    }
    throw new QueryError(`Error during planning: table function '${name}' not found`);
  }

  #context(scope: Scope): TranslationContext {
    return new TranslationContext(this.#translators, scope);
  }
}

/** A side of a join. Where rows of nulls are added to it, one column does not settle another. */
function joinSide(item: Item, hasNulls: boolean): Item {
  if (!hasNulls) return item;
  const relations = item.relations.map((relation) => ({
    ...relation,
    columns: relation.columns.map((column) => ({ ...column, fixedBy: undefined })),
  }));
  return { ...item, relations };
}

/** A subquery without a name: its columns keep the names of the tables that they come from. */
function unnamed(columns: readonly OutputColumn[], sqlAlias: string): Relation[] {
  const all = renamed(columns, [], sqlAlias);
  const qualifiers = [...new Set(columns.map(({ qualifier }) => qualifier))];
  return qualifiers.map((name) => ({ name, columns: all.filter((_, index) => columns[index]?.qualifier === name) }));
}

function namesOf(alias: Alias | undefined): string[] {
  return (alias?.colnames ?? []).map((name) => ("String" in name ? (name.String.sval ?? "") : ""));
}

function hasColumn(item: Item, name: string): boolean {
  return item.relations.some(({ columns }) => columns.some((column) => column.name === name));
}

function merged(relation: Relation, shared: readonly string[]): Relation {
  return {
    ...relation,
    columns: relation.columns.map((column) => (shared.includes(column.name) ? { ...column, isMerged: true } : column)),
  };
}
