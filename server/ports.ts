import { readFileSync } from "node:fs";
import { nanoid } from "nanoid";
import { createAdmin, createFeed, isDashboardPath, QueryService, querySource } from "./admin/index.ts";
import type { ServerConfig } from "./config/index.ts";
import type { Core } from "./core.ts";
import { ServerError } from "./errors.ts";
import {
  Access,
  Connections,
  createGuard,
  heldUntilOpen,
  isLoopbackAddress,
  type Listener,
  type ListenLimits,
  listen,
} from "./http/index.ts";
import { randomSubscriptionId } from "./ids.ts";
import { createIngress } from "./ingress/index.ts";
import type { Log } from "./log.ts";
import { Kafka } from "./registry/index.ts";

export interface Ports {
  readonly ingressUrl: string;
  readonly adminUrl: string;
  /** Where a browser finds the dashboard: with an access token, a link that works once, another one at each call. */
  dashboardUrl(): string;
  /** Serves requests, those first that have come already. */
  open(): void;
  /** Takes no more requests; lets those under way finish for up to `graceMs`. */
  close(graceMs: number): Promise<void>;
}

/**
 * Listens on both ports. Requests wait until they are opened.
 * @param limits how long clients may take
 * @throws ServerError RT0004 when a port is taken, RT0002 for a token that cannot be used
 */
export async function listenOnPorts(
  core: Core,
  config: ServerConfig,
  log: Log,
  limits: Partial<ListenLimits>,
): Promise<Ports> {
  const { storage, clock, registry, engine } = core;
  const { turns } = storage;
  const query = new QueryService(querySource(storage, engine, clock), log);
  const { allowedHosts, allowedOrigins, isInsecure } = config;
  const ingressHost = config.ingressHost ?? config.host;
  const adminHost = config.adminHost ?? config.host;
  const token = adminTokenOf(config);
  const access = token === undefined ? undefined : new Access(token);
  const ingress = createIngress({
    engine,
    registry,
    serviceNames: () => registry.services().map(({ name }) => name),
    turns,
    clock,
    limits: { bodyBytes: config.requestLimitBytes },
    log,
  });
  const heldIngress = heldUntilOpen(ingress.onRequest);
  const connections = new Connections({ log });
  const ingressListener = await listenOn("ingress", {
    host: ingressHost,
    port: config.ingressPort,
    guard: createGuard({
      allowedHosts,
      allowedOrigins,
      isInsecure,
      isReachable: !isLoopbackAddress(ingressHost),
    }),
    onRequest: heldIngress.onRequest,
    connections,
    bodyLimitBytes: config.requestLimitBytes,
    log,
    limits,
  });
  const ingressUrl = urlOf(ingressHost, ingressListener.port);
  const feed = createFeed({ observe: (observer) => engine.observe(observer), newEpoch: nanoid, log });
  const heldAdmin = heldUntilOpen(
    createAdmin({
      access,
      engine,
      registry,
      registrar: core.registrar,
      limitRules: core.limitRules,
      pausedQueues: core.pausedQueues,
      kafka: new Kafka(storage, clock),
      query,
      convert: core.convert,
      turns,
      newSubscriptionId: randomSubscriptionId,
      clusterName: config.clusterName,
      hasDashboard: !config.hasNoDashboard,
      advertisedIngress: config.advertisedIngress ?? `${ingressUrl}/`,
      log,
    }),
  );
  let adminListener: Listener;
  try {
    adminListener = await listenOn("admin", {
      host: adminHost,
      port: config.adminPort,
      guard: createGuard({
        allowedHosts,
        allowedOrigins,
        isInsecure,
        isReachable: !isLoopbackAddress(adminHost),
        isPage: isDashboardPath,
        administration: { access },
      }),
      onRequest: heldAdmin.onRequest,
      onUpgrade: feed.onUpgrade,
      bodyLimitBytes: config.requestLimitBytes,
      needsHttp1: true,
      connections,
      log,
      limits,
    });
  } catch (error) {
    await ingressListener.close(0);
    throw error;
  }
  const adminUrl = urlOf(adminHost, adminListener.port);
  return {
    ingressUrl,
    adminUrl,
    dashboardUrl: () => adminUrl + (access?.link() ?? "/ui"),
    open() {
      heldIngress.open();
      heldAdmin.open();
    },
    async close(graceMs) {
      ingress.close();
      feed.close();
      await Promise.all([ingressListener.close(graceMs), adminListener.close(graceMs)]);
      query.close();
    },
  };
}

async function listenOn(what: string, options: Parameters<typeof listen>[0]): Promise<Listener> {
  try {
    return await listen(options);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const reason = code === "EADDRINUSE" ? "something else listens there" : message;
    throw new ServerError(
      500,
      "RT0004",
      `Cannot listen on ${options.host}:${options.port} (${what}): ${reason}. Choose another with --${what}-port.`,
    );
  }
}

function urlOf(host: string, port: number): string {
  const isAnyAddress = host === "0.0.0.0" || host === "::";
  const name = isAnyAddress || host === "127.0.0.1" ? "localhost" : host.includes(":") ? `[${host}]` : host;
  return `http://${name}:${port}`;
}

/** @throws ServerError RT0002 when there are two tokens, or the file of one cannot be read */
function adminTokenOf({ adminToken, adminTokenFile: file }: ServerConfig): string | undefined {
  if (file === undefined) return adminToken;
  if (adminToken !== undefined) {
    throw new ServerError(500, "RT0002", "There is an admin token and a file of one: give one of them.");
  }
  let token: string;
  try {
    token = readFileSync(file, "utf8").trim();
  } catch (error) {
    throw new ServerError(500, "RT0002", `Cannot read the admin token ${file}: ${(error as Error).message}`);
  }
  if (/^[\x21-\x7e]+$/.test(token)) return token;
  throw new ServerError(500, "RT0002", `The admin token in ${file} is not one line of printable characters.`);
}
