import type { Node, SelectStmt } from "libpg-query";
import { QueryError } from "../types.ts";
import { TranslationContext, type Translators } from "./context.ts";
import { Scope } from "./scope.ts";

/** The tables that have one row for each invocation. */
const ONE_FOR_EACH = ["sys_invocation", "sys_invocation_status"];

/**
 * The row number by which the page that a query asks for can be found before it is read; `undefined`: it asks for none,
 * or for one of something else. SQLite would make every column of each row that is on the page for a while, which are
 * all rows when the newest come first.
 */
export function pageSeq(select: SelectStmt, { relations }: Scope): string | undefined {
  const [from, ...others] = select.fromClause ?? [];
  if (from === undefined || others.length > 0 || !("RangeVar" in from)) return undefined;
  if (!ONE_FOR_EACH.includes(from.RangeVar.relname ?? "")) return undefined;
  const { groupClause, havingClause, distinctClause, sortClause, limitCount, targetList = [] } = select;
  if (groupClause !== undefined || havingClause !== undefined || distinctClause !== undefined) return undefined;
  if (sortClause === undefined || limitCount === undefined) return undefined;
  // A function may be an aggregate or a window's.
  if (JSON.stringify([targetList, sortClause]).includes('"FuncCall"')) return undefined;
  return relations[0]?.columns.find(({ seqSql }) => seqSql !== undefined)?.seqSql;
}

/** LIMIT and OFFSET, which know nothing of the query's own tables; empty without them. */
export function limitSql({ limitCount, limitOffset }: SelectStmt, { outer }: Scope, translators: Translators): string {
  const number = (node: Node | undefined): string | undefined => {
    if (node === undefined) return undefined;
    const { literal, sql, type } = new TranslationContext(translators, new Scope(outer)).translate(node);
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
