/**
 * HTTP for both ports of the server: one TCP port that speaks HTTP/1.1 and HTTP/2 with prior knowledge (`listen`), and
 * the guard that keeps web pages and strangers from driving a local server (`createGuard`, `Access` its token).
 * `heldUntilOpen` is for a server that starts. Knows nothing of Restate's routes.
 */
export { Access } from "./access.ts";
export { Connections, endpointConnections } from "./connections.ts";
export { createGuard, isLoopbackAddress } from "./guard.ts";
export { heldUntilOpen } from "./held.ts";
export type { ListenLimits } from "./limits.ts";
export { type Listener, listen } from "./listener.ts";
export type { HttpLog, HttpRequest, HttpResponse, RequestHandler } from "./types.ts";
export { endConnection } from "./upgrade.ts";
