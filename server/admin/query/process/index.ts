/**
 * The process of a query, seen from both sides.
 *
 * Of the server's side is `service`, with `children`, which starts processes, keeps them warm and ends them. On the
 * other side `child` is the entry file: it has `run` answer one query at a time, and `watchdog` end the process when a
 * query takes too long or too much and the server has gone. `messages` is what both say to each other. Only the
 * server's side is exported: it must not load a parser and a database that it does not use.
 */
export { QueryService, querySource } from "./service.ts";
