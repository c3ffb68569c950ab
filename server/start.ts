import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { systemClock } from "./clock.ts";
import type { ServerConfig } from "./config/index.ts";
import { type AttemptLink, createCore } from "./core.ts";
import type { Engine } from "./engine/index.ts";
import { ServerError } from "./errors.ts";
import type { ListenLimits } from "./http/index.ts";
import type { InProcessOptions, InProcessService } from "./invoker/index.ts";
import type { Log } from "./log.ts";
import { listenOnPorts } from "./ports.ts";
import type { Registrar } from "./registration.ts";
import type { Registered, Registry } from "./registry/index.ts";
import type { Clock, Observer } from "./seams.ts";
import { openStorage, type Statements, type Storage } from "./storage/index.ts";

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
  const core = createCore({ config, log, clock, storage, link });
  const { engine, registry, registrar, inProcess, statements } = core;
  // Before anything can call or resume them.
  if (services !== undefined && services.length > 0) await inProcess.register(services, endpoint);
  const ports = await listenOnPorts(core, config, log, limits);
  core.recover();
  ports.open();
  return {
    ingressUrl: ports.ingressUrl,
    adminUrl: ports.adminUrl,
    dashboardUrl: () => ports.dashboardUrl(),
    registrar,
    registry,
    engine,
    storage,
    statements,
    observe: (observer) => engine.observe(observer),
    register: (more, options) => inProcess.register(more, options),
    async close(graceMs = 0) {
      await ports.close(graceMs);
      await core.close();
      await storage.close();
    },
  };
}

/** `migrations/` of the package: beside `server/` in a checkout, beside `dist/` when bundled; both one level up. */
export function migrationsDir(): string {
  const dir = join(dirname(fileURLToPath(import.meta.url)), "..", "migrations");
  if (!existsSync(dir))
    throw new ServerError(500, "RL_BROKEN_INSTALLATION", `${dir} is missing: install restate-lite again`);
  return dir;
}
