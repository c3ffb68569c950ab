import { TestInvocation } from "./invocation.ts";
import type { JournalEntry } from "./journal.ts";

/** What a matcher of vitest, of Jest and of everything that took over their interface answers. */
export interface MatcherResult {
  readonly pass: boolean;
  readonly message: () => string;
  readonly actual?: unknown;
  readonly expected?: unknown;
}

/**
 * An entry of a journal, as a test says it: its line or the line up to the result (`"run charge"`), a part of that as a
 * regular expression, or some of its members.
 */
export type ExpectedEntry = string | RegExp | Partial<Pick<JournalEntry, "type" | "name" | "value" | "result">>;

/**
 * Whether the invocation has gone through these steps, in this order and no others. The input may be left out.
 *
 * @example expect(invocation).toHaveJournal(["run charge", { type: "call", name: "Mailer/send" }, "output"]);
 */
function toHaveJournal(received: unknown, expected: readonly ExpectedEntry[]): MatcherResult {
  const invocation = asInvocation(received, "toHaveJournal");
  const { journal } = invocation;
  const startsWithInput = expected[0] !== undefined && journal[0] !== undefined && isEntry(journal[0], expected[0]);
  const steps = journal[0]?.type === "input" && !startsWithInput ? journal.slice(1) : journal;
  const pass = steps.length === expected.length && steps.every((step, index) => isEntry(step, expected[index]));
  const actual = steps.map(({ line }) => line);
  const wanted = expected.map(shown);
  return {
    pass,
    actual,
    expected: wanted,
    message: () =>
      pass
        ? `${invocation.target} has the journal that it should not have:\n${listed(actual)}`
        : `${invocation.target} has another journal.\n\nexpected:\n${listed(wanted)}\n\nthere is:\n${listed(actual)}`,
  };
}

/** Whether the invocation is suspended and waits, among others, for this: `"sleep"`, `"awakeable"`, `"call Mailer/send"`. */
function toBeSuspendedOn(received: unknown, what: string | RegExp): MatcherResult {
  const invocation = asInvocation(received, "toBeSuspendedOn");
  const { status, waits } = invocation;
  const pass =
    status === "suspended" &&
    waits.some(({ type, line }) => (typeof what === "string" ? line === what || type === what : what.test(line)));
  const lines = waits.map(({ line }) => line);
  return {
    pass,
    actual: lines,
    expected: [String(what)],
    message: () =>
      pass
        ? `${invocation.target} is suspended on ${String(what)}, and should not be`
        : `${invocation.target} is not suspended on ${String(what)}: it is ${status}${lines.length === 0 ? "" : `, waiting for ${lines.join(", ")}`}`,
  };
}

/** For `expect.extend(restateMatchers)` of vitest or Jest; `restate-lite/testing/vitest` and `/jest` do that. */
export const restateMatchers = { toHaveJournal, toBeSuspendedOn };

/** What `restateMatchers` adds to `expect(…)`. */
export interface RestateMatchers<R = unknown> {
  /** The invocation has gone through these steps, in this order and no others; the input may be left out. */
  toHaveJournal(expected: readonly ExpectedEntry[]): R;
  /** The invocation is suspended and waits, among others, for this. */
  toBeSuspendedOn(what: string | RegExp): R;
}

function asInvocation(received: unknown, matcher: string): TestInvocation {
  if (TestInvocation.is(received)) return received;
  throw new TypeError(`${matcher} looks at an invocation of the environment: expect(env.invocation(id)).${matcher}(…)`);
}

function isEntry(entry: JournalEntry, expected: ExpectedEntry | undefined): boolean {
  if (expected === undefined) return false;
  if (expected instanceof RegExp) return expected.test(entry.line);
  if (typeof expected === "string") {
    return entry.line === expected || entry.line.startsWith(`${expected} →`) || entry.line.startsWith(`${expected} =`);
  }
  return Object.entries(expected).every(([member, value]) => {
    const actual = entry[member as keyof JournalEntry];
    return actual === value || JSON.stringify(actual) === JSON.stringify(value);
  });
}

function shown(expected: ExpectedEntry): string {
  return typeof expected === "string" || expected instanceof RegExp ? String(expected) : JSON.stringify(expected);
}

function listed(lines: readonly string[]): string {
  return lines.length === 0 ? "  (nothing)" : lines.map((line) => `  ${line}`).join("\n");
}
