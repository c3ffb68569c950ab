/** How functions are defined: how many arguments they take, and what they become in SQLite. */

import type { Expression, TypedSql } from "../terms.ts";
import { commonType, type SqlType } from "../types.ts";
import { coerceTo } from "./casts.ts";

export interface Definition {
  readonly arity: readonly [from: number, to: number];
  readonly translate: (args: readonly Expression[]) => TypedSql;
}

export const MANY = Number.POSITIVE_INFINITY;

/** The arguments of a call, in SQL. */
export const list = (args: readonly Expression[]): string => args.map(({ sql }) => sql).join(", ");

/** A function of SQLite (or one of ours) with the same arguments. */
export function same(
  name: string,
  type: SqlType | ((args: readonly Expression[]) => SqlType),
  from: number,
  to = from,
): Definition {
  return {
    arity: [from, to],
    translate: (args) => ({ sql: `${name}(${list(args)})`, type: typeof type === "string" ? type : type(args) }),
  };
}

/** A function of one argument. */
export function one(type: SqlType, sql: (arg: string, expression: Expression) => string): Definition {
  return {
    arity: [1, 1],
    translate: (args) => {
      const [arg] = args as [Expression];
      return { sql: sql(arg.sql, arg), type };
    },
  };
}

/** The type of the first argument. */
export const first = (args: readonly Expression[]): SqlType => args[0]?.type ?? "Null";
/** The type that holds the values of all arguments. */
export const common = (args: readonly Expression[]): SqlType =>
  args.reduce<SqlType>((type, arg) => commonType(type, arg.type), "Null");
/** The arguments of a call as texts. */
export const asText = (args: readonly Expression[]): string => args.map((arg) => coerceTo(arg, "Utf8").sql).join(", ");

/** A function of SQLite (or one of ours) whose arguments are texts. */
export function ofTexts(name: string, type: SqlType, from: number, to = from): Definition {
  return { arity: [from, to], translate: (args) => ({ sql: `${name}(${asText(args)})`, type }) };
}
