/**
 * The server's configuration: defaults < `restate.toml` < `RESTATE_*` environment < command line. A value that
 * cannot be read is an error that names its source; a name that nobody knows is a warning, never silence.
 *
 * `settings` has every setting, its names and its default; `values` reads one; `others` are those of the real server
 * that do nothing here, with the reason; `document` writes docs/configuration.md.
 */
import { existsSync, readFileSync } from "node:fs";
import { ServerError } from "../errors.ts";
import { otherSetting } from "./others.ts";
import { OF_OTHER_PROGRAMS, SETTINGS, type ServerConfig, type Setting } from "./settings.ts";
import { BadValue, durationMs } from "./values.ts";

export type { ServerConfig } from "./settings.ts";
export { durationMs };

/** Values from the command line, by option name. */
export type Options = Readonly<Record<string, string | boolean | readonly string[] | undefined>>;

export interface Sources {
  readonly options: Options;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** From `--config-file`; `RESTATE_CONFIG` otherwise. */
  readonly configFile: string | undefined;
  /** What holds where no source says anything, instead of the default of the command line. */
  readonly defaults?: Partial<ServerConfig>;
}

export interface Loaded {
  readonly config: ServerConfig;
  /** A sentence each, for the log. */
  readonly warnings: readonly string[];
}

interface Given {
  readonly value: unknown;
  /** How a person would name the source: `--host`, `RESTATE_BIND_IP`, `bind-ip in restate.toml`. */
  readonly source: string;
}

/** Brings other names of a setting to its own, and splits an address into the two settings that it stands for. */
function normal(given: ReadonlyMap<string, Given>): Map<string, Given> {
  const own = new Map(given);
  for (const { path, aliases = [] } of Object.values(SETTINGS) as Setting<unknown>[]) {
    for (const alias of aliases) {
      const value = own.get(alias);
      if (value === undefined) continue;
      own.delete(alias);
      if (!own.has(path)) own.set(path, value);
    }
  }
  for (const section of ["ingress", "admin"]) {
    const random = own.get(`${section}.use-random-ports`);
    if (random !== undefined) {
      own.delete(`${section}.use-random-ports`);
      const isGiven = own.has(`${section}.bind-port`) || own.has(`${section}.bind-address`);
      if (String(random.value) === "true" && !isGiven) {
        own.set(`${section}.bind-port`, { value: 0, source: random.source });
      }
    }
    const address = own.get(`${section}.bind-address`);
    if (address === undefined) continue;
    own.delete(`${section}.bind-address`);
    const { value, source } = address;
    const match = /^(?:\[([^\]]+)\]|([^:]+)):(\d+)$/.exec(String(value));
    if (match === null) {
      throw new ServerError(500, "RT0002", `${source}: ${JSON.stringify(value)} is not an address like "0.0.0.0:8080"`);
    }
    const [, ipv6, host, port] = match;
    if (!own.has(`${section}.bind-ip`)) own.set(`${section}.bind-ip`, { value: ipv6 ?? host, source });
    if (!own.has(`${section}.bind-port`)) own.set(`${section}.bind-port`, { value: port, source });
  }
  return own;
}

/** `RESTATE_INGRESS__BIND_PORT` for `ingress.bind-port`. */
export function environmentName(path: string): string {
  return `RESTATE_${path.replaceAll(".", "__").replaceAll("-", "_").toUpperCase()}`;
}

/**
 * Reads the configuration.
 * @throws ServerError RT0002 when a value or the file cannot be read
 */
