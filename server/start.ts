import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { nanoid } from "nanoid";
import { createAdmin, createFeed, isDashboardPath, QueryService, querySource } from "./admin/index.ts";
import { systemClock } from "./clock.ts";
import type { ServerConfig } from "./config/index.ts";
import { type AttemptEvents, type AttemptHost, Engine } from "./engine/index.ts";
import { ServerError } from "./errors.ts";
import {
  Access,
  Connections,
  createGuard,
  endpointConnections,
  heldUntilOpen,
  isLoopbackAddress,
  type Listener,
  type ListenLimits,
  listen,
} from "./http/index.ts";
import { randomIds, randomSubscriptionId } from "./ids.ts";
import { InProcessRegistrar } from "./in-process.ts";
import { createIngress } from "./ingress/index.ts";
import {
  convert,
  createInvoker,
  createRequestIdentity,
  DEFAULT_INVOKER_SETTINGS,
  discover,
  InProcessDirectory,
  type InProcessOptions,
  type InProcessService,
  type Invoker,
  type InvokerSettings,
  isInProcess,
} from "./invoker/index.ts";
import type { Log } from "./log.ts";
import { Registrar } from "./registration.ts";
import { Kafka, LimitRules, PausedQueues, type Registered, Registry, type ServiceDefaults } from "./registry/index.ts";
import type { Clock, Observer } from "./seams.ts";
import { openStorage, prepareStatements, type Statements, type Storage } from "./storage/index.ts";

/** A running server. */
export interface RunningServer {
  readonly ingressUrl: string;
  readonly adminUrl: string;
  /** Where a browser finds the dashboard: with an access token, a link that works once, another one at each call. */
  dashboardUrl(): string;
  readonly registrar: Registrar;
  readonly registry: Registry;
  /** From now on `observer` is told what happens. @returns a function that ends it */
  observe(observer: Observer): () => void;
  /**
   * Serves services in this process, and resolves when they are registered: defined with `restate-lite/sdk` or the
   * official SDK, or a fetch handler that serves some. They share the deployment `in-process://NAME` (name: `services`
   * unless the options say otherwise) with what has been registered under it since the server started; a service of
   * the same name is replaced. If that changes what the deployment serves, its services get a new revision, as with a
   * forced registration. Invocations in flight, also those of earlier processes with this data directory, go on with
   * the new code. Until their service is registered they wait (RT0011), whatever their retry policy.
   *
   * @throws ServerError, SdkError when something of it cannot be served or registered; nothing has changed then
   */
  register(services: readonly InProcessService[], options?: InProcessOptions): Promise<Registered>;
  /**
   * Stops accepting, lets running attempts and waiting clients finish for up to `graceMs`, then cuts what is left;
   * what is unfinished goes on after the next start.
   */
  close(graceMs?: number): Promise<void>;
}

/** A server with what is inside: for the test harness. */
export interface OpenServer extends RunningServer {
  readonly engine: Engine;
  readonly storage: Storage;
  readonly statements: Statements;
}

/** Between engine and invoker: what one tells the other passes through. For the test harness and its faults. */
export interface AttemptLink {
  host(invoker: AttemptHost): AttemptHost;
  events(engine: AttemptEvents): AttemptEvents;
}

export interface StartParts {
  readonly config: ServerConfig;
  readonly log: Log;
  /** The storage can write no more: nothing is acknowledged from here on, and the process should end. */
  readonly onFatal: (error: Error) => void;
  /** Served in this process from the start: see `RunningServer.register`. */
  readonly services?: readonly InProcessService[];
  /** How they are served. */
  readonly endpoint?: InProcessOptions;
  /** Default: the wall clock. */
  readonly clock?: Clock;
  /** Default: engine and invoker talk directly. */
  readonly link?: AttemptLink;
  /** How long clients may take. Default: long. */
  readonly limits?: Partial<ListenLimits>;
}

/**
 * Starts a server: storage, registry, engine, invoker, ingress, admin.
 * @throws ServerError when the data directory is in use, the database is newer than the program, a port is taken
 */
export async function startServer(parts: StartParts): Promise<RunningServer> {
  return await startOpenServer(parts);
}

/** The same, for those who look inside. */
export async function startOpenServer(parts: StartParts): Promise<OpenServer> {
  const { config, log, onFatal } = parts;
  const storage = openStorage({
    dataDir: config.isEphemeral ? ":memory:" : config.dataDir,
    durability: config.durability,
    migrationsDir: migrationsDir(),
    log,
    onFatal,
  });
  try {
    return await assemble(parts, storage);
  } catch (error) {
    await storage.close();
    throw error;
  }
}

