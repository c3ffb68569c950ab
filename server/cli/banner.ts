import { resolve } from "node:path";
import type { ServerConfig } from "../config/index.ts";
import type { Handler, Service } from "../registry/index.ts";
import type { RunningServer } from "../start.ts";
import { version } from "./version.ts";

const SHOWN_HANDLERS = 12;

/** What a server says when it is ready. */
export function banner(server: RunningServer, config: ServerConfig): string {
  const data = config.isEphemeral ? "in memory" : `${resolve(config.dataDir)} (durability: ${config.durability})`;
  const registered = server.registry.services();
  return [
    `restate-lite ${version()} is ready`,
    `  ingress    ${server.ingressUrl}`,
    `  admin      ${server.adminUrl}`,
    `  dashboard  ${server.adminUrl}/ui`,
    `  data       ${data}`,
    ...(registered.length === 0 ? [] : [`  serves     ${registered.map(({ name }) => name).join(", ")}`]),
  ].join("\n");
}

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
