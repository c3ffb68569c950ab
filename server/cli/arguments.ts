import { parseArgs } from "node:util";
import type { Options } from "../config/index.ts";

export interface Arguments {
  readonly command: "start" | "dev" | "help" | "version";
  /** Settings given as options, by option name. */
  readonly options: Options;
  readonly configFile: string | undefined;
  /** Endpoints to register (`dev`). */
  readonly endpoints: readonly string[];
  readonly useHttp11: boolean;
  /** What stands after `--` (`dev`). */
  readonly child: readonly string[];
}

/** Arguments that make no sense; the message is one line for the user. */
export class UsageError extends Error {}

const SERVER_OPTIONS = {
  host: { type: "string" },
  "ingress-port": { type: "string" },
  "admin-port": { type: "string" },
  "data-dir": { type: "string" },
  ephemeral: { type: "boolean" },
  durability: { type: "string" },
  "log-level": { type: "string" },
  "log-format": { type: "string" },
  "allowed-host": { type: "string", multiple: true },
  "allowed-origin": { type: "string", multiple: true },
} as const;

const OWN_OPTIONS = {
  "config-file": { type: "string", short: "c" },
  endpoint: { type: "string", multiple: true },
  "use-http1.1": { type: "boolean" },
  help: { type: "boolean", short: "h" },
  version: { type: "boolean", short: "V" },
} as const;

export const HELP = `restate-lite: durable execution on one machine, compatible with Restate

  restate-lite dev [options] [-- COMMAND ARGS…]   server that finds and registers your endpoint
  restate-lite start [options]                    server, nothing else

dev
  --endpoint URL          endpoint to register (repeatable; default http://localhost:9080)
  --use-http1.1           the endpoint speaks HTTP/1.1 only
  -- COMMAND ARGS…        starts the endpoint too, and ends it with the server

server
  --ingress-port PORT     default 8080            --data-dir DIR       default ./.restate-lite
  --admin-port PORT       default 9070            --ephemeral          keep everything in memory
  --host ADDRESS          default 127.0.0.1       --durability LEVEL   power (default) or process
  --allowed-host NAME     other names that clients may use for this server (repeatable)
  --allowed-origin URL    web pages that may use it (repeatable)
  --log-level LEVEL       debug, info, warn, error   --log-format FORMAT  pretty, compact, json
  -c, --config-file FILE  restate.toml; every setting also as RESTATE_… in the environment

  -h, --help   -V, --version
`;

/** Reads the command line. @throws UsageError */
export function readArguments(argv: readonly string[]): Arguments {
  let parsed: ReturnType<typeof parse>;
  try {
    parsed = parse(argv);
  } catch (error) {
    throw new UsageError((error as Error).message.split(". ")[0]);
  }
  const { values, positionals, tokens } = parsed;
  const terminator = tokens.find((token) => token.kind === "option-terminator");
  const child = terminator === undefined ? [] : argv.slice(terminator.index + 1);
  const [command, ...rest] = positionals.slice(0, positionals.length - child.length);
  const { endpoint, help, version, "use-http1.1": useHttp11, "config-file": configFile, ...options } = values;
  if (help === true) return result("help");
  if (version === true) return result("version");
  if (command === undefined) return result("help");
  if (command !== "start" && command !== "dev") throw new UsageError(`there is no command '${command}'`);
  if (rest.length > 0) throw new UsageError(`unexpected argument '${rest[0]}'`);
  if (command === "start" && (endpoint !== undefined || child.length > 0 || useHttp11 === true)) {
    throw new UsageError(
      "'start' runs a server and nothing else; 'dev' takes --endpoint, --use-http1.1 and a command after --",
    );
  }
  return result(command);

  function result(what: Arguments["command"]): Arguments {
    return { command: what, options, configFile, endpoints: endpoint ?? [], useHttp11: useHttp11 === true, child };
  }
}

function parse(argv: readonly string[]) {
  return parseArgs({
    args: [...argv],
    options: { ...SERVER_OPTIONS, ...OWN_OPTIONS },
    allowPositionals: true,
    strict: true,
    tokens: true,
  });
}
