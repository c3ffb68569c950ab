/**
 * The functions and types of the dialect: what a call or a cast of the real server's SQL becomes in SQLite's.
 *
 * `scalars` has the functions of one row, `aggregates` those of many and of windows; `casts` converts from one type to
 * another, and knows what that means for comparisons and for arithmetic with times. What is called `rl_…` in the result
 * is defined in the room `sqlite`.
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
export { arrayOf, call, element, isFunction } from "./scalars.ts";
