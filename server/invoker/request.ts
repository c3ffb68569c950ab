import { Start } from "../../sdk/protocol/index.ts";
import type { AttemptReads, AttemptStart } from "../engine/types.ts";
import type { RequestIdentity } from "./identity.ts";
import { isInProcess } from "./in-process/uri.ts";
import type { InvokerSettings } from "./settings.ts";
import type { AttemptRequest } from "./transport.ts";

const contentTypes = new Map<number, string>();

/** Content type of the service protocol in a version. */
export function invocationContentType(protocolVersion: number): string {
  let contentType = contentTypes.get(protocolVersion);
  if (contentType === undefined) {
    contentType = `application/vnd.restate.invocation.v${protocolVersion}`;
    contentTypes.set(protocolVersion, contentType);
  }
  return contentType;
}

const locations = new Map<string, { readonly origin: string; readonly prefix: string }>();
const REMEMBERED_LOCATIONS = 1000;

/**
 * Splits a deployment's URI.
 *
 * @throws Error when it is not an absolute `http` or `https` URI
 */
export function locate(uri: string): { readonly origin: string; readonly prefix: string } {
  const known = locations.get(uri);
  if (known !== undefined) return known;
  const url = URL.canParse(uri) ? new URL(uri) : undefined;
  if (url === undefined || (url.protocol !== "http:" && url.protocol !== "https:")) {
    throw new Error(`'${uri}' is not a URI of the form http(s)://host[:port][/prefix]`);
  }
  const location = { origin: url.origin, prefix: url.pathname.replace(/\/+$/, "") };
  if (locations.size >= REMEMBERED_LOCATIONS) locations.clear();
  locations.set(uri, location);
  return location;
}

/** Services of this process have a name for an address, and no host. */
const IN_MEMORY = { origin: "", prefix: "" };

/**
 * The request of an attempt, with the headers of the real server.
 *
 * @throws Error when the deployment's URI is not usable
 */
export function attemptRequest(
  start: AttemptStart,
  settings: InvokerSettings,
  identity: RequestIdentity | undefined,
): AttemptRequest {
  const { uri } = start.deployment;
  const { origin, prefix } = isInProcess(uri) ? IN_MEMORY : locate(uri);
  const contentType = invocationContentType(start.protocolVersion);
  const invokePath = `/invoke/${start.service}/${start.handler}`;
  const headers: Record<string, string> = Object.assign(Object.create(null), settings.requestHeaders);
  for (const name in start.deployment.additionalHeaders) {
    headers[name.toLowerCase()] = start.deployment.additionalHeaders[name] as string;
  }
  headers["content-type"] = contentType;
  headers.accept = contentType;
  headers["x-restate-invocation-id"] = start.id;
  if (start.key !== undefined) headers["x-restate-service-key"] = encodeURIComponent(start.key);
  if (start.traceparent !== undefined) headers.traceparent = start.traceparent;
  headers["x-restate-cluster-name"] = settings.clusterName;
  if (identity !== undefined) Object.assign(headers, identity.headers(invokePath));
  return { uri, service: start.service, origin, path: prefix + invokePath, headers };
}

const NO_STATE: { readonly key: Buffer; readonly value: Buffer }[] = [];

/** The framed StartMessage. */
export function startFrame(start: AttemptStart, reads: AttemptReads, settings: InvokerSettings): Buffer {
  const isEager = start.key !== undefined && !start.handlerSpec.enableLazyState && settings.eagerStateLimitBytes > 0;
  const state = isEager ? reads.eagerState(start, settings.eagerStateLimitBytes) : undefined;
  // One object with all members: a copy for newer versions costs as much again.
  const isV7 = start.protocolVersion >= 7;
  return Start.frame({
    id: start.idBytes,
    debugId: start.id,
    knownEntries: start.knownEntries,
    stateMap: state === undefined ? NO_STATE : [...state.entries],
    // A service without keys has no state at all; the real server says "partial" for it too.
    partialState: state === undefined ? true : state.isPartial,
    key: start.key ?? "",
    retryCountSinceLastStoredEntry: start.retryCount,
    durationSinceLastStoredEntry: start.durationSinceLastEntryMs,
    randomSeed: start.randomSeed,
    scope: isV7 ? start.scope : undefined,
    limitKey: isV7 ? start.limitKey : undefined,
    idempotencyKey: isV7 ? start.idempotencyKey : undefined,
  });
}
