import type { EndpointOptions } from "../../../sdk/endpoint/types.ts";
import { ServerError } from "../../errors.ts";
import type { Log } from "../../log.ts";
import type { FetchHandler, InProcessEndpoint } from "./endpoint.ts";
import { FetchEndpoint } from "./fetch-endpoint.ts";
import { officialHandler, supplyWithResolvers } from "./official.ts";

/**
 * What can be served in-process: a service, virtual object or workflow defined with `restate-lite/sdk` or with the
 * official SDK, or a fetch handler that serves some.
 */
export type InProcessService = EndpointOptions["services"][number] | FetchHandler;

/** How services are served in-process: the options of an endpoint, and the name of their deployment. */
export interface InProcessOptions extends Omit<EndpointOptions, "services"> {
  /**
   * Names the deployment (`in-process://NAME`). It stays the same from one start to the next, so that invocations
   * find their services again. Default: `services`.
   */
  readonly name?: string;
}

/**
 * Makes the endpoints of services, one for each SDK and fetch handler among them.
 *
 * @param log for what the SDKs say, unless the options name a logger
 * @param now the server's clock; services of the bundled SDK follow it
 * @throws ServerError, SdkError for what cannot be served
 */
export async function inProcessEndpoints(
  services: readonly InProcessService[],
  options: Omit<EndpointOptions, "services">,
  log: Log,
  now: () => number,
): Promise<InProcessEndpoint[]> {
  const handlers: FetchHandler[] = [];
  const official: EndpointOptions["services"] = [];
  const own: EndpointOptions["services"] = [];
  if (services.length === 0) {
    throw new ServerError(400, "RL_NO_SERVICES", "there are no services to register; pass at least one");
  }
  // The SDK is loaded only where there are services.
  const { isOfficialDefinition } = await import("../../../sdk/authoring/index.ts");
  for (const service of services) {
    if (isFetchHandler(service)) handlers.push(service);
    // Its own SDK has to run it: its handlers throw that SDK's errors and combine that SDK's promises.
    else if (isOfficialDefinition(service)) official.push(service);
    else own.push(service);
  }
  const withLogger = { logger: (await import("./logger.ts")).inProcessLogger(log), ...options };
  if (handlers.length + official.length > 0) supplyWithResolvers();
  if (official.length > 0) handlers.push(await officialHandler({ ...withLogger, services: official }));
  const endpoints: InProcessEndpoint[] = await Promise.all(handlers.map((handler) => FetchEndpoint.of(handler)));
  if (own.length > 0) {
    const { SdkEndpoint } = await import("./sdk-endpoint.ts");
    endpoints.unshift(new SdkEndpoint({ ...withLogger, services: own }, now));
  }
  return endpoints;
}

function isFetchHandler(service: InProcessService): service is FetchHandler {
  return typeof service === "function";
}
