/**
 * How an endpoint is served.
 *
 * - `handler` decides what a request gets: an answer at once, or an attempt. It knows no sockets: `path` reads the
 *   path, `identity` the signature, `discovery` and `preview` make answers, `answer` is one.
 * - Each way of serving is a thin driver around it: `node` (HTTP/2 on core streams, HTTP/1.1, Lambda), `fetch`, and
 *   `in-process`, in which a server runs attempts through memory.
 * - `builder` gathers what makes up an endpoint, `with-options` does so all at once, `types` says what users see.
 * - `http2-sessions` ends sessions of Node safely, `bytes` joins chunks, `system-log` is what the endpoint itself
 *   says, `version` that of the package.
 *
 * What is exported here runs on every platform; the public entries (`sdk/node.ts`, `sdk/fetch.ts`, `sdk/lambda.ts`)
 * import their own driver, so that none loads another's.
 */
export { endBetweenReads } from "./http2-sessions.ts";
export { createInProcessEndpoint, type InProcessEndpoint } from "./in-process.ts";
export type { EndpointOptions } from "./types.ts";
export { SDK_VERSION, SERVER_HEADER } from "./version.ts";
