/** Longest scope and longest level of a limit key, in characters (RT0024 of restate-server). */
const MAX_CHARACTERS = 36;
const ALLOWED = /^[a-zA-Z0-9_.-]+$/;
const MAX_LEVELS = 2;

/** Why a text cannot be a scope; `undefined` when it can. */
export function scopeProblem(text: string): string | undefined {
  if (text === "") return "it is empty";
  if (text.length > MAX_CHARACTERS) return `it is longer than ${MAX_CHARACTERS} characters`;
  if (!ALLOWED.test(text)) return "only the characters a-z A-Z 0-9 _ . - are allowed";
  return undefined;
}

/** A limit key as it is kept: one slash at its end does not count. */
export function normalLimitKey(text: string): string {
  return text.endsWith("/") ? text.slice(0, -1) : text;
}

/** Why a text, `level1` or `level1/level2`, cannot be a limit key; `undefined` when it can. */
export function limitKeyProblem(text: string): string | undefined {
  const levels = text.split("/");
  if (levels.length > MAX_LEVELS) return `it has more than ${MAX_LEVELS} levels`;
  return levels.map(scopeProblem).find((problem) => problem !== undefined);
}
