/** restate-lite as a library: a server in this process, and services in it. */
export { loadConfig, type ServerConfig } from "./config/index.ts";
export { ServerError } from "./errors.ts";
export type { FetchHandler, InProcessOptions, InProcessService } from "./invoker/index.ts";
export { createLog, type Log } from "./log.ts";
export { RestateLite, type RestateLiteOptions } from "./restate-lite.ts";
export { type RunningServer, type StartParts, startServer } from "./start.ts";
