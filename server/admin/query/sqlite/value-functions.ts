/** Conversions of values, their comparison, and division: what SQLite does otherwise than the real server, or not at all. */
import { QueryError } from "../types.ts";
import type { FunctionDefiner, SqlFunction } from "./define.ts";

export function defineValueFunctions(definer: FunctionDefiner): void {
  definer.defineStrict("rl_utf8", (value) => (value instanceof Buffer ? utf8(value) : String(value)));
  definer.defineStrict("rl_lossy", (value) => (value instanceof Buffer ? value.toString("utf8") : String(value)));
  definer.defineStrict("rl_integer", (text) => integer(String(text)));
  definer.defineStrict("rl_float", (text) => float(String(text)));
  definer.defineStrict("rl_boolean", (value) => {
    const text = String(value).trim().toLowerCase();
    if (["true", "t", "yes", "y", "on", "1"].includes(text)) return 1;
    if (["false", "f", "no", "n", "off", "0"].includes(text)) return 0;
    throw new QueryError(`Arrow error: Cast error: Cannot cast value '${value}' to value of Boolean type`);
  });
  definer.defineStrict("rl_divisor", divisor, true);
  definer.define("rl_greatest", greatest, true, true);
  definer.define("rl_least", least, true, true);
}

const noNumber = (text: string, type: string): never => {
  throw new QueryError(`Arrow error: Cast error: Cannot cast string '${text}' to value of ${type} type`);
};

function float(text: string): number {
  const trimmed = text.trim();
  return /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(trimmed) ? Number(trimmed) : noNumber(text, "Float64");
}

function integer(text: string): number | bigint {
  const trimmed = text.trim();
  if (!/^[+-]?\d+$/.test(trimmed)) return noNumber(text, "Int64");
  const value = Number(trimmed);
  if (Number.isSafeInteger(value)) return value;
  const exact = BigInt(trimmed.replace("+", ""));
  return BigInt.asIntN(64, exact) === exact ? exact : noNumber(text, "Int64");
}

/** A text, when the bytes are one. */
function utf8(bytes: Buffer): string | null {
  const text = bytes.toString("utf8");
  return text.includes("\ufffd") && !Buffer.from(text).equals(bytes) ? null : text;
}

const divisor: SqlFunction = (value = null) => {
  if (Number(value) === 0) throw new QueryError("Arrow error: Divide by zero error");
  return value;
};

type Comparable = string | number | bigint;

const extreme =
  (isBetter: (a: Comparable, b: Comparable) => boolean): SqlFunction =>
  (...args) => {
    let best: Comparable | null = null;
    for (const arg of args as (Comparable | null)[]) {
      if (arg !== null && (best === null || isBetter(arg, best))) best = arg;
    }
    return best;
  };
const greatest = extreme((a, b) => a > b);
const least = extreme((a, b) => a < b);
