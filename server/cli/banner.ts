import { resolve } from "node:path";
import type { ServerConfig } from "../config/index.ts";
import { isLoopbackAddress } from "../http/index.ts";
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
    `  dashboard  ${server.dashboardUrl()}`,
    `  data       ${data}`,
    ...opened(config),
    ...(registered.length === 0 ? [] : [`  serves     ${registered.map(({ name }) => name).join(", ")}`]),
  ].join("\n");
}

/** What of the server is open to whom, where that is not "this machine". */
function opened(config: ServerConfig): string[] {
  const { allowedHosts, isInsecure } = config;
  const ingressHost = config.ingressHost ?? config.host;
  const adminHost = config.adminHost ?? config.host;
  const hasToken = config.adminToken !== undefined || config.adminTokenFile !== undefined;
  const everybody = "everybody who can connect (--insecure)";
  const parts: string[] = [];
  if (!isLoopbackAddress(ingressHost)) {
    const named = `everybody who can connect, as ${allowedHosts.join(", ")}`;
    const nobody = "this machine only (--allowed-host NAME opens them)";
    parts.push(`calls on ${ingressHost} to ${isInsecure ? everybody : allowedHosts.length > 0 ? named : nobody}`);
  }
  if (hasToken) parts.push(`administration on ${adminHost} to those who have the token`);
  else if (!isLoopbackAddress(adminHost)) {
    const nobody = "this machine only (--admin-token-file FILE opens it)";
    parts.push(`administration on ${adminHost} to ${isInsecure ? everybody : nobody}`);
  }
  return parts.length === 0 ? [] : [`  open       ${parts.join("; ")}`];
}
