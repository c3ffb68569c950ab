/**
 * `restate-lite/sdk/lambda`: the SDK for AWS Lambda functions, invoked directly, through a function URL or an API gateway.
 */
import { LambdaEndpointBuilder } from "./endpoint/node/lambda.ts";
import type { EndpointOptions, LambdaEndpoint, LambdaHandler } from "./endpoint/types.ts";
import { withOptions } from "./endpoint/with-options.ts";

export * from "./api.ts";
export type { LambdaEndpoint, LambdaHandler } from "./endpoint/types.ts";

/**
 * An endpoint to bind services to, one after another.
 *
 * @deprecated `createEndpointHandler` takes everything at once.
 */
export function endpoint(): LambdaEndpoint {
  return new LambdaEndpointBuilder();
}

/**
 * A Lambda handler. Lambda's context arrives in `ctx.request().extraArgs`.
 *
 * @example
 * export const handler = createEndpointHandler({ services: [greeter] });
 */
export function createEndpointHandler(options: EndpointOptions): LambdaHandler {
  return withOptions<LambdaEndpoint>(new LambdaEndpointBuilder(), options).handler();
}