async function assemble(parts: StartParts, storage: Storage): Promise<OpenServer> {
  const { config, log, services, endpoint, clock = systemClock, link, limits = {} } = parts;
  const ids = randomIds();
  const { turns } = storage;
  const registry = new Registry({ storage, clock, ids });
  const limitRules = new LimitRules(storage, clock);
  const pausedQueues = new PausedQueues(storage);
  // Engine and invoker know each other: the engine gets the invoker's methods before there is an invoker.
  const late: { invoker?: Invoker } = {};
  const host: AttemptHost = {
    start: (attempt) => late.invoker?.start(attempt),
    deliver: (attempt, frame) => late.invoker?.deliver(attempt, frame),
    abort: (attempt) => late.invoker?.abort(attempt),
    letGo: (attempt) => late.invoker?.letGo(attempt),
    closeInput: (attempt) => late.invoker?.closeInput(attempt),
  };
  const statements = prepareStatements(storage.db);
  const engine = new Engine({
    statements,
    turns,
    registry,
    limitRules,
    pausedQueues,
    clock,
    ids,
    host: link?.host(host) ?? host,
    settings: { concurrentInvocations: config.concurrentInvocations },
    log,
  });
  const invokerSettings = invokerSettingsOf(config);
  const identity =
    config.identityKeyFile === undefined ? undefined : createRequestIdentity(readKey(config.identityKeyFile), clock);
  const directory = new InProcessDirectory();
  const invoker = createInvoker({
    reads: engine.reads,
    apply: (command) => turns.apply(command),
    events: link?.events(engine.events) ?? engine.events,
    config: invokerSettings,
    clock,
    log,
    identity,
    inProcess: directory,
  });
  late.invoker = invoker;
  let isRecovered = false;
  const registrar = new Registrar({
    registry,
    turns,
    defaults: defaultsOf(config),
    discover: async (uri, options) =>
      isInProcess(uri)
        ? directory.discover(uri)
        : await discover(uri, { ...options, identity, config: invokerSettings }),
    onRegistered: () => {
      if (isRecovered) engine.lookAgain();
    },
  });
  const inProcess = new InProcessRegistrar(registrar, directory, clock, log);
  // Before anything can call or resume them.
  if (services !== undefined && services.length > 0) await inProcess.register(services, endpoint);

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
      registrar,
      limitRules,
      pausedQueues,
      kafka: new Kafka(storage, clock),
      query,
      convert: ({ uri, httpVersion, additionalHeaders }, conversion) => {
        if (isInProcess(uri)) return directory.convert(uri, conversion);
        const useHttp11 = httpVersion === "HTTP/1.1";
        return convert({ uri, useHttp11, additionalHeaders, identity, config: invokerSettings }, conversion);
      },
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
  turns.apply(() => {
    engine.recover();
    engine.lookAgain();
  });
  isRecovered = true;
  heldIngress.open();
  heldAdmin.open();
  const adminUrl = urlOf(adminHost, adminListener.port);
  return {
    ingressUrl,
    adminUrl,
    dashboardUrl: () => adminUrl + (access?.link() ?? "/ui"),
    registrar,
    registry,
    engine,
    storage,
    statements,
    observe: (observer) => engine.observe(observer),
    register: (more, options) => inProcess.register(more, options),
    async close(graceMs = 0) {
      ingress.close();
      feed.close();
      await Promise.all([ingressListener.close(graceMs), adminListener.close(graceMs)]);
      query.close();
      engine.stop();
      await invoker.close();
      await storage.close();
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

function invokerSettingsOf(config: ServerConfig): Partial<InvokerSettings> {
  return {
    messageLimitBytes: config.messageLimitBytes,
    eagerStateLimitBytes: config.hasNoEagerState ? 0 : config.eagerStateLimitBytes,
    requestHeaders: config.requestHeaders,
    streamsPerConnection: config.streamsPerConnection,
    connectionsPerOrigin: Math.min(endpointConnections(), DEFAULT_INVOKER_SETTINGS.connectionsPerOrigin),
    connectTimeoutMs: config.connectTimeoutMs,
    idleConnectionMs: config.idleConnectionMs,
    clusterName: config.clusterName,
  };
}

function defaultsOf(config: ServerConfig): ServiceDefaults {
  return {
    inactivityTimeoutMs: config.inactivityTimeoutMs,
    abortTimeoutMs: config.abortTimeoutMs,
    idempotencyRetentionMs: config.idempotencyRetentionMs,
    workflowRetentionMs: config.workflowRetentionMs,
    journalRetentionMs: config.journalRetentionMs,
    maxJournalRetentionMs: config.maxJournalRetentionMs,
    maxIdempotencyRetentionMs: config.maxIdempotencyRetentionMs,
    maxWorkflowRetentionMs: config.maxWorkflowRetentionMs,
    maxRetryAttempts: config.maxRetryAttempts,
    enableLazyState: false,
    retryPolicy: {
      initialIntervalMs: config.retryInitialIntervalMs,
      factor: config.retryFactor,
      maxIntervalMs: config.retryMaxIntervalMs,
      maxAttempts: config.retryMaxAttempts,
      onMaxAttempts: config.retryOnMaxAttempts === "kill" ? "Kill" : "Pause",
    },
  };
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

function readKey(file: string): Buffer {
  try {
    return readFileSync(file);
  } catch (error) {
    throw new ServerError(500, "RT0002", `Cannot read the request identity key ${file}: ${(error as Error).message}`);
  }
}

/** `migrations/` of the package: beside `server/` in a checkout, beside `dist/` when bundled; both one level up. */
export function migrationsDir(): string {
  const dir = join(dirname(fileURLToPath(import.meta.url)), "..", "migrations");
  if (!existsSync(dir))
    throw new ServerError(500, "RL_BROKEN_INSTALLATION", `${dir} is missing: install restate-lite again`);
  return dir;
}
