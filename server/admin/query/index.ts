/**
 * SQL introspection: `POST /query` with the tables and the dialect of the real server, over read-only views of the
 * engine's own tables.
 *
 * A query goes to a process of its own (`children` here, `child` there), because SQLite cannot be interrupted from
 * within and a long reader would make the write-ahead log grow; that process is ended at the time limit, by itself
 * (`watchdog`) when the server has gone. What only the invoker knows travels with each query. There, `parse` reads the
 * query with PostgreSQL's own grammar and hands the tree to `select` (with `page`), `from`, `expressions`, `operators`,
 * `calls` (with `functions`, `aggregates`, `casts`), which write SQL for SQLite with the names and types that DataFusion
 * would give; `catalog` has the tables, `views` what they are made of, `sqlite-functions` the functions that SQLite
 * lacks; `run` reads the rows and `json-answer` or `arrow-answer` makes them bytes.
 */
export { queryRoute } from "./route.ts";
export { QueryService, querySource } from "./service.ts";
