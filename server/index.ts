/**
 * restate-lite as a library: a server in this process, and services in it.
 *
 * - `restate-lite` is what users see of it; `start` puts a server together, for users, CLI and tests: `core` is what runs
 *   invocations, `ports` is how one reaches it.
 * - `registration` discovers endpoints and registers what they serve; `in-process` does so for services of this
 *   process.
 * - `seams` are the interfaces through which time, ids and observers come in; `clock` and `ids` are the real ones.
 * - `scope` and `vqueue` know how scopes, limit keys and virtual queues are named.
 * - `errors` has the errors that leave the server.
 * - `log` writes through `output`, which never holds the process; `printable` makes text from outside fit for a
 *   terminal.
 * - `named` makes objects whose keys others chose; `package-version` is that of the package.
 */
export { loadConfig, type ServerConfig } from "./config/index.ts";
export { ServerError } from "./errors.ts";
export type { FetchHandler, InProcessOptions, InProcessService } from "./invoker/index.ts";
export { createLog, type Log } from "./log.ts";
export { RestateLite, type RestateLiteOptions } from "./restate-lite.ts";
export { type RunningServer, type StartParts, startServer } from "./start.ts";
