import { limitKeyProblem, normalLimitKey, scopeProblem } from "../scope.ts";
import { IngressError } from "./errors.ts";

/** @throws IngressError RT0024 when the text cannot be a scope */
export function parseScope(text: string): string {
  const problem = scopeProblem(text);
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
  const key = normalLimitKey(text);
  const problem = limitKeyProblem(key);
  if (problem !== undefined) throw new IngressError(400, "RT0024", `bad limit key: ${problem}`);
  return key;
}
