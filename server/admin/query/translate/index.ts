/**
 * From the text of a query to a statement for SQLite, with the names and types of results that DataFusion would give.
 *
 * `parse` reads the text with PostgreSQL's own grammar and hands the tree to `select`, which translates queries of every
 * form; `plain` has the usual one, clause by clause: `from`, `targets` (the results), `grouping`, `order`, `page` (LIMIT).
 * `expressions` translates what is in the clauses, with `operators` and `calls`. `scope` knows what a name means, `names`
 * reads it from the tree, and `columns` has those of subqueries. A query has expressions, and an expression has queries:
 * they meet in `context` only, which `select` hands in, so no file here imports one that imports it.
 */
export { loadParser, type Translation, translateQuery } from "./parse.ts";
