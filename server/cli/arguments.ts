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
  /** The program to run (`dev`). */
  readonly file: string | undefined;
  /** What stands after `--` (`dev`): a command, or the arguments of the file. */
  readonly child: readonly string[];
  /** What becomes of the invocations of an old version (`dev`). */
  readonly reload: "beside" | "replace";
  /** Files whose change starts the command again; `undefined`: sources of the usual languages (`dev`). */
  readonly patterns: readonly string[] | undefined;
  readonly isWatched: boolean;
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
  "admin-token": { type: "string" },
  "admin-token-file": { type: "string" },
  insecure: { type: "boolean" },
} as const;

const OWN_OPTIONS = {
  "config-file": { type: "string", short: "c" },
  endpoint: { type: "string", multiple: true },
  "use-http1.1": { type: "boolean" },
  watch: { type: "string", multiple: true },
  "no-watch": { type: "boolean" },
  reload: { type: "string" },
  help: { type: "boolean", short: "h" },
  version: { type: "boolean", short: "V" },
} as const;

export const HELP = `restate-lite: durable execution on one machine, compatible with Restate

  restate-lite dev FILE [options] [-- ARGS…]      server, and a TypeScript or JavaScript file that it serves
  restate-lite dev [options] -- COMMAND ARGS…     server, and a command in any language that serves an endpoint
  restate-lite dev [options]                      server that finds and registers an endpoint you started
  restate-lite start [options]                    server, nothing else
  restate-lite invoke | ls | describe | state | sql | reset | export | import | completion
                                                  talk to a running server; restate-lite COMMAND --help says how

dev
  On save a new version starts beside the old one, which stays until its invocations have finished.
  --reload=replace        moves invocations to the new code instead; pauses those that do not fit it
  --endpoint URL          where the endpoint answers (repeatable; default http://localhost:9080, or the port in PORT)
  --watch GLOB            files whose change starts the command again (repeatable; default: sources in this folder)
  --no-watch              starts the command once
  --use-http1.1           the endpoint speaks HTTP/1.1 only

server
  --ingress-port PORT     default 8080            --data-dir DIR       default ./.restate-lite
  --admin-port PORT       default 9070            --ephemeral          keep everything in memory
  --host ADDRESS          default 127.0.0.1       --durability LEVEL   power (default) or process
  --allowed-host NAME     other names that clients may use for this server (repeatable)
  --allowed-origin URL    web pages that may use it (repeatable)
  --admin-token-file FILE who administers the server has to show the token in it (or RESTATE_ADMIN_TOKEN,
                          or --admin-token TOKEN, which other users of the machine can see in ps)
  --insecure              who can connect may do everything, from other machines too
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
  const {
    endpoint,
    help,
    version,
    "use-http1.1": useHttp11,
    "config-file": configFile,
    watch,
    "no-watch": noWatch,
    reload = "beside",
    ...options
  } = values;
  let file: string | undefined;
  if (help === true) return result("help");
  if (version === true) return result("version");
  if (command === undefined) return result("help");
  if (command !== "start" && command !== "dev") throw new UsageError(`there is no command '${command}'`);
  const unexpected = [...rest];
  if (command === "dev") file = unexpected.shift();
  if (unexpected.length > 0) throw new UsageError(`unexpected argument '${unexpected[0]}'`);
  const isForDev = [endpoint, useHttp11, watch, noWatch, values.reload].some((value) => value !== undefined);
  if (command === "start" && (isForDev || child.length > 0)) {
    throw new UsageError(
      "'start' runs a server and nothing else; 'dev' takes a file, a command after --, --endpoint, --watch, --reload",
    );
  }
  if (reload !== "beside" && reload !== "replace") {
    throw new UsageError(`--reload is beside (the default) or replace, not '${reload}'`);
  }
  if (file !== undefined && watch !== undefined) {
    throw new UsageError("--watch is for commands; of a file, the files that it imports are watched");
  }
  for (const url of endpoint ?? []) {
    if (!/^https?:\/\//.test(url) || !URL.canParse(url)) {
      throw new UsageError(`--endpoint '${url}' is not an address such as http://localhost:9080`);
    }
  }
  return result(command);

  function result(what: Arguments["command"]): Arguments {
    return {
      command: what,
      options,
      configFile,
      endpoints: endpoint ?? [],
      useHttp11: useHttp11 === true,
      file,
      child,
      reload: reload === "replace" ? "replace" : "beside",
      patterns: watch,
      isWatched: noWatch !== true,
    };
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
