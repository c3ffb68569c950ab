import type { Node } from "libpg-query";
import type { Expression } from "../terms.ts";
import { unsupported } from "../types.ts";

export interface OrderTerm {
  readonly sql: string;
  /** As the real server shows it within the name of a result. */
  readonly name: string;
}

/** One term of ORDER BY. The real server puts nulls last when it goes up, and first when it goes down. */
export function orderTerm(node: Node, translateKey: (node: Node) => Expression): OrderTerm {
  if (!("SortBy" in node) || node.SortBy.node === undefined) return unsupported("this form of ORDER BY");
  const { sortby_dir, sortby_nulls } = node.SortBy;
  if (sortby_dir === "SORTBY_USING") return unsupported("ORDER BY … USING");
  const isDescending = sortby_dir === "SORTBY_DESC";
  const areNullsFirst = sortby_nulls === "SORTBY_NULLS_FIRST" || (sortby_nulls !== "SORTBY_NULLS_LAST" && isDescending);
  const direction = `${isDescending ? "DESC" : "ASC"} ${areNullsFirst ? "NULLS FIRST" : "NULLS LAST"}`;
  const { sql, name } = translateKey(node.SortBy.node);
  return { sql: `${sql} ${direction}`, name: `${name} ${direction}` };
}

/** The clause; empty without terms. */
export function orderSql(terms: readonly OrderTerm[]): string {
  return terms.length === 0 ? "" : ` ORDER BY ${terms.map(({ sql }) => sql).join(", ")}`;
}
