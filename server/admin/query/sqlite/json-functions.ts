import { QueryError } from "../types.ts";
import type { FunctionDefiner } from "./define.ts";

type Step = string | number;

/**
 * What `json_get*` answer: the value under a path in the form that the function asks for; `null` when there is none, or
 * when the text is no JSON.
 */
function jsonFunction(kind: string, text: string | null, path: readonly Step[]): string | number | null {
  const missing = kind === "contains" ? 0 : null;
  if (text === null) return missing;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return missing;
  }
  for (const step of path) {
    if (typeof value !== "object" || value === null) return missing;
    if (typeof step === "string" ? Array.isArray(value) || !Object.hasOwn(value, step) : !Array.isArray(value))
      return missing;
    value = (value as Record<Step, unknown>)[step];
    if (value === undefined) return missing;
  }
  switch (kind) {
    case "contains":
      return 1;
    case "str":
      return typeof value === "string" ? value : null;
    case "int":
      return typeof value === "number" && Number.isInteger(value) ? value : null;
    case "float":
      return typeof value === "number" ? value : null;
    case "bool":
      return typeof value === "boolean" ? Number(value) : null;
    case "text":
    case "any":
      if (value === null) return null;
      return typeof value === "string" ? value : JSON.stringify(value);
    case "json":
      return JSON.stringify(value);
    case "length":
      if (Array.isArray(value)) return value.length;
      return typeof value === "object" && value !== null ? Object.keys(value).length : null;
    case "keys":
      return typeof value === "object" && value !== null && !Array.isArray(value)
        ? JSON.stringify(Object.keys(value))
        : null;
    default:
      throw new QueryError(`unknown JSON function ${kind}`);
  }
}

/** `rl_json(kind, text, step, …)` */
export function defineJsonFunctions(definer: FunctionDefiner): void {
  definer.define("rl_json", (kind, text = null, ...path) =>
    path.includes(null)
      ? null
      : jsonFunction(
          String(kind),
          text === null ? null : text instanceof Buffer ? text.toString() : String(text),
          path as Step[],
        ),
  );
}