export async function loadConfig(sources: Sources): Promise<Loaded> {
  const warnings: string[] = [];
  const file = sources.configFile ?? sources.environment.RESTATE_CONFIG;
  const fromFile = normal(file === undefined ? new Map<string, Given>() : await readFile(file));
  const fromEnvironment = normal(readEnvironment(sources.environment));

  const known = new Set(Object.values(SETTINGS).map(({ path }) => path));
  for (const [path, { value, source }] of [...fromFile, ...fromEnvironment]) {
    if (known.has(path)) continue;
    const other = otherSetting(path);
    if (other === undefined) warnings.push(`${source} is no setting of restate-lite and is ignored`);
    else if (other.isMissed === true && !isEmpty(value)) warnings.push(`${source} has no effect: ${other.reason}`);
    else if (/(^|\.)listen-mode$/.test(path) && value === "unix")
      warnings.push(`${source} has no effect: ${other.reason}`);
  }

  const config: Record<string, unknown> = {};
  const defaults: Readonly<Record<string, unknown>> = sources.defaults ?? {};
  for (const [key, setting] of Object.entries(SETTINGS) as [string, Setting<unknown>][]) {
    const given =
      fromOption(sources.options, setting) ?? fromEnvironment.get(setting.path) ?? fromFile.get(setting.path);
    config[key] = given === undefined ? (defaults[key] ?? setting.otherwise) : parse(setting, given);
  }
  if (config.usesRandomPorts === true) {
    for (const key of ["ingressPort", "adminPort"] as const) {
      const { path, option } = SETTINGS[key];
      const isGiven = fromEnvironment.has(path) || fromFile.has(path) || sources.options[option ?? ""] !== undefined;
      if (!isGiven) config[key] = 0;
    }
  }
  // reason: every key of SETTINGS has just been given the type that its parser returns.
  return { config: config as unknown as ServerConfig, warnings };
}

/** As a dumped configuration has it for what is not set. */
function isEmpty(value: unknown): boolean {
  return value === "" || value === "[]" || (Array.isArray(value) && value.length === 0);
}

function parse(setting: Setting<unknown>, { value, source }: Given): unknown {
  try {
    return setting.parse(value);
  } catch (error) {
    if (!(error instanceof BadValue)) throw error;
    throw new ServerError(500, "RT0002", `${source}: ${error.message}`);
  }
}

function fromOption(options: Options, setting: Setting<unknown>): Given | undefined {
  if (setting.option === undefined) return undefined;
  const value = options[setting.option];
  return value === undefined ? undefined : { value, source: `--${setting.option}` };
}

function readEnvironment(environment: Sources["environment"]): Map<string, Given> {
  const given = new Map<string, Given>();
  for (const [name, value] of Object.entries(environment)) {
    if (!name.startsWith("RESTATE_") || name === "RESTATE_CONFIG" || name.startsWith("RESTATE_LITE_")) continue;
    if (OF_OTHER_PROGRAMS.test(name)) continue;
    if (value === undefined) continue;
    const path = name.slice("RESTATE_".length).toLowerCase().replaceAll("__", ".").replaceAll("_", "-");
    given.set(path, { value, source: name });
  }
  const filter = environment.RUST_LOG;
  if (filter !== undefined && !given.has("log-filter")) given.set("log-filter", { value: filter, source: "RUST_LOG" });
  return given;
}

async function readFile(file: string): Promise<Map<string, Given>> {
  if (!existsSync(file)) throw new ServerError(500, "RT0002", `configuration file ${file} does not exist`);
  const { parse: parseToml } = await import("smol-toml");
  let document: unknown;
  try {
    document = parseToml(readFileSync(file, "utf8"));
  } catch (error) {
    throw new ServerError(500, "RT0002", `configuration file ${file}: ${(error as Error).message}`);
  }
  const given = new Map<string, Given>();
  flatten(document, "", file, given);
  return given;
}

function flatten(value: unknown, path: string, file: string, into: Map<string, Given>): void {
  const isWhole = path === SETTINGS.requestHeaders.path || SETTINGS.requestHeaders.aliases?.includes(path) === true;
  if (typeof value === "object" && value !== null && !Array.isArray(value) && !isWhole) {
    for (const [name, child] of Object.entries(value))
      flatten(child, path === "" ? name : `${path}.${name}`, file, into);
  } else {
    into.set(path, { value, source: `${path} in ${file}` });
  }
}
