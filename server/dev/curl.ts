import type { Handler, Service } from "../registry/index.ts";

const SHOWN_HANDLERS = 12;

/** A line for each handler that a client can call, ready to paste. */
export function curlLines(ingressUrl: string, services: readonly Service[]): string[] {
  const lines = services.flatMap((service) =>
    [...service.handlers.values()]
      .filter(({ isPublic }) => isPublic)
      .map(
        (handler) => `  curl ${ingressUrl}/${path(service, handler)}${takesJson(handler) ? " --json '…'" : " -X POST"}`,
      ),
  );
  if (lines.length <= SHOWN_HANDLERS) return lines;
  return [...lines.slice(0, SHOWN_HANDLERS), `  … and ${lines.length - SHOWN_HANDLERS} more`];
}

function path(service: Service, handler: Handler): string {
  return service.type === "Service" ? `${service.name}/${handler.name}` : `${service.name}/KEY/${handler.name}`;
}

function takesJson(handler: Handler): boolean {
  return handler.input?.contentType !== undefined;
}
