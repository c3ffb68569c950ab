import { loadConfig, type ServerConfig } from "./config/index.ts";
import { ServerError } from "./errors.ts";
import type { InProcessOptions, InProcessService } from "./invoker/index.ts";
import { createLog, type Log } from "./log.ts";
import { type RunningServer, startServer } from "./start.ts";

/** What `RestateLite.start` takes. Whatever else the server can be told is there under the names of `ServerConfig`. */
export interface RestateLiteOptions extends Partial<ServerConfig> {
  /** Services to serve in this process; more can follow with `register`. */
  readonly services?: readonly InProcessService[];
  /** How they are served: the name of their deployment, and the options of an endpoint. */
  readonly endpoint?: InProcessOptions;
  /** `restate.toml`; default: the environment variable `RESTATE_CONFIG`. */
  readonly configFile?: string;
  /** Default: stderr, from `logLevel` on. */
  readonly log?: Log;
  /** The storage can write no more and nothing is acknowledged from here on. Default: an error in the log. */
  readonly onFatal?: (error: Error) => void;
}

/**
 * Starts a server with services in this process:
 *
 *     const restate = await RestateLite.start({ services: [greeter] });
 *     await fetch(`${restate.ingressUrl}/greeter/greet`, { method: "POST", body: '"Ada"', headers });
 *     await restate.close();
 *
 * Options come first, then the `RESTATE_*` environment and `restate.toml` as for the command line, then the defaults:
 * those of the command line, except that both ports are free ones chosen by the system, that only warnings are logged,
 * and that everything is kept in memory unless a data directory is named (`dataDir`, `RESTATE_BASE_DIR`).
 *
 * With a data directory invocations outlive the process. After the next start they go on when the same services have
 * been registered again, on the code that they have then: changes to running handlers must fit their journals, as
 * they must when an endpoint is registered again by force. Handlers share the thread with the server, so one that
 * computes for long holds up all others; serve such a handler from a process of its own.
 *
 * @throws ServerError when a setting is bad, a port or the data directory is taken, or a service cannot be served
 */
async function start(options: RestateLiteOptions = {}): Promise<RunningServer> {
  const { services, endpoint, configFile, log: givenLog, onFatal, ...settings } = options;
  const { config: loaded, warnings } = await loadConfig({
    options: {},
    environment: process.env,
    configFile,
    defaults: { ingressPort: 0, adminPort: 0, logLevel: "warn", dataDir: "" },
  });
  const merged = { ...loaded, ...withoutUndefined(settings) };
  if (merged.dataDir === "" && settings.isEphemeral === false) {
    throw new ServerError(500, "RT0002", "isEphemeral: false needs a directory to keep data in: pass dataDir");
  }
  const config: ServerConfig = { ...merged, isEphemeral: merged.isEphemeral || merged.dataDir === "" };
  const log = givenLog ?? (await createLog(config));
  for (const warning of warnings) log("warn", warning);
  return await startServer({
    config,
    log,
    onFatal: onFatal ?? ((error) => log("error", "The storage failed. Nothing is acknowledged any more.", { error })),
    ...(services === undefined ? {} : { services }),
    ...(endpoint === undefined ? {} : { endpoint }),
  });
}

/** An option that is there and undefined is not given. */
function withoutUndefined<T extends object>(options: T): T {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as T;
}

/** A server and the services that it runs, in one process. */
export const RestateLite = { start };
