/**
 * SQL introspection: `POST /query` with the tables and the dialect of the real server, over read-only views of the
 * engine's own tables.
 *
 * A query goes to a process of its own, because SQLite cannot be interrupted from within and a long reader would make
 * the write-ahead log grow; that process is ended at the time limit, by itself when the server has gone. What only the
 * server's memory knows travels with each query. `route` is the HTTP side of it. The rooms, each of which uses only
 * those below it:
 *
 * - `process/`: the service, its processes, and what happens in one of them;
 * - `translate/`: from the text of a query to a statement for SQLite; `answers/`: from its rows to bytes;
 * - `tables/`: the tables that users see, and the database with them in it;
 * - `functions/`: what calls and casts become in SQLite; `sqlite/`: the functions that SQLite lacks;
 * - on the ground `terms` (expressions, columns, queries), `types` (those of SQL, and errors) and `time`.
 */
export { QueryService, querySource } from "./process/index.ts";
export { queryRoute } from "./route.ts";
