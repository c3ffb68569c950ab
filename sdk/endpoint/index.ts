/**
 * How an endpoint is served. `EndpointHandler` decides what a request gets: an answer at once, or an attempt; it
 * knows paths, versions and signatures, but no sockets. Each way of serving is a thin driver around it: `node/` (HTTP/2
 * on core streams, HTTP/1.1, Lambda), `fetch.ts`, and `in-process.ts`, in which a server runs attempts through memory.
 *
 * What is exported here runs on every platform; the public entries (`sdk/node.ts`, `sdk/fetch.ts`, `sdk/lambda.ts`)
 * import their own driver, so that none loads another's.
 */
export { endBetweenReads } from "./http2-sessions.ts";
export { createInProcessEndpoint, type InProcessEndpoint } from "./in-process.ts";
export type { EndpointOptions } from "./types.ts";
export { SDK_VERSION, SERVER_HEADER } from "./version.ts";
