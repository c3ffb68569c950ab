import type { A_Expr, Node } from "libpg-query";
import { coerceTo, comparable, timeArithmetic } from "../functions/index.ts";
import { type Expression, text } from "../terms.ts";
import { isList, isNumber, isText, QueryError, type SqlType, unsupported } from "../types.ts";
import type { TranslationContext } from "./context.ts";

const COMPARISONS: Readonly<Record<string, string>> = {
  "=": "=",
  "==": "=",
  "<>": "<>",
  "!=": "<>",
  "<": "<",
  ">": ">",
  "<=": "<=",
  ">=": ">=",
};

const REGULAR: Readonly<Record<string, readonly [negated: boolean, flags: string]>> = {
  "~": [false, ""],
  "~*": [false, "i"],
  "!~": [true, ""],
  "!~*": [true, "i"],
};

/** Who knows the row numbers of invocations. */
type Invocations = Pick<TranslationContext, "seqOf">;

/** Translates an operator of whatever kind. */
export function translateOperator(node: A_Expr, context: TranslationContext): Expression {
  const symbol = nameOf(node);
  switch (node.kind) {
    case "AEXPR_OP":
      if (node.lexpr === undefined) return unary(symbol, context.translate(node.rexpr));
      return binary(symbol, context.translate(node.lexpr), context.translate(node.rexpr), context);
    case "AEXPR_DISTINCT":
    case "AEXPR_NOT_DISTINCT": {
      const left = context.translate(node.lexpr);
      const right = context.translate(node.rexpr);
      const [a, b] = comparable(left, right);
      const isDistinct = node.kind === "AEXPR_DISTINCT";
      const words = isDistinct ? "IS DISTINCT FROM" : "IS NOT DISTINCT FROM";
      return {
        sql: `(${a} ${isDistinct ? "IS NOT" : "IS"} ${b})`,
        type: "Boolean",
        name: `${left.name} ${words} ${right.name}`,
      };
    }
    case "AEXPR_IN":
      return membership(context.translate(node.lexpr), itemsOf(node.rexpr, context), symbol === "<>", context);
    case "AEXPR_LIKE":
    case "AEXPR_ILIKE":
      return like(node, context);
    case "AEXPR_SIMILAR":
      return similar(node, context);
    case "AEXPR_BETWEEN":
    case "AEXPR_NOT_BETWEEN":
    case "AEXPR_BETWEEN_SYM":
    case "AEXPR_NOT_BETWEEN_SYM":
      return between(node, context);
    case "AEXPR_NULLIF": {
      const left = context.translate(node.lexpr);
      const right = context.translate(node.rexpr);
      const [a, b] = comparable(left, right);
      return {
        sql: `CASE WHEN ${a} = ${b} THEN NULL ELSE ${left.sql} END`,
        type: left.type,
        name: `nullif(${left.name},${right.name})`,
      };
    }
    case "AEXPR_OP_ANY": {
      const value = context.translate(node.lexpr);
      const items = context.translate(node.rexpr);
      if (symbol !== "=" || !isList(items.type)) return unsupported(`${symbol} ANY`);
      return {
        sql: `(${value.sql} IN (SELECT value FROM json_each(${items.sql})))`,
        type: "Boolean",
        name: `array_has(${items.name},${value.name})`,
      };
    }
    default:
      return unsupported(`the operator ${symbol}`);
  }
}

function nameOf({ name = [] }: A_Expr): string {
  const last = name.at(-1);
  return last !== undefined && "String" in last ? (last.String.sval ?? "") : "";
}

function itemsOf(node: Node | undefined, context: TranslationContext): Expression[] {
  if (node === undefined || !("List" in node)) return unsupported("IN without a list");
  return (node.List.items ?? []).map((item) => context.translate(item));
}

function unary(symbol: string, arg: Expression): Expression {
  if (symbol !== "-" && symbol !== "+") return unsupported(`the operator ${symbol}`);
  if (!isNumber(arg.type) && arg.type !== "Null" && arg.type !== "Duration(ms)") {
    throw new QueryError(`Error during planning: Negation only supports numeric, interval and timestamp types`);
  }
  return {
    sql: `(${symbol}${arg.sql})`,
    type: arg.type.startsWith("UInt") ? "Int64" : arg.type,
    name: `(${symbol} ${arg.name})`,
  };
}

