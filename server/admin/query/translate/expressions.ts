import type { A_Const, BoolExpr, ColumnRef, Node, SubLink, TypeCast } from "libpg-query";
import { arrayOf, call, coerceTo, element, literalInterval, toTimestamp, typeNamed } from "../functions/index.ts";
import { type Expression, Part, qualified, text } from "../terms.ts";
import { commonType, QueryError, type SqlType, unsupported } from "../types.ts";
import { translateCall } from "./calls.ts";
import type { TranslationContext } from "./context.ts";
import { translateOperator } from "./operators.ts";

/** Translates one node of PostgreSQL's tree. Whatever is in it goes through the context's `translate`. */
export function translateExpression(node: Node | undefined, context: TranslationContext): Expression {
  if (node === undefined) return unsupported("an empty expression");
  const inner = (child: Node | undefined) => context.translate(child);
  if ("ColumnRef" in node) return column(node.ColumnRef, context);
  if ("A_Const" in node) return constant(node.A_Const);
  if ("A_Expr" in node) return translateOperator(node.A_Expr, context);
  if ("BoolExpr" in node) return boolExpression(node.BoolExpr, context);
  if ("FuncCall" in node) return translateCall(node.FuncCall, context);
  if ("TypeCast" in node) return cast(node.TypeCast, context);
  if ("SubLink" in node) return subqueryExpression(node.SubLink, context);
  if ("NullTest" in node) {
    const arg = inner(node.NullTest.arg);
    const words = node.NullTest.nulltesttype === "IS_NULL" ? "IS NULL" : "IS NOT NULL";
    return { sql: `(${arg.sql} ${words})`, type: "Boolean", name: `${arg.name} ${words}` };
  }
  if ("BooleanTest" in node) {
    const arg = inner(node.BooleanTest.arg);
    const words = (node.BooleanTest.booltesttype ?? "").replaceAll("_", " ");
    const test = words.replace("UNKNOWN", "NULL");
    return { sql: `(${arg.sql} ${test})`, type: "Boolean", name: `${arg.name} ${words}` };
  }
  if ("CaseExpr" in node) return caseExpression(node.CaseExpr, context);
  if ("CoalesceExpr" in node) return call("coalesce", (node.CoalesceExpr.args ?? []).map(inner));
  if ("MinMaxExpr" in node) {
    const name = node.MinMaxExpr.op === "IS_GREATEST" ? "greatest" : "least";
    return call(name, (node.MinMaxExpr.args ?? []).map(inner));
  }
  if ("SQLValueFunction" in node) {
    const { op = "" } = node.SQLValueFunction;
    if (op === "SVFOP_CURRENT_DATE") return call("current_date", []);
    if (op.startsWith("SVFOP_CURRENT_TIMESTAMP")) return call("current_timestamp", []);
    return unsupported(op.replace("SVFOP_", ""));
  }
  if ("A_ArrayExpr" in node || "ArrayExpr" in node) {
    const elements = ("A_ArrayExpr" in node ? node.A_ArrayExpr.elements : undefined) ?? [];
    const items = elements.map(inner);
    return { ...arrayOf(items), name: `make_array(${items.map(({ name }) => name).join(",")})` };
  }
  if ("A_Indirection" in node) {
    const { arg, indirection = [] } = node.A_Indirection;
    return indirection.reduce<Expression>((items, step) => {
      if (!("A_Indices" in step) || step.A_Indices.is_slice === true)
        return unsupported("a field or a slice of a value");
      const index = inner(step.A_Indices.uidx);
      return { ...element(items, index), name: `${items.name}[${index.name}]` };
    }, inner(arg));
  }
  if ("CollateClause" in node) return unsupported("COLLATE");
  if ("GroupingFunc" in node) return unsupported("GROUPING");
  if ("RowExpr" in node) return unsupported("a row of values");
  if ("ParamRef" in node) return unsupported("a parameter ($1)");
  return unsupported(Object.keys(node)[0] ?? "an unknown construct");
}

function column({ fields = [] }: ColumnRef, { scope, part }: TranslationContext): Expression {
  const names = fields.map((field) => {
    if ("String" in field) return field.String.sval ?? "";
    return unsupported("* in the middle of an expression");
  });
  const name = names.at(-1) ?? "";
  if (names.length === 1 && scope.find(undefined, name) === undefined) {
    const alias = scope.aliases.get(name);
    if (alias !== undefined) {
      part.kind = "alias";
      return alias;
    }
  }
  // `restate.public.table.column` is the longest form.
  const { relation, column: found } = scope.resolve(names.at(-2), name);
  const expression = { sql: found.sql, type: found.type, name: qualified(relation, name), seqSql: found.seqSql };
  const owner = scope.ownerOf(relation);
  if (owner === scope) {
    part.kind = "column";
    part.fixedBy = found.fixedBy;
  } else {
    owner?.namedWithin.push(new Part().named(expression, "outer"));
  }
  return expression;
}

const INT64_MAX = 9_223_372_036_854_775_807n;

