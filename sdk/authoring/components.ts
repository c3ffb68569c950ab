import { SdkError } from "../core/index.ts";
import { type Manifest, type ManifestRequest, manifestOf, type ServiceManifest, serviceManifest } from "./manifest.ts";
import type { DefaultOptions } from "./options.ts";
import { ServiceComponent } from "./service-component.ts";

/** Everything that an endpoint serves. */
export class Components {
  readonly services: ReadonlyMap<string, ServiceComponent>;
  readonly #manifests: readonly ServiceManifest[];

  /**
   * @param definitions what `service`, `object`, `workflow` and `implement` return; the same one twice counts once
   * @param defaults for the options that a definition does not have
   * @throws SdkError `RL_SDK_DUPLICATE_SERVICE` when two definitions have one name, `RL_SDK_BAD_DURATION` when an option
   *   is no span of time, and as `ServiceComponent` does
   */
  constructor(definitions: Iterable<unknown>, defaults: DefaultOptions = {}) {
    const services = new Map<string, ServiceComponent>();
    for (const definition of new Set(definitions)) {
      const service = new ServiceComponent(definition, defaults);
      if (services.has(service.name)) {
        throw new SdkError(
          "RL_SDK_DUPLICATE_SERVICE",
          `Two services of the endpoint are called "${service.name}", and a call could reach only one of them. Rename one, or bind only one.`,
        );
      }
      services.set(service.name, service);
    }
    this.services = services;
    this.#manifests = Array.from(services.values(), serviceManifest);
  }

  /**
   * The answer to discovery.
   *
   * @throws SdkError `RL_SDK_MANIFEST_TOO_OLD` when an option that a definition uses does not exist in that version
   */
  manifest(request: ManifestRequest): Manifest {
    return manifestOf(this.#manifests, request);
  }
}
