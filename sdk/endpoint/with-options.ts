import type { EndpointOptions, RestateEndpointBase } from "./types.ts";

/** Puts all options into an endpoint. */
export function withOptions<E extends RestateEndpointBase<unknown>>(endpoint: E, options: EndpointOptions): E {
  const { services, identityKeys = [], defaultServiceOptions, logger, journalValueCodecProvider } = options;
  if (identityKeys.length > 0) endpoint.withIdentityV1(...identityKeys);
  if (defaultServiceOptions !== undefined) endpoint.defaultServiceOptions(defaultServiceOptions);
  if (logger !== undefined) endpoint.setLogger(logger);
  if (journalValueCodecProvider !== undefined) endpoint.journalValueCodecProvider(journalValueCodecProvider);
  for (const service of services) endpoint.bind(service);
  return endpoint;
}
