import { AdminError, admin } from "../../api/admin.ts";
import { sql } from "../../api/sql.ts";

export interface Rule {
  readonly pattern: string;
  /** How many run at a time; absent: as many as there are. */
  readonly concurrency?: number;
  readonly description?: string;
  readonly disabled: boolean;
  readonly version: number;
  readonly last_modified: string;
}

export const rules = (signal: AbortSignal): Promise<Rule[]> =>
  sql(
    "SELECT pattern, concurrency, description, disabled, version, last_modified FROM sys_rules ORDER BY pattern",
    signal,
  );

/** What a rule has to be for a change: otherwise somebody else was faster. */
export type Expected = { readonly type: "does_not_exist" } | { readonly type: "matches"; readonly version: number };

type RuleContent = Pick<Rule, "pattern" | "concurrency" | "description" | "disabled">;

/** Makes a rule or replaces it whole. @throws AdminError 409 when it is not as expected */
export async function putRule(rule: RuleContent, precondition: Expected): Promise<void> {
  const { pattern, concurrency, description, disabled } = rule;
  const limits = concurrency === undefined ? {} : { concurrency };
  const described = description === undefined || description === "" ? {} : { description };
  await admin("/limits/rules", { method: "PUT", body: [{ pattern, limits, ...described, disabled, precondition }] });
}

/** @throws AdminError 409 when it has changed meanwhile */
export async function deleteRule({ pattern, version }: Rule): Promise<void> {
  await admin("/limits/rules/bulk-delete", { method: "POST", body: [{ pattern, expected_version: version }] });
}

/** What is in the fields of a rule. */
export interface RuleFields {
  readonly pattern: string;
  readonly concurrency: string;
  readonly description: string;
  readonly isEnabled: boolean;
}

export type FieldName = "pattern" | "concurrency";
/** What is wrong, by field. */
export type Problems = { readonly [name in FieldName]?: string | undefined };

const PART = /^(?:\*|[a-zA-Z0-9_.-]{1,36})$/;
const MOST = 2 ** 32 - 1;

/** Reads the fields as the server will, so that what is wrong is said while somebody writes. */
export function readFields(fields: RuleFields): { readonly rule: RuleContent } | { readonly problems: Problems } {
  const problems: Partial<Record<FieldName, string>> = {};
  const parts = fields.pattern.split("/").map((part) => part.trim());
  if (fields.pattern.trim() === "") problems.pattern = "Which scope? A name, or * for each.";
  else if (parts.length > 3) problems.pattern = "At most three parts: scope/level/level.";
  else {
    const bad = parts.find((part) => !PART.test(part));
    if (bad === "") problems.pattern = "There is a part with nothing in it.";
    else if (bad !== undefined) problems.pattern = `“${bad}” has to be * or 1 to 36 of a-z A-Z 0-9 _ . -`;
  }
  const text = fields.concurrency.trim();
  const concurrency = text === "" ? undefined : Number(text);
  if (concurrency !== undefined && (!/^\d+$/.test(text) || concurrency < 1 || concurrency > MOST)) {
    problems.concurrency =
      concurrency === 0 ? "1 is the least. To stop something, pause its queue." : `A whole number from 1 to ${MOST}.`;
  }
  if (Object.keys(problems).length > 0) return { problems };
  const description = fields.description.trim();
  return {
    rule: {
      pattern: parts.join("/"),
      ...(concurrency === undefined ? {} : { concurrency }),
      ...(description === "" ? {} : { description }),
      disabled: !fields.isEnabled,
    },
  };
}

/** What the server refuses, at the field that it means; `undefined`: at none. */
export function refusedFields(error: Error, isNew: boolean): Problems | undefined {
  if (!(error instanceof AdminError)) return undefined;
  if (error.status === 409 && isNew) return { pattern: "There is a rule with this pattern already: edit that one." };
  const named = /\b0\.(pattern|limits\.concurrency): (.+)$/s.exec(error.message);
  if (named === null) return undefined;
  return { [named[1] === "pattern" ? "pattern" : "concurrency"]: named[2] ?? error.message };
}

/** `each limit key in scope acme`: what has a budget of its own under a pattern. */
export function coverage(pattern: string): string {
  const [scope = "*", first, second] = pattern.split("/");
  const isEach = scope === "*";
  if (first === undefined) return isEach ? "each scope" : `scope ${scope}`;
  const where = isEach ? "in each scope" : `in scope ${scope}`;
  if (second === undefined) return `${first === "*" ? "each limit key" : `limit key ${first}`} ${where}`;
  if (first === "*" && second === "*") return `each limit key of two levels ${where}`;
  const key = `limit key ${first === "*" ? "…" : first}/${second === "*" ? "…" : second}`;
  return `${first === "*" || second === "*" ? "each " : ""}${key} ${where}`;
}
