/**
 * From the text of a query to a statement for SQLite, with the names and types of results that DataFusion would give.
 *
 * `parse` reads the text with PostgreSQL's own grammar and hands the tree to `select`, which translates queries: their
 * FROM with `from`, their groups with `grouping`, their order with `order`, and LIMIT with `page`; `columns` names the
 * columns of subqueries. `expressions` translates what is in the clauses, with `operators` and `calls`. `scope` knows
 * what a name means. A query has expressions, and an expression has queries: both sides meet in `context` only, which
 * `select` hands in, so no file here imports one that imports it.
 */
export { loadParser, type Translation, translateQuery } from "./parse.ts";
