import type { Node } from "libpg-query";
import { type Expression, Part, qualified } from "../terms.ts";
import { QueryError, unsupported } from "../types.ts";
import type { TranslationContext } from "./context.ts";
import { stringOf } from "./names.ts";

/** A result of a SELECT. */
export interface Target {
  readonly expression: Expression;
  /** As others see it. */
  readonly name: string;
  readonly qualifier?: string | undefined;
  /** By which the real server tells columns apart. */
  readonly uniqueName: string;
  readonly part: Part;
}

/** Translates the list of results. @throws QueryError 400 when it is empty or has an expression twice */
export function targetsOf(list: readonly Node[], context: TranslationContext): Target[] {
  const targets = list.flatMap((node) => targetsOfNode(node, context));
  if (targets.length === 0) throw new QueryError("SQL error: a SELECT needs an expression", 400);
  rejectDuplicates(targets);
  return targets;
}

/** One result, or those of a `*`. */
function targetsOfNode(node: Node, context: TranslationContext): Target[] {
  if (!("ResTarget" in node)) return unsupported("this form of a result");
  const { name, val } = node.ResTarget;
  const result = () => {
    const part = new Part();
    const expression = context.withPart(part).translate(val);
    return { expression, part: part.named(expression) };
  };
  if (val === undefined || !("ColumnRef" in val)) {
    const { expression, part } = result();
    return [{ expression, part, name: name ?? expression.name, uniqueName: name ?? expression.name }];
  }
  const fields = val.ColumnRef.fields ?? [];
  const last = fields.at(-1);
  const table = stringOf(fields.at(-2));
  if (last !== undefined && "A_Star" in last) return starTargets(table, context);
  const { expression, part } = result();
  const column = stringOf(last) ?? "";
  const qualifier = name === undefined ? context.scope.find(table, column)?.relation.name : undefined;
  return [{ expression, part, name: name ?? column, qualifier, uniqueName: name ?? expression.name }];
}

/** @param table the name before `.*` */
function starTargets(table: string | undefined, { scope }: TranslationContext): Target[] {
  return scope.star(table).map(({ relation, column }) => ({
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

/** The result of that number, counted from 1. */
export function targetAt(targets: readonly Target[], ordinal: number): Expression {
  const target = targets[ordinal - 1];
  if (target !== undefined) return target.expression;
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
