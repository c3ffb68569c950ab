/**
 * How server and handlers talk with each other in a run of the suite. Every promise is tested in every mode:
 * - `bidi`: HTTP/2, both directions at once, the highest protocol version that both sides have;
 * - `v6`, `v5`: the same, the endpoint announces no higher version;
 * - `suspending`: inactivity timeout 0, so that every wait suspends the invocation and every answer replays it;
 * - `lazy`: no state comes with the start of an attempt; the handler fetches what it reads;
 * - `http1`: request/response over HTTP/1.1, where every wait suspends as well;
 * - `fetch`: the same, served by the SDK's fetch handler;
 * - `in-process`: no endpoint, the services are registered in the process of our server.
 */
const modes = ["bidi", "v6", "v5", "suspending", "lazy", "http1", "fetch", "in-process"] as const;
export type Mode = (typeof modes)[number];
