import { ServerError } from "./errors.ts";
import { type DiscoveryAnswer, type DiscoveryOptions, isInProcess, type Staged } from "./invoker/index.ts";
import {
  clampedEdit,
  parseManifest,
  type Registered,
  type Registration,
  type Registry,
  type Service,
  type ServiceDefaults,
  type ServiceEdit,
} from "./registry/index.ts";
import type { Turns } from "./storage/index.ts";

/** What a client asks for when it registers an endpoint. */
export interface RegistrationRequest {
  readonly uri: string;
  readonly useHttp11: boolean;
  readonly additionalHeaders: Readonly<Record<string, string>>;
  readonly metadata: Readonly<Record<string, string>>;
  readonly force: boolean;
  readonly breaking: boolean;
  readonly dryRun: boolean;
}

export interface RegistrarParts {
  readonly registry: Registry;
  readonly turns: Turns;
  readonly defaults: ServiceDefaults;
  discover(uri: string, options: DiscoveryOptions): Promise<DiscoveryAnswer>;
  /** Called inside the turn after the one that registered something. */
  onRegistered?(): void;
}

/** Discovers endpoints and registers what they serve. */
export class Registrar {
  readonly #parts: RegistrarParts;

  constructor(parts: RegistrarParts) {
    this.#parts = parts;
  }

  /**
   * Registers an endpoint; resolves when the registration is durable.
   * @throws ServerError META00xx, with the status of the admin API
   */
  async register(request: RegistrationRequest): Promise<Registered> {
    const { registry } = this.#parts;
    const uri = normalUri(request.uri);
    const [known] = registry.deploymentsAt(uri);
    if (known !== undefined && !request.force) {
      return { deployment: known, services: registry.servicesOf(known.id), isNew: false };
    }
    const registration = await this.#discover({ ...request, uri });
    return this.#durably(() => registry.register(registration, request));
  }

  /**
   * Points an existing deployment to `request.uri`, which has to answer. What it serves there replaces what was
   * registered only with `overwrites`.
   */
  async update(deploymentId: string, request: RegistrationRequest, overwrites: boolean): Promise<Registered> {
    const { registry } = this.#parts;
    const registration = await this.#discover({ ...request, uri: normalUri(request.uri) });
    return this.#durably(() =>
      overwrites
        ? registry.replace(deploymentId, registration, request.dryRun)
        : registry.readdress(deploymentId, registration, request.dryRun),
    );
  }

  /** Changes the configuration of a service until its next revision; `undefined` when there is no such service. */
  edit(serviceName: string, edit: ServiceEdit): Promise<Service | undefined> {
    const { registry, defaults } = this.#parts;
    return this.#durably(() => registry.edit(serviceName, clampedEdit(edit, defaults)));
  }

  /** Asks an endpoint what it serves, without registering it. */
  discover(uri: string, options: { useHttp11: boolean }): Promise<DiscoveryAnswer> {
    return this.#parts.discover(normalUri(uri), { useHttp11: options.useHttp11, additionalHeaders: {} });
  }

  /**
   * Registers what this process itself is about to serve, unless exactly that is registered already. What it served
   * before under the same address is replaced, as by a forced registration; `attach` is called when attempts may run
   * on the new code.
   */
  async registerInProcess({ uri, answer, attach }: Staged): Promise<Registered> {
    const { registry, turns, defaults } = this.#parts;
    const registration: Registration = {
      uri,
      httpVersion: answer.httpVersion,
      sdkVersion: answer.serverHeader,
      additionalHeaders: {},
      metadata: {},
      manifest: await parseManifest(answer.body, defaults),
    };
    return this.#durably(() => {
      const known = registry.unchanged(registration);
      const registered = known ?? registry.register(registration, { force: true, breaking: true, dryRun: false });
      turns.afterCommit(attach);
      return registered;
    });
  }

  async #discover(request: RegistrationRequest): Promise<Registration> {
    const { uri, useHttp11, additionalHeaders, metadata } = request;
    const answer = await this.#parts.discover(uri, { useHttp11, additionalHeaders });
    return {
      uri,
      httpVersion: answer.httpVersion,
      sdkVersion: answer.serverHeader,
      additionalHeaders,
      metadata,
      manifest: await parseManifest(answer.body, this.#parts.defaults),
    };
  }

  #durably<T>(command: () => T): Promise<T> {
    const { turns } = this.#parts;
    return new Promise((resolve, reject) => {
      try {
        turns.apply(() => {
          const result = command();
          turns.afterCommit(() => turns.apply(() => this.#parts.onRegistered?.()));
          turns.afterFlush(() => resolve(result));
        });
      } catch (error) {
        reject(error as Error);
      }
    });
  }
}

/** Addresses are compared and extended with paths, so they are kept without query and trailing slash. */
export function normalUri(uri: string): string {
  let url: URL;
  try {
    url = new URL(uri);
  } catch {
    throw new ServerError(
      400,
      "META0003",
      `'${uri}' is not a URL. Give the address of the endpoint, such as http://localhost:9080`,
    );
  }
  if (isInProcess(uri)) return uri;
  if (url.protocol !== "http:" && url.protocol !== "https:") {
    throw new ServerError(400, "META0003", `'${uri}' is neither http:// nor https://`);
  }
  url.search = "";
  url.hash = "";
  return url.href.replace(/\/+$/, "");
}
