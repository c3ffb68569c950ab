/**
 * `restate-lite/sdk/node`: the SDK for programs that serve their endpoint with Node's HTTP/2 or HTTP/1.1 server.
 */
import { NodeEndpoint } from "./endpoint/node/node-endpoint.ts";
import type { EndpointOptions, NodeRequestHandler, RestateEndpoint } from "./endpoint/types.ts";
import { withOptions } from "./endpoint/with-options.ts";

export * from "./api.ts";
export type { NodeRequestHandler, RestateEndpoint } from "./endpoint/types.ts";

/**
 * An endpoint to bind services to, one after another.
 *
 * @deprecated `serve` and `createEndpointHandler` take everything at once.
 */
export function endpoint(): RestateEndpoint {
  return new NodeEndpoint();
}

export interface NodeEndpointOptions extends EndpointOptions {
  /**
   * Whether the server may go on sending while the endpoint answers. By default HTTP/2 requests do
   * (`BIDI_STREAM`), HTTP/1.1 requests do not (`REQUEST_RESPONSE`); true or false forces one for both.
   */
  bidirectional?: boolean;
}

/**
 * A request handler for `http.createServer` and `http2.createServer`, or for a secure HTTP/2 server that also takes
 * HTTP/1.1: it looks at the version of every request.
 *
 * @example
 * http2.createServer(createEndpointHandler({ services: [greeter] })).listen(9080);
 */
export function createEndpointHandler(options: NodeEndpointOptions): NodeRequestHandler {
  const { bidirectional, ...endpointOptions } = options;
  return withOptions<RestateEndpoint>(new NodeEndpoint(), endpointOptions).handler(
    bidirectional === undefined ? {} : { bidirectional },
  );
}

export interface ServeOptions extends EndpointOptions {
  /** Default: the environment variable `PORT`, else 9080. 0 takes a free port. */
  port?: number;
}

/**
 * Serves the services over HTTP/2. Whoever needs the server object makes it with `http2.createServer` and
 * `createEndpointHandler`.
 *
 * @returns the port, once the server listens
 * @throws when the port cannot be listened to
 */
export function serve({ port, ...options }: ServeOptions): Promise<number> {
  return withOptions<RestateEndpoint>(new NodeEndpoint(), options).listen(port);
}
