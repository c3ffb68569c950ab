import { isDeepStrictEqual } from "node:util";
import type { Profile } from "./contenders.ts";
import { type Difference, differences } from "./differences.ts";
import type { Line } from "./probe.ts";

export interface Mismatch {
  readonly step: string;
  readonly ours: unknown;
  readonly real: unknown;
}

/** What became of one step. */
export interface Verdict {
  readonly step: string;
  /** Of the real server's answer; missing when it is another value that was compared. */
  readonly status?: number;
  readonly outcome: "equal" | "differentWithReason" | "differentWithoutReason";
}

export interface Comparison {
  readonly verdicts: readonly Verdict[];
  /** Differences without a reason. */
  readonly mismatches: readonly Mismatch[];
}

/**
 * Compares what the two servers answered in one script. A step may differ only as the table of differences says, and
 * the differences that it hit are added to `seen`.
 */
export function compare(
  profile: Profile,
  script: string,
  ours: readonly Line[],
  real: readonly Line[],
  seen: Set<Difference>,
): Comparison {
  const verdicts: Verdict[] = [];
  const mismatches: Mismatch[] = [];
  for (const step of new Set([...real, ...ours].map((line) => line.step))) {
    const ourSeen = ours.find((line) => line.step === step)?.seen;
    const realSeen = real.find((line) => line.step === step)?.seen;
    const status = statusOf(realSeen);
    const conclude = (outcome: Verdict["outcome"]) =>
      verdicts.push({ step, outcome, ...(typeof status === "number" ? { status } : {}) });
    if (isDeepStrictEqual(withoutWording(ourSeen), withoutWording(realSeen))) {
      conclude("equal");
      continue;
    }
    const difference = differences.find((candidate) =>
      covers(candidate, profile, `${script}: ${step}`, ourSeen, realSeen),
    );
    if (difference === undefined) {
      mismatches.push({ step, ours: ourSeen, real: realSeen });
      conclude("differentWithoutReason");
    } else {
      seen.add(difference);
      conclude("differentWithReason");
    }
  }
  return { verdicts, mismatches };
}

function covers(difference: Difference, profile: Profile, step: string, ours: unknown, real: unknown): boolean {
  if (difference.profile !== undefined && difference.profile !== profile) return false;
  if (!difference.steps.test(step)) return false;
  if (!namesStatus(difference.real) && !isDeepStrictEqual(statusOf(ours), statusOf(real))) return false;
  return contains(ours, difference.ours) && contains(real, difference.real);
}

/** A difference that says nothing of the status is one in something else. */
function namesStatus(expected: unknown): boolean {
  return statusOf(expected) !== undefined;
}

function statusOf(seen: unknown): unknown {
  return typeof seen === "object" && seen !== null && "status" in seen ? seen.status : undefined;
}

/** Whether `actual` has everything that `expected` names; a pattern matches text and numbers. */
function contains(actual: unknown, expected: unknown): boolean {
  if (expected instanceof RegExp) return expected.test(String(actual));
  if (typeof expected !== "object" || expected === null) return isDeepStrictEqual(actual, expected);
  if (typeof actual !== "object" || actual === null) return false;
  return Object.entries(expected).every(([name, value]) => contains((actual as Record<string, unknown>)[name], value));
}

/**
 * The ingress' own errors say in our words what to do, so only that there is a message counts; the wording of the
 * input rule, which clients show to their users, is the real server's.
 */
function withoutWording(seen: unknown): unknown {
  if (typeof seen !== "object" || seen === null || !("body" in seen)) return seen;
  const { body } = seen;
  // What a parser found, and where.
  if (typeof body === "string")
    return { ...seen, body: body.replace(/^(Failed to (?:deserialize|parse) [\w ]+: ).+/s, "$1…") };
  if (typeof body !== "object" || body === null || !("message" in body)) return seen;
  const { message } = body;
  if (typeof message !== "string" || message === "" || message.startsWith("input validation error: ")) return seen;
  const isOwnError =
    ("source" in body && body.source === "ingress") || "restate_code" in body || Object.keys(body).length === 1;
  return isOwnError ? { ...seen, body: { ...body, message: "<wording>" } } : seen;
}