/** Ids are compared by row number, which has an index, wherever both sides have one. */
function sameInvocation(left: Expression, right: Expression, context: Invocations): string | undefined {
  if (left.seqSql !== undefined && right.seqSql !== undefined) return `${left.seqSql} = ${right.seqSql}`;
  if (left.seqSql !== undefined && typeof right.literal === "string")
    return `${left.seqSql} = ${context.seqOf(right.literal)}`;
  if (right.seqSql !== undefined && typeof left.literal === "string")
    return `${right.seqSql} = ${context.seqOf(left.literal)}`;
  return undefined;
}

export function equal(left: Expression, right: Expression, context: Invocations): string {
  const same = sameInvocation(left, right, context);
  if (same !== undefined) return `(${same})`;
  const [a, b] = comparable(left, right);
  return `(${a} = ${b})`;
}

function membership(
  value: Expression,
  items: readonly Expression[],
  isNegated: boolean,
  context: TranslationContext,
): Expression {
  const name = `${value.name} ${isNegated ? "NOT IN" : "IN"} ([${items.map((item) => item.name).join(", ")}])`;
  const operator = isNegated ? "NOT IN" : "IN";
  if (value.seqSql !== undefined && items.every(({ literal }) => typeof literal === "string")) {
    const seqs = items.map(({ literal }) => context.seqOf(String(literal)));
    return { sql: `(${value.seqSql} ${operator} (${seqs.join(", ")}))`, type: "Boolean", name };
  }
  const left = items.reduce((sql, item) => (sql === value.sql ? comparable(value, item)[0] : sql), value.sql);
  const list = items.map((item) => comparable(value, item)[1]).join(", ");
  return { sql: `(${left} ${operator} (${list}))`, type: "Boolean", name };
}

function between(node: A_Expr, context: TranslationContext): Expression {
  const value = context.translate(node.lexpr);
  const [from, to] = itemsOf(node.rexpr, context);
  if (from === undefined || to === undefined || node.kind?.endsWith("_SYM") === true)
    return unsupported("BETWEEN SYMMETRIC");
  const [a, low] = comparable(value, from);
  const [b, high] = comparable(value, to);
  const isNegated = node.kind === "AEXPR_NOT_BETWEEN";
  return {
    sql: `(${isNegated ? "NOT " : ""}(${a} >= ${low} AND ${b} <= ${high}))`,
    type: "Boolean",
    name: `${value.name} ${isNegated ? "NOT BETWEEN" : "BETWEEN"} ${from.name} AND ${to.name}`,
  };
}

/** `x LIKE pattern [ESCAPE character]`. SQLite's LIKE tells cases apart here (database.ts). */
function like(node: A_Expr, context: TranslationContext): Expression {
  const isInsensitive = node.kind === "AEXPR_ILIKE";
  const isNegated = nameOf(node).startsWith("!");
  const left = context.translate(node.lexpr);
  const { pattern, escapedBy } = patternOf(node.rexpr, context);
  const [a, b] = [coerceTo(left, "Utf8").sql, coerceTo(pattern, "Utf8").sql];
  const [value, wanted] = isInsensitive ? [`lower(${a})`, `lower(${b})`] : [a, b];
  const word = `${isNegated ? "NOT " : ""}${isInsensitive ? "ILIKE" : "LIKE"}`;
  return {
    sql: `(${value} ${isNegated ? "NOT LIKE" : "LIKE"} ${wanted} ESCAPE ${text(escapedBy)})`,
    type: "Boolean",
    name: `${left.name} ${word} ${pattern.name}`,
  };
}

function patternOf(node: Node | undefined, context: TranslationContext): { pattern: Expression; escapedBy: string } {
  if (node !== undefined && "FuncCall" in node) {
    const [pattern, escapedBy] = node.FuncCall.args ?? [];
    const last = node.FuncCall.funcname?.at(-1);
    if (last !== undefined && "String" in last && last.String.sval === "like_escape") {
      const character = context.translate(escapedBy).literal;
      if (typeof character !== "string" || character.length !== 1)
        return unsupported("ESCAPE with other than one character");
      return { pattern: context.translate(pattern), escapedBy: character };
    }
  }
  return { pattern: context.translate(node), escapedBy: "\\" };
}

