import { ServerError } from "../../errors.ts";
import { type DiscoveryAnswer, MANIFEST_CONTENT_TYPES } from "../discover.ts";
import { describeError } from "../failure.ts";
import { type Conversion, type ConversionAnswer, conversionHeaders, conversionPath, convertedBy } from "../serdes.ts";
import type { InProcessEndpoint, Manifest, ManifestService } from "./endpoint.ts";

/** This process does not serve what a deployment of an earlier process, or of another name, says that it serves. */
export class NotServedError extends Error {
  constructor(uri: string, service: string, isKnown: boolean) {
    const what = isKnown
      ? `The services that this process has registered as ${uri} do not include ${service}`
      : `${service} is served in the server's own process (${uri}), and nothing has been registered there since the server started`;
    super(`${what}. Start the program that registers it, or resume the invocation on another deployment.`);
    this.name = "NotServedError";
  }
}

/** A service, its part of the discovery document, and who runs it. */
interface Served {
  readonly endpoint: InProcessEndpoint;
  readonly manifest: ManifestService;
  readonly isBidirectional: boolean;
}

/** What will be served once it is attached. */
export interface Staged {
  readonly uri: string;
  readonly answer: DiscoveryAnswer;
  /** From now on attempts run on it. */
  attach(): void;
}

/**
 * Which services this process serves, by the address of their deployment. Several endpoints (our SDK's, official
 * ones) can serve one address together: their discovery documents are merged, and each gets the attempts of its own
 * services.
 */
export class InProcessDirectory {
  readonly #served = new Map<string, ReadonlyMap<string, Served>>();

  /** @throws NotServedError */
  endpointOf(uri: string, service: string): InProcessEndpoint {
    const services = this.#served.get(uri);
    const served = services?.get(service);
    if (served !== undefined) return served.endpoint;
    throw new NotServedError(uri, service, services !== undefined);
  }

  /** @throws ServerError 500 when it is not served, or refuses */
  async convert(uri: string, conversion: Conversion): Promise<Uint8Array> {
    let answer: ConversionAnswer;
    try {
      const endpoint = this.endpointOf(uri, conversion.service);
      answer = await endpoint.convert(conversionPath(conversion), conversionHeaders(conversion), conversion.body);
    } catch (error) {
      throw new ServerError(500, "RL_ENDPOINT", describeError(error));
    }
    return convertedBy(uri, answer);
  }

  isBidirectional(uri: string, service: string): boolean {
    return this.#served.get(uri)?.get(service)?.isBidirectional ?? false;
  }

  /**
   * Prepares that `endpoints` serve `uri`, together with what it serves already: a service of the same name is
   * replaced.
   *
   * @throws ServerError when two of the endpoints have a service of one name
   */
  stage(uri: string, endpoints: readonly InProcessEndpoint[]): Staged {
    const added = new Map<string, Served>();
    for (const endpoint of endpoints) {
      for (const manifest of endpoint.manifest.services) {
        if (added.has(manifest.name)) {
          throw new ServerError(400, "RL_DUPLICATE_SERVICE", `two of the services are called '${manifest.name}'`);
        }
        added.set(manifest.name, { endpoint, manifest, isBidirectional: isBidirectional(endpoint.manifest) });
      }
    }
    const services = new Map([...(this.#served.get(uri) ?? []), ...added]);
    return { uri, answer: answerOf([...services.values()]), attach: () => void this.#served.set(uri, services) };
  }

  /**
   * What an address serves, as its discovery would say it.
   * @throws ServerError META0003 when nothing is registered there
   */
  discover(uri: string): DiscoveryAnswer {
    const services = this.#served.get(uri);
    if (services !== undefined) return answerOf([...services.values()]);
    throw new ServerError(500, "META0003", `[META0003] error when calling '${uri}': this process serves nothing there`);
  }
}

function answerOf(served: readonly Served[]): DiscoveryAnswer {
  const endpoints = [...new Set(served.map(({ endpoint }) => endpoint))];
  const manifests = endpoints.map(({ manifest }) => manifest);
  const servers = new Set(endpoints.map(({ server }) => server).filter((server) => server !== undefined));
  const merged: Manifest = {
    protocolMode: manifests.every(isBidirectional) ? "BIDI_STREAM" : "REQUEST_RESPONSE",
    minProtocolVersion: Math.max(...manifests.map(({ minProtocolVersion }) => minProtocolVersion)),
    maxProtocolVersion: Math.min(...manifests.map(({ maxProtocolVersion }) => maxProtocolVersion)),
    services: served.map(({ manifest }) => manifest),
  };
  return {
    manifestContentType: MANIFEST_CONTENT_TYPES.at(-1) as string,
    body: Buffer.from(JSON.stringify(merged)),
    httpVersion: "HTTP/2.0",
    serverHeader: servers.size === 0 ? undefined : [...servers].join(", "),
  };
}

/** What is not said is bidirectional. */
function isBidirectional({ protocolMode }: Manifest): boolean {
  return protocolMode !== "REQUEST_RESPONSE";
}
