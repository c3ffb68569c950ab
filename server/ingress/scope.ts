import { IngressError } from "./errors.ts";

/** Longest scope and longest level of a limit key, in characters (RT0024). */
const LIMIT_CHARACTERS = 36;
const ALLOWED = /^[a-zA-Z0-9_.-]+$/;
const MAX_LEVELS = 2;

/** @throws IngressError RT0024 when the text cannot be a scope */
export function parseScope(text: string): string {
  const problem = problemOf(text);
  if (problem !== undefined) throw new IngressError(400, "RT0024", `bad scope: ${problem}`);
  return text;
}

/**
 * Reads a limit key, `level1` or `level1/level2`. One slash at its end does not count.
 * @returns `undefined` when it is empty
 * @throws IngressError RT0024 when it is malformed, or given without a scope
 */
export function parseLimitKey(text: string | undefined, scope: string | undefined): string | undefined {
  if (text === undefined || text === "") return undefined;
  if (scope === undefined) {
    throw new IngressError(
      400,
      "RT0024",
      "a limit key needs a scope: use /restate/scope/{scope}/call/{service}/{handler}",
    );
  }
  const key = text.endsWith("/") ? text.slice(0, -1) : text;
  const levels = key.split("/");
  if (levels.length > MAX_LEVELS) {
    throw new IngressError(400, "RT0024", `bad limit key: it has more than ${MAX_LEVELS} levels`);
  }
  for (const level of levels) {
    const problem = problemOf(level);
    if (problem !== undefined) throw new IngressError(400, "RT0024", `bad limit key: ${problem}`);
  }
  return key;
}

function problemOf(text: string): string | undefined {
  if (text === "") return "it is empty";
  if (text.length > LIMIT_CHARACTERS) return `it is longer than ${LIMIT_CHARACTERS} characters`;
  if (!ALLOWED.test(text)) return "only the characters a-z A-Z 0-9 _ . - are allowed";
  return undefined;
}
