import type { Expression } from "../terms.ts";
import { isBinary } from "../types.ts";
import { toTimestamp } from "./casts.ts";
import { asText, type Definition, MANY, ofTexts, one, same } from "./definition.ts";

const length = (): Definition =>
  one("Int64", (sql, { type }) => (isBinary(type) ? `length(${sql})` : `length(CAST(${sql} AS TEXT))`));

/**
 * Ids, targets and failures are texts, which queries by hand search, take apart and line up. Those that SQLite has cost
 * a line each. `encode` and `decode` are for the columns of bytes.
 */
export const TEXT_FUNCTIONS: Readonly<Record<string, Definition>> = {
  upper: ofTexts("upper", "Utf8", 1),
  lower: ofTexts("lower", "Utf8", 1),
  trim: ofTexts("rl_trim", "Utf8", 1, 2),
  btrim: ofTexts("rl_trim", "Utf8", 1, 2),
  ltrim: ofTexts("rl_ltrim", "Utf8", 1, 2),
  rtrim: ofTexts("rl_rtrim", "Utf8", 1, 2),
  length: length(),
  char_length: length(),
  character_length: length(),
  octet_length: one("Int64", (sql) => `length(CAST(${sql} AS BLOB))`),
  bit_length: one("Int64", (sql) => `(8 * length(CAST(${sql} AS BLOB)))`),
  concat: { arity: [1, MANY], translate: (args) => ({ sql: `concat(${asText(args)})`, type: "Utf8" }) },
  concat_ws: { arity: [2, MANY], translate: (args) => ({ sql: `concat_ws(${asText(args)})`, type: "Utf8" }) },
  substr: same("substr", "Utf8", 2, 3),
  substring: same("substr", "Utf8", 2, 3),
  replace: ofTexts("replace", "Utf8", 3),
  strpos: ofTexts("instr", "Int32", 2),
  instr: ofTexts("instr", "Int32", 2),
  position: ofTexts("instr", "Int32", 2),
  starts_with: ofTexts("rl_starts_with", "Boolean", 2),
  ends_with: ofTexts("rl_ends_with", "Boolean", 2),
  contains: { arity: [2, 2], translate: (args) => ({ sql: `(instr(${asText(args)}) > 0)`, type: "Boolean" }) },
  split_part: same("rl_split_part", "Utf8", 3),
  left: same("rl_left", "Utf8", 2),
  right: same("rl_right", "Utf8", 2),
  lpad: same("rl_lpad", "Utf8", 2, 3),
  rpad: same("rl_rpad", "Utf8", 2, 3),
  repeat: same("rl_repeat", "Utf8", 2),
  reverse: same("rl_reverse", "Utf8", 1),
  ascii: same("unicode", "Int32", 1),
  chr: same("char", "Utf8", 1),
  to_hex: one("Utf8", (sql) => `printf('%x', ${sql})`),
  encode: same("rl_encode", "Utf8", 2),
  decode: same("rl_decode", "Binary", 2),
  regexp_like: same("rl_regexp_like", "Boolean", 2, 3),
  regexp_match: same("rl_regexp_match", "List(Utf8)", 2, 3),
  regexp_replace: same("rl_regexp_replace", "Utf8", 3, 4),
  to_char: {
    arity: [2, 2],
    translate: (args) => {
      const [time, pattern] = args as [Expression, Expression];
      return { sql: `rl_format(${pattern.sql}, ${toTimestamp(time).sql})`, type: "Utf8" };
    },
  },
};
