/** restate-lite as a library: start a server in this process. */
export { loadConfig, type ServerConfig } from "./config/index.ts";
export { ServerError } from "./errors.ts";
export { createLog, type Log } from "./log.ts";
export { type RunningServer, type StartParts, startServer } from "./start.ts";
