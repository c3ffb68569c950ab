import { resolve } from "node:path";
import type { ServerConfig } from "../config/index.ts";
import { packageVersion } from "../package-version.ts";
import type { RunningServer } from "../start.ts";

/** What a server says when it is ready. */
export function banner(server: RunningServer, config: ServerConfig): string {
  const data = config.isEphemeral ? "in memory" : `${resolve(config.dataDir)} (durability: ${config.durability})`;
  const registered = server.registry.services();
  return [
    `restate-lite ${packageVersion()} is ready`,
    `  ingress    ${server.ingressUrl}`,
    `  admin      ${server.adminUrl}`,
    `  dashboard  ${server.adminUrl}/ui`,
    `  data       ${data}`,
    ...(registered.length === 0 ? [] : [`  serves     ${registered.map(({ name }) => name).join(", ")}`]),
  ].join("\n");
}
