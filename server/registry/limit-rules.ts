import { ServerError } from "../errors.ts";
import type { Clock } from "../seams.ts";
import { keep, type Storage } from "../storage/index.ts";
import { type LimitRuleRow, limitRuleStatements } from "./rows.ts";
import type { LimitRule, LimitRulesView } from "./types.ts";

/** As many as restate-server 1.7.12 takes. */
export const MAX_LIMIT_RULES = 10_000;

/** What a change expects to find. */
export type Precondition =
  | { readonly kind: "none" }
  | { readonly kind: "absent" }
  | { readonly kind: "version"; readonly version: number };

/** The whole rule: what is not given is as in a new one. */
export interface LimitRuleUpsert {
  readonly pattern: string;
  readonly concurrency: number | undefined;
  readonly description: string | undefined;
  readonly isDisabled: boolean;
  readonly precondition: Precondition;
}

export interface LimitRuleRemoval {
  readonly pattern: string;
  /** `undefined`: whatever it is, even if there is none. */
  readonly expectedVersion: number | undefined;
}

const WILDCARD = "*";
const PART = /^(?:\*|[a-zA-Z0-9_.-]{1,36})$/;
const MAX_DEPTH = 3;

/**
 * A pattern as it is kept: `scope`, `scope/l1` or `scope/l1/l2`, each part a name or the wildcard. Spaces around the
 * parts and one slash at its end are dropped, as restate-server 1.7.12 does; `undefined` when it is no pattern.
 */
export function normalLimitPattern(text: string): string | undefined {
  const parts = text
    .trim()
    .replace(/(?<=[^/])\/$/, "")
    .split("/")
    .map((part) => part.trim());
  return parts.length <= MAX_DEPTH && parts.every((part) => PART.test(part)) ? parts.join("/") : undefined;
}

/**
 * The limits of how many invocations run at a time, by scope and limit key: in memory for the scheduler, in SQLite for
 * the next start. Call what changes something inside `turns.apply`.
 */
export class LimitRules implements LimitRulesView {
  readonly #storage: Pick<Storage, "db" | "turns">;
  readonly #clock: Clock;
  readonly #sql: ReturnType<typeof limitRuleStatements>;
  readonly #byPattern = new Map<string, LimitRule>();
  readonly #listeners: (() => void)[] = [];

  constructor(storage: Pick<Storage, "db" | "turns">, clock: Clock) {
    this.#storage = storage;
    this.#clock = clock;
    this.#sql = keep(limitRuleStatements(storage.db));
    this.#load();
  }

  list(): LimitRule[] {
    return [...this.#byPattern.values()];
  }

  /**
   * A rule limits its own depth only. An exact part beats a wildcard, the scope first, then the levels of the limit
   * key; a disabled rule counts as absent, one without a limit does not.
   */
  ruleFor(path: readonly string[]): LimitRule | undefined {
    const wildcardSets = 2 ** path.length;
    for (let wildcards = 0; wildcards < wildcardSets; wildcards++) {
      const parts = path.map((part, depth) => (wildcards & (2 ** (path.length - 1 - depth)) ? WILDCARD : part));
      const rule = this.#byPattern.get(parts.join("/"));
      if (rule !== undefined && !rule.isDisabled) return rule;
    }
    return undefined;
  }

  onChange(changed: () => void): void {
    this.#listeners.push(changed);
  }

  /**
   * Makes rules or replaces them whole, all or none. A new rule has the number of the change as its version, an old one
   * counts on; what does not touch its effect (nothing at all, or the description) keeps its version, as seen on the
   * real server.
   * @throws ServerError 409 when one of them is not as expected, 422 when there would be too many
   */
  upsert(batch: readonly LimitRuleUpsert[]): LimitRule[] {
    const bookVersion = (this.#sql.bookVersion.get() ?? 0) + 1;
    let hasChanged = false;
    for (const upsert of batch) {
      const before = this.#stored(upsert.pattern);
      checkPrecondition(upsert.pattern, before, upsert.precondition);
      if (before !== undefined && isSame(before, upsert)) continue;
      hasChanged = true;
      this.#sql.put.run(
        upsert.pattern,
        upsert.concurrency ?? null,
        upsert.description ?? null,
        upsert.isDisabled ? 1 : 0,
        before === undefined ? bookVersion : hasSameEffect(before, upsert) ? before.version : before.version + 1,
        this.#clock.nowMs(),
      );
    }
    if ((this.#sql.count.get() ?? 0) > MAX_LIMIT_RULES) {
      throw new ServerError(
        422,
        "RL_TOO_MANY_RULES",
        `There may be ${MAX_LIMIT_RULES} rules. Nothing has been changed; a wildcard can replace many of them.`,
      );
    }
    if (hasChanged) this.#changed(bookVersion);
    return batch.flatMap(({ pattern }) => this.#stored(pattern) ?? []);
  }

  /**
   * Deletes rules, all or none. Returns the patterns of those that were there before.
   * @throws ServerError 409 when one of them does not have the expected version
   */
  remove(batch: readonly LimitRuleRemoval[]): string[] {
    const removed = batch.flatMap(({ pattern, expectedVersion }) => {
      const before = this.#stored(pattern);
      if (expectedVersion !== undefined) {
        checkPrecondition(pattern, before, { kind: "version", version: expectedVersion });
      }
      return before === undefined ? [] : [pattern];
    });
    for (const pattern of removed) this.#sql.remove.run(pattern);
    if (removed.length > 0) this.#changed((this.#sql.bookVersion.get() ?? 0) + 1);
    return removed;
  }

  /** As the open turn sees it. */
  #stored(pattern: string): LimitRule | undefined {
    const row = this.#sql.byPattern.get(pattern);
    return row === undefined ? undefined : ruleOf(row);
  }

  #changed(bookVersion: number): void {
    this.#sql.setBookVersion.run(bookVersion);
    this.#storage.turns.afterCommit(() => {
      this.#load();
      for (const changed of this.#listeners) changed();
    });
  }

  #load(): void {
    this.#byPattern.clear();
    for (const row of this.#sql.all.all()) this.#byPattern.set(row.pattern, ruleOf(row));
  }
}

function checkPrecondition(pattern: string, before: LimitRule | undefined, expected: Precondition): void {
  const was = before === undefined ? "absent" : `at version ${before.version}`;
  const isMet =
    expected.kind === "none" ||
    (expected.kind === "absent" ? before === undefined : before?.version === expected.version);
  if (isMet) return;
  const wanted = expected.kind === "version" ? `at version ${expected.version}` : "absent";
  throw new ServerError(
    409,
    "RL_PRECONDITION_FAILED",
    `The rule '${pattern}' is ${was}, and was to be ${wanted}. Nothing has been changed.`,
  );
}

function isSame(before: LimitRule, after: LimitRuleUpsert): boolean {
  return hasSameEffect(before, after) && before.description === after.description;
}

function hasSameEffect(before: LimitRule, after: LimitRuleUpsert): boolean {
  return before.concurrency === after.concurrency && before.isDisabled === after.isDisabled;
}

function ruleOf(row: LimitRuleRow): LimitRule {
  return {
    pattern: row.pattern,
    concurrency: row.concurrency ?? undefined,
    description: row.description ?? undefined,
    isDisabled: row.disabled === 1,
    version: row.version,
    modifiedAtMs: row.modified_at,
  };
}
