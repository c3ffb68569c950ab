/**
 * What SQLite is taught: functions that the real server has and SQLite lacks, under names that start with `rl_`.
 *
 * `functions` defines them all, with `define`: `text-functions`, `time-functions`, `value-functions` (conversions,
 * comparison, division), `json-functions`, `list-functions`, `aggregate-functions`. Nothing here knows of a query.
 */
export { FunctionDefiner } from "./define.ts";
export { defineFunctions } from "./functions.ts";