function similar(node: A_Expr, context: TranslationContext): Expression {
  const value = context.translate(node.lexpr);
  // PostgreSQL's parser wraps the pattern.
  const wrapped = node.rexpr !== undefined && "FuncCall" in node.rexpr ? node.rexpr.FuncCall.args?.[0] : node.rexpr;
  const pattern = context.translate(wrapped);
  const isNegated = nameOf(node).startsWith("!");
  const sql = `rl_regexp_like(${value.sql}, rl_similar(${pattern.sql}))`;
  return {
    sql: isNegated ? `(NOT ${sql})` : sql,
    type: "Boolean",
    name: `${value.name} ${isNegated ? "NOT SIMILAR" : "SIMILAR"} TO ${pattern.name}`,
  };
}

function binary(symbol: string, left: Expression, right: Expression, context: TranslationContext): Expression {
  const name = `${left.name} ${symbol === "==" ? "=" : symbol === "<>" ? "!=" : symbol} ${right.name}`;
  const comparison = COMPARISONS[symbol];
  if (comparison !== undefined) {
    if (comparison === "=") return { sql: equal(left, right, context), type: "Boolean", name };
    if (comparison === "<>") {
      const same = sameInvocation(left, right, context);
      if (same !== undefined) return { sql: `(NOT ${same})`, type: "Boolean", name };
    }
    const [a, b] = comparable(left, right);
    return { sql: `(${a} ${comparison} ${b})`, type: "Boolean", name };
  }
  const regular = REGULAR[symbol];
  if (regular !== undefined) {
    const [isNegated, flags] = regular;
    const sql = `rl_regexp_like(${left.sql}, ${right.sql}, '${flags}')`;
    return { sql: isNegated ? `(NOT ${sql})` : sql, type: "Boolean", name };
  }
  switch (symbol) {
    case "||":
      if (isList(left.type) || isList(right.type)) return unsupported("|| of lists");
      return { sql: `(${coerceTo(left, "Utf8").sql} || ${coerceTo(right, "Utf8").sql})`, type: "Utf8", name };
    case "->>":
      return {
        sql: `rl_json('text', ${left.sql}, ${right.sql})`,
        type: "Utf8",
        name: `${left.name} ->> ${right.name}`,
      };
    case "->":
      return { sql: `rl_json('any', ${left.sql}, ${right.sql})`, type: "Utf8", name: `${left.name} -> ${right.name}` };
    case "~~":
    case "!~~": {
      const sql = `(${left.sql} ${symbol === "~~" ? "LIKE" : "NOT LIKE"} ${right.sql} ESCAPE '\\')`;
      return { sql, type: "Boolean", name };
    }
    case "+":
    case "-":
    case "*":
    case "/":
    case "%":
      return arithmetic(symbol, left, right, name);
    case "&":
    case "|":
    case "<<":
    case ">>":
      return { sql: `(${left.sql} ${symbol} ${right.sql})`, type: "Int64", name };
    case "#":
      return { sql: `((${left.sql} | ${right.sql}) - (${left.sql} & ${right.sql}))`, type: "Int64", name };
    default:
      return unsupported(`the operator ${symbol}`);
  }
}

function arithmetic(symbol: string, left: Expression, right: Expression, name: string): Expression {
  const timed = timeArithmetic(symbol, left, right);
  if (timed !== undefined) return { ...timed, name };
  const numeric = (side: Expression): string => {
    if (isText(side.type)) {
      return coerceTo(side, typeof side.literal === "string" && /^-?\d+$/.test(side.literal) ? "Int64" : "Float64").sql;
    }
    if (!isNumber(side.type) && side.type !== "Null") {
      throw new QueryError(
        `Error during planning: Cannot coerce arithmetic expression ${left.type} ${symbol} ${right.type} to valid types`,
      );
    }
    return side.sql;
  };
  const type: SqlType =
    left.type === "Float64" || right.type === "Float64"
      ? "Float64"
      : left.type.startsWith("UInt") && right.type.startsWith("UInt")
        ? "UInt64"
        : "Int64";
  if (symbol === "%" && type === "Float64") return { sql: `mod(${numeric(left)}, ${numeric(right)})`, type, name };
  // What our functions return is a floating point number to SQLite, whatever its type here.
  if ((symbol === "/" || symbol === "%") && type !== "Float64") {
    return {
      sql: `(CAST(${numeric(left)} AS INTEGER) ${symbol} CAST(rl_divisor(${numeric(right)}) AS INTEGER))`,
      type,
      name,
    };
  }
  return { sql: `(${numeric(left)} ${symbol} ${numeric(right)})`, type, name };
}
