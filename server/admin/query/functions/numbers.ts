import { common, type Definition, first, list, MANY, same } from "./definition.ts";

/** Of both spellings: with one argument and with the number of digits. */
const round: Definition = {
  arity: [1, 2],
  translate: (args) => ({ sql: `round(${list(args)})`, type: "Float64" }),
};

const math = (name: string, from = 1, to = from): Definition => same(name, "Float64", from, to);

/** Columns are null more often than not: the same in every dialect, and SQLite's own but for the last two. */
export const CHOICE_FUNCTIONS: Readonly<Record<string, Definition>> = {
  coalesce: {
    arity: [1, MANY],
    translate: (args) => ({
      sql: args.length === 1 ? (args[0]?.sql ?? "NULL") : `coalesce(${list(args)})`,
      type: common(args),
    }),
  },
  nvl: same("coalesce", common, 2),
  ifnull: same("coalesce", common, 2),
  nullif: same("nullif", first, 2),
  greatest: same("rl_greatest", common, 1, MANY),
  least: same("rl_least", common, 1, MANY),
};

/** Durations and sizes are rounded, and put into classes by their logarithm. SQLite has them all, so each is a line. */
export const NUMBER_FUNCTIONS: Readonly<Record<string, Definition>> = {
  abs: same("abs", first, 1),
  ceil: math("ceil"),
  floor: math("floor"),
  round,
  trunc: math("trunc"),
  sqrt: math("sqrt"),
  exp: math("exp"),
  ln: math("ln"),
  log10: math("log10"),
  log2: math("log2"),
  log: math("log", 1, 2),
  power: math("pow", 2),
  pow: math("pow", 2),
  pi: math("pi", 0),
  signum: math("sign"),
  random: { arity: [0, 0], translate: () => ({ sql: "((random() / 18446744073709551616.0) + 0.5)", type: "Float64" }) },
};
