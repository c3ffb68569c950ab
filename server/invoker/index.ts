/**
 * Runs attempts against endpoints. `createInvoker` implements the engine's `AttemptHost`: an `Attempt` knows the
 * protocol of one attempt (journal first, then messages both ways, timeouts, how it ended) and speaks to a
 * `Transport`, of which there is one folder per way of carrying it: `http2` (streams on pooled connections), `http1`
 * (request, then response) and `in-process` (services of this process, through memory). `discover` asks an endpoint
 * what it serves; `identity` signs requests to it.
 */
export { type DiscoveryAnswer, type DiscoveryOptions, discover } from "./discover.ts";
export { createRequestIdentity } from "./identity.ts";
export { InProcessDirectory, type Staged } from "./in-process/directory.ts";
export type { FetchHandler } from "./in-process/endpoint.ts";
export { type InProcessOptions, type InProcessService, inProcessEndpoints } from "./in-process/services.ts";
export { inProcessUri, isInProcess } from "./in-process/uri.ts";
export { createInvoker, type Invoker } from "./invoker.ts";
export { type Conversion, convert } from "./serdes.ts";
export { DEFAULT_INVOKER_SETTINGS, type InvokerSettings } from "./settings.ts";
