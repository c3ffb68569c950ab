/** What a node of PostgreSQL's tree says when it is a name or a number. */
import type { Node } from "libpg-query";

export function stringOf(node: Node | undefined): string | undefined {
  return node !== undefined && "String" in node ? node.String.sval : undefined;
}

/** `name` of a column that is named without its table. */
export function simpleName(node: Node): string | undefined {
  if (!("ColumnRef" in node)) return undefined;
  const [field, ...more] = node.ColumnRef.fields ?? [];
  return more.length > 0 ? undefined : stringOf(field);
}

/** Which result a term of ORDER BY or GROUP BY means, by its number or its name; counted from 1. */
export function ordinalOf(node: Node, names: readonly string[]): number | undefined {
  if ("A_Const" in node && node.A_Const.ival !== undefined) return node.A_Const.ival.ival ?? 0;
  const at = names.indexOf(simpleName(node) ?? "");
  return at < 0 ? undefined : at + 1;
}
