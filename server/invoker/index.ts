/**
 * Runs attempts against endpoints.
 *
 * - `invoker` implements the engine's `AttemptHost` and chooses the transport.
 * - `attempt` knows the protocol of one attempt: journal first, then messages both ways, how it ended. `request`
 *   makes its request, `deliveries` what waits to be sent, `incoming` cuts what comes into frames, `timeouts`
 *   watches, `failure` says what went wrong.
 * - `transport` is the interface that it speaks to, with one folder for each way of carrying it: `http2` (streams on
 *   pooled connections), `http1` (request, then response) and `in-process` (services of this process, through
 *   memory).
 * - Beside attempts, by one `exchange` each: `discover` asks an endpoint what it serves, `serdes` has it convert
 *   payloads.
 * - `identity` signs requests, with a public key that is written in `base58`. `settings` has limits and timeouts.
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