function constant(node: A_Const): Expression {
  if (node.isnull === true) return { sql: "NULL", type: "Null", name: "NULL", literal: null };
  if (node.sval !== undefined) {
    const value = node.sval.sval ?? "";
    return { sql: text(value), type: "Utf8", name: `Utf8("${value}")`, literal: value };
  }
  if (node.boolval !== undefined) {
    const value = node.boolval.boolval ?? false;
    return { sql: value ? "1" : "0", type: "Boolean", name: `Boolean(${value})`, literal: value };
  }
  if (node.ival !== undefined) {
    const value = node.ival.ival ?? 0;
    return { sql: String(value), type: "Int64", name: `Int64(${value})`, literal: value };
  }
  if (node.fval !== undefined) {
    const digits = node.fval.fval ?? "0";
    if (/^-?\d+$/.test(digits) && BigInt(digits) <= INT64_MAX && BigInt(digits) >= -INT64_MAX) {
      return { sql: digits, type: "Int64", name: `Int64(${digits})`, literal: Number(digits) };
    }
    const value = Number(digits);
    const sql = Number.isInteger(value) && !/[.e]/i.test(String(value)) ? `${value}.0` : String(value);
    return { sql, type: "Float64", name: `Float64(${value})`, literal: value };
  }
  return unsupported("a bit string");
}

function boolExpression({ boolop, args = [] }: BoolExpr, context: TranslationContext): Expression {
  const parts = args.map((arg) => context.translate(arg));
  if (boolop === "NOT_EXPR") {
    const [arg] = parts as [Expression];
    return { sql: `(NOT ${arg.sql})`, type: "Boolean", name: `NOT ${arg.name}` };
  }
  const word = boolop === "AND_EXPR" ? " AND " : " OR ";
  return {
    sql: `(${parts.map(({ sql }) => sql).join(word)})`,
    type: "Boolean",
    name: parts.map(({ name }) => name).join(word),
  };
}

function cast({ arg, typeName }: TypeCast, context: TranslationContext): Expression {
  if (typeName === undefined) return unsupported("a cast without a type");
  const value = context.translate(arg);
  const type = typeNamed(typeName);
  if (type === undefined) {
    if (typeof value.literal !== "string") return unsupported("a cast to interval of something that is no literal");
    return literalInterval(value.literal, intervalMask(typeName.typmods));
  }
  // A constant that is cast stays a constant, so that a wrong one is found before anything runs.
  if (type.startsWith("Timestamp") && typeof value.literal === "string") {
    return { ...toTimestamp(value), type, name: value.name };
  }
  return { ...coerceTo(value, type), name: value.name };
}

function intervalMask(typmods: Node[] | undefined): number | undefined {
  const [first] = typmods ?? [];
  return first !== undefined && "A_Const" in first ? first.A_Const.ival?.ival : undefined;
}

function caseExpression(
  node: Extract<Node, { CaseExpr: unknown }>["CaseExpr"],
  context: TranslationContext,
): Expression {
  const subject = node.arg === undefined ? undefined : context.translate(node.arg);
  const branches = (node.args ?? []).map((branch) => {
    if (!("CaseWhen" in branch)) return unsupported("a CASE without WHEN");
    const when = context.translate(branch.CaseWhen.expr);
    const then = context.translate(branch.CaseWhen.result);
    return { when, then };
  });
  const otherwise = node.defresult === undefined ? undefined : context.translate(node.defresult);
  const results = [...branches.map(({ then }) => then), ...(otherwise === undefined ? [] : [otherwise])];
  const type = results.reduce<SqlType>((common, { type: next }) => commonType(common, next), "Null");
  const head = subject === undefined ? "CASE" : `CASE ${subject.sql}`;
  const body = branches.map(({ when, then }) => ` WHEN ${when.sql} THEN ${then.sql}`).join("");
  const names = branches.map(({ when, then }) => ` WHEN ${when.name} THEN ${then.name}`).join("");
  return {
    sql: `${head}${body}${otherwise === undefined ? "" : ` ELSE ${otherwise.sql}`} END`,
    type,
    name: `CASE${subject === undefined ? "" : ` ${subject.name}`}${names}${otherwise === undefined ? "" : ` ELSE ${otherwise.name}`} END`,
  };
}

function subqueryExpression(node: SubLink, context: TranslationContext): Expression {
  const select = node.subselect !== undefined && "SelectStmt" in node.subselect ? node.subselect.SelectStmt : undefined;
  if (select === undefined) return unsupported("a subquery that is no SELECT");
  const query = context.subquery(select);
  const [only] = query.columns;
  switch (node.subLinkType) {
    case "EXISTS_SUBLINK":
      return { sql: `EXISTS (${query.sql})`, type: "Boolean", name: "EXISTS" };
    case "EXPR_SUBLINK":
      if (only === undefined || query.columns.length !== 1)
        throw new QueryError("Error during planning: Scalar subquery should only return one column");
      return { sql: `(${query.sql})`, type: only.type, name: only.name, seqSql: undefined };
    case "ANY_SUBLINK": {
      const operator = node.operName?.[0];
      const symbol = operator !== undefined && "String" in operator ? operator.String.sval : "=";
      if (symbol !== "=" || query.columns.length !== 1) return unsupported(`${symbol} ANY (subquery)`);
      const value = context.translate(node.testexpr);
      if (value.seqSql !== undefined && query.seqSql !== undefined) {
        return {
          sql: `(${value.seqSql} IN (${query.seqSql}))`,
          type: "Boolean",
          name: `${value.name} IN (<subquery>)`,
        };
      }
      return { sql: `(${value.sql} IN (${query.sql}))`, type: "Boolean", name: `${value.name} IN (<subquery>)` };
    }
    default:
      return unsupported(`a subquery with ${node.subLinkType?.replace("_SUBLINK", "")}`);
  }
}
