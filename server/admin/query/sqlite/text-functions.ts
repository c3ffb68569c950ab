/** Functions on texts that SQLite lacks, by the name that the translator calls them. `null` stays `null`. */
import { QueryError } from "../types.ts";
import type { FunctionDefiner, SqlFunction, Value } from "./define.ts";

const str = (value: Value | undefined): string => (value === null || value === undefined ? "" : String(value));
const characters = (value: Value | undefined): string[] => [...str(value)];

function trimmed(text: string, set: string | undefined, start: boolean, end: boolean): string {
  const strip = new Set(set === undefined ? [" "] : [...set]);
  const all = [...text];
  let from = 0;
  let to = all.length;
  while (start && from < to && strip.has(all[from] ?? "")) from++;
  while (end && to > from && strip.has(all[to - 1] ?? "")) to--;
  return all.slice(from, to).join("");
}

/** Texts that a query may make out of thin air. */
const MAX_MADE = 10_000_000;

function repeated(text: string, times: number): string {
  if (text.length * times > MAX_MADE) throw new QueryError("Execution error: a text of over 10 million characters");
  return times <= 0 ? "" : text.repeat(times);
}

function padded(args: readonly Value[], isLeft: boolean): string {
  const text = characters(args[0]);
  const length = Number(args[1]);
  const fill = args.length > 2 ? characters(args[2]) : [" "];
  if (length > MAX_MADE) throw new QueryError("Execution error: a text of over 10 million characters");
  if (text.length >= length) return text.slice(0, Math.max(0, length)).join("");
  if (fill.length === 0) return text.join("");
  const missing = Array.from({ length: length - text.length }, (_, index) => fill[index % fill.length]);
  return (isLeft ? [...missing, ...text] : [...text, ...missing]).join("");
}

const expressions = new Map<string, RegExp>();

/** A regular expression of a query, compiled once. */
function expression(pattern: string, flags: string): RegExp {
  const key = `${flags}/${pattern}`;
  let known = expressions.get(key);
  if (known === undefined) {
    // Rust's flags inside of the pattern: (?i) at its start.
    const inner = /^\(\?([ims]+)\)/.exec(pattern);
    const all = new Set([...flags, ...(inner?.[1] ?? "")].filter((flag) => "gims".includes(flag)));
    try {
      known = new RegExp(inner === null ? pattern : pattern.slice(inner[0].length), `${[...all].join("")}u`);
    } catch (error) {
      throw new QueryError(
        `Arrow error: Compute error: Regular expression did not compile: ${(error as Error).message}`,
      );
    }
    if (expressions.size > 100) expressions.clear();
    expressions.set(key, known);
  }
  known.lastIndex = 0;
  return known;
}

const FUNCTIONS: Readonly<Record<string, SqlFunction>> = {
  rl_trim: (text, set) => trimmed(str(text), set === undefined ? undefined : str(set), true, true),
  rl_ltrim: (text, set) => trimmed(str(text), set === undefined ? undefined : str(set), true, false),
  rl_rtrim: (text, set) => trimmed(str(text), set === undefined ? undefined : str(set), false, true),
  rl_starts_with: (text, part) => Number(str(text).startsWith(str(part))),
  rl_ends_with: (text, part) => Number(str(text).endsWith(str(part))),
  rl_split_part: (text, separator, position) => {
    const parts = str(text).split(str(separator));
    const at = Number(position);
    if (at === 0) throw new QueryError("Execution error: field position must not be zero");
    return parts.at(at > 0 ? at - 1 : at) ?? "";
  },
  rl_left: (text, count) =>
    characters(text)
      .slice(0, Number(count) >= 0 ? Number(count) : Number(count))
      .join(""),
  rl_right: (text, count) => {
    const all = characters(text);
    const wanted = Number(count);
    return (wanted >= 0 ? all.slice(Math.max(0, all.length - wanted)) : all.slice(-wanted)).join("");
  },
  rl_lpad: (...args) => padded(args, true),
  rl_rpad: (...args) => padded(args, false),
  rl_repeat: (text, times) => repeated(str(text), Number(times)),
  rl_reverse: (text) => characters(text).reverse().join(""),
  rl_encode: (value, encoding) => bytes(value).toString(encodingOf(encoding)).replace(/=+$/, ""),
  rl_decode: (value, encoding) => Buffer.from(str(value), encodingOf(encoding)),
  rl_regexp_like: (text, pattern, flags = "") => Number(expression(str(pattern), str(flags)).test(str(text))),
  rl_regexp_match: (text, pattern, flags = "") => {
    const match = expression(str(pattern), str(flags)).exec(str(text));
    if (match === null) return null;
    return JSON.stringify(match.length > 1 ? match.slice(1) : [match[0]]);
  },
  rl_regexp_replace: (text, pattern, replacement, flags = "") =>
    str(text).replace(
      expression(str(pattern), str(flags)),
      str(replacement)
        .replaceAll("$", "$$")
        .replace(/\\(\d)/g, "$$$1")
        .replace(/\\&/g, "$$&"),
    ),
  rl_similar: (pattern) =>
    `^(?:${str(pattern)
      .replace(/[.^$\\]/g, "\\$&")
      .replaceAll("%", ".*")
      .replaceAll("_", ".")})$`,
};

export function defineTextFunctions(definer: FunctionDefiner): void {
  for (const [name, fn] of Object.entries(FUNCTIONS)) definer.defineStrict(name, fn);
}

function bytes(value: Value | undefined): Buffer {
  return Buffer.isBuffer(value) ? value : Buffer.from(str(value));
}

function encodingOf(name: Value | undefined): "hex" | "base64" {
  const encoding = str(name).toLowerCase();
  if (encoding === "hex" || encoding === "base64") return encoding;
  throw new QueryError(
    `Error during planning: There is no built-in encoding named '${str(name)}', currently supported encodings are: base64, hex`,
  );
}
