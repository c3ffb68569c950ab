import type { HooksProvider } from "../../sdk/index.ts";
import type { TestEnvironmentOptions } from "../options.ts";

type Service = TestEnvironmentOptions["services"][number];

/** Services with one more hook, the outermost; a fetch handler stays what it is, for nobody sees what it serves. */
export function withHook(services: readonly Service[], hook: HooksProvider): Service[] {
  return services.map((service) => {
    if (typeof service === "function") return service;
    const { options } = service as { options?: { hooks?: readonly HooksProvider[] } };
    const hooked = { ...options, hooks: [hook, ...(options?.hooks ?? [])] };
    // The definitions of both SDKs are plain objects; a copy leaves the program's own as it is.
    const copy = Object.create(Object.getPrototypeOf(service) as object, Object.getOwnPropertyDescriptors(service));
    return Object.defineProperty(copy, "options", {
      value: hooked,
      enumerable: true,
      configurable: true,
      writable: true,
    }) as Service;
  });
}
