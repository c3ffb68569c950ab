/**
 * The functions and types of the dialect: what a call or a cast of the real server's SQL becomes in SQLite's.
 *
 * The dialect is frozen. A function is here because a query of the documentation, the official CLI or web UI, the
 * dashboard, or a test beside the real server asks for it, or for the reason that stands over its group; another one has
 * to have a reason, too. What the real server has besides is refused with its name.
 *
 * `scalars` finds the functions of one row, which `definition` says how to define, in `texts`, `numbers`, `times`, `json`
 * and `lists`; `aggregates` has those of many rows and of windows. `casts` converts from one type to another, and knows
 * what that means for comparisons and for arithmetic with times. What is called `rl_…` in the result is defined in the
 * room next door, of the functions that SQLite lacks.
 */
export { aggregateNamed, argumentOf, windowFunctionType } from "./aggregates.ts";
export {
  arrowCast,
  coerceTo,
  comparable,
  literalInterval,
  timeArithmetic,
  toTimestamp,
  typeNamed,
} from "./casts.ts";
export { arrayOf, element } from "./lists.ts";
export { call, isFunction, notOffered, rejectNeededByNobody } from "./scalars.ts";
