/**
 * `restate-lite/sdk/fetch`: the SDK for platforms whose handlers take a `Request` and give a `Response` (Cloudflare
 * Workers, Deno, Bun, Next.js routes, Vercel). Nothing that this entry loads needs Node.
 */
import { FetchEndpointBuilder } from "./endpoint/fetch.ts";
import type { EndpointOptions, FetchEndpoint } from "./endpoint/types.ts";
import { withOptions } from "./endpoint/with-options.ts";

export * from "./api.ts";
export type { FetchEndpoint } from "./endpoint/types.ts";

/**
 * An endpoint in request/response mode to bind services to, one after another.
 *
 * @deprecated `createEndpointHandler` takes everything at once.
 */
export function endpoint(): FetchEndpoint {
  return new FetchEndpointBuilder(false);
}

export interface FetchEndpointOptions extends EndpointOptions {
  /**
   * Whether the server may go on sending while the endpoint answers. True needs a platform that gives the request's
   * body while it still arrives and sends the response meanwhile.
   *
   * @default false
   */
  bidirectional?: boolean;
}

/**
 * A fetch handler. Arguments beyond the request (a Worker's `env` and `ctx`) arrive in `ctx.request().extraArgs`.
 *
 * @example
 * export default { fetch: createEndpointHandler({ services: [greeter] }) };
 */
export function createEndpointHandler(
  options: FetchEndpointOptions,
): (request: Request, ...extraArgs: unknown[]) => Promise<Response> {
  const { bidirectional = false, ...endpointOptions } = options;
  return withOptions<FetchEndpoint>(new FetchEndpointBuilder(bidirectional), endpointOptions).handler().fetch;
}
