import { readFileSync } from "node:fs";
import type { ServerConfig } from "./config/index.ts";
import { type AttemptEvents, type AttemptHost, Engine } from "./engine/index.ts";
import { ServerError } from "./errors.ts";
import { endpointConnections } from "./http/index.ts";
import { randomIds } from "./ids.ts";
import { InProcessRegistrar } from "./in-process.ts";
import {
  type Conversion,
  convert,
  createInvoker,
  createRequestIdentity,
  DEFAULT_INVOKER_SETTINGS,
  discover,
  InProcessDirectory,
  type Invoker,
  type InvokerSettings,
  isInProcess,
} from "./invoker/index.ts";
import type { Log } from "./log.ts";
import { Registrar } from "./registration.ts";
import { type Deployment, LimitRules, PausedQueues, Registry, type ServiceDefaults } from "./registry/index.ts";
import type { Clock } from "./seams.ts";
import { prepareStatements, type Storage } from "./storage/index.ts";

/** Between engine and invoker: what one tells the other passes through. For the test harness and its faults. */
export interface AttemptLink {
  host(invoker: AttemptHost): AttemptHost;
  events(engine: AttemptEvents): AttemptEvents;
}

export interface CoreParts {
  readonly config: ServerConfig;
  readonly log: Log;
  readonly clock: Clock;
  readonly storage: Storage;
  readonly link?: AttemptLink | undefined;
}

export type Core = ReturnType<typeof createCore>;

/** What runs invocations: registry, engine and invoker. None of them hears anybody before there are ports. */
export function createCore({ config, log, clock, storage, link }: CoreParts) {
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
  return {
    storage,
    clock,
    registry,
    limitRules,
    pausedQueues,
    statements,
    engine,
    registrar,
    inProcess: new InProcessRegistrar(registrar, directory, clock, log),
    /** Lets an endpoint convert a payload. */
    convert: ({ uri, httpVersion, additionalHeaders }: Deployment, conversion: Conversion) => {
      if (isInProcess(uri)) return directory.convert(uri, conversion);
      const useHttp11 = httpVersion === "HTTP/1.1";
      return convert({ uri, useHttp11, additionalHeaders, identity, config: invokerSettings }, conversion);
    },
    /** Goes on with what was unfinished. Once, when whatever it does can be told. */
    recover(): void {
      turns.apply(() => {
        engine.recover();
        engine.lookAgain();
      });
      isRecovered = true;
    },
    async close(): Promise<void> {
      engine.stop();
      await invoker.close();
    },
  };
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

function readKey(file: string): Buffer {
  try {
    return readFileSync(file);
  } catch (error) {
    throw new ServerError(500, "RT0002", `Cannot read the request identity key ${file}: ${(error as Error).message}`);
  }
}
