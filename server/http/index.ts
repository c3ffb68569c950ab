/**
 * HTTP for both ports of the server. Knows nothing of Restate's routes.
 *
 * - `listener` is one TCP port that speaks HTTP/1.1 and HTTP/2 with prior knowledge; `sniff` sees from the first
 *   bytes which one it is.
 * - `http2` is its HTTP/2 side, `bridge` takes HTTP/2 requests to handlers that know HTTP/1.1 only, `upgrade`
 *   answers those who offer another protocol.
 * - `guard` keeps web pages and strangers from driving a local server, `access` has the token, `cors` lets pages
 *   read.
 * - `connections` keeps clients within the limit of descriptors, `limits` has the bounds for slow or greedy ones.
 * - `held` keeps requests waiting while a server starts; `refusal` is the JSON of an error of this folder.
 * - `types` is what `node:http` and `node:http2` have in common.
 */
export { Access } from "./access.ts";
export { Connections, endpointConnections } from "./connections.ts";
export { createGuard, isLoopbackAddress } from "./guard.ts";
export { heldUntilOpen } from "./held.ts";
export type { ListenLimits } from "./limits.ts";
export { type Listener, listen } from "./listener.ts";
export type { HttpLog, HttpRequest, HttpResponse, RequestHandler } from "./types.ts";
export { endConnection } from "./upgrade.ts";
