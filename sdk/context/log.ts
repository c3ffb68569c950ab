import type { LoggerTransport, LogMetadata, Request } from "../authoring/index.ts";
import { LoggerContext, LogSource, RestateLogLevel } from "../authoring/index.ts";
import type { HandlerName } from "./request.ts";

const SEVERITY: Readonly<Record<RestateLogLevel, number>> = { trace: 1, debug: 2, info: 3, warn: 4, error: 5 };

/**
 * A logger to the console, silent while replaying.
 *
 * @param levelName in any case, as `RESTATE_LOGGING` says it; absent or empty: info
 * @throws TypeError when there is no such level
 */
export function createConsoleLogger(levelName?: string): LoggerTransport {
  const level = (levelName || RestateLogLevel.INFO).toLowerCase();
  const threshold = Object.hasOwn(SEVERITY, level) ? SEVERITY[level as RestateLogLevel] : undefined;
  if (threshold === undefined) {
    throw new TypeError(
      `RESTATE_LOGGING is set to "${levelName}", which is no log level. Use one of ${Object.keys(SEVERITY).join(", ")}.`,
    );
  }
  return (metadata, message, ...rest) => {
    if (!metadata.replaying && SEVERITY[metadata.level] >= threshold) {
      console[metadata.level](`${prefix(metadata)} ${metadata.level.toUpperCase()}:`, message, ...rest);
    }
  };
}

let fromEnvironment: LoggerTransport | undefined;

/** The logger for who sets none. `RESTATE_LOGGING` is read at the first message. */
export const consoleLogger: LoggerTransport = (metadata, message, ...rest) => {
  fromEnvironment ??= createConsoleLogger(globalThis.process?.env?.RESTATE_LOGGING);
  fromEnvironment(metadata, message, ...rest);
};

function prefix({ context }: LogMetadata): string {
  let text = `[restate][${new Date().toISOString()}]`;
  if (context !== undefined) {
    text += `[${context.invocationTarget}][${context.invocationId}]`;
    for (const [name, value] of Object.entries(context.additionalContext ?? {})) text += `[${name}: ${value}]`;
  }
  return text;
}

/** What an attempt and its handler say. */
export class AttemptLog {
  readonly #transport: LoggerTransport;
  readonly #isReplaying: () => boolean;
  #context: LoggerContext | undefined;
  #console: Console | undefined;

  constructor(transport: LoggerTransport, isReplaying: () => boolean) {
    this.#transport = transport;
    this.#isReplaying = isReplaying;
  }

  /** From here on messages say which invocation they are about. */
  about(name: HandlerName, key: string, request: Request, additional: Record<string, string> | undefined): void {
    this.#context = new LoggerContext(request.id, name.service, name.handler, key || undefined, request, additional);
  }

  /** `ctx.console`: the console of the platform, with the methods that have a level going to the transport. */
  get console(): Console {
    this.#console ??= Object.create(contextConsole, { [LOG]: { value: this } }) as Console;
    return this.#console;
  }

  info(message: string, ...rest: unknown[]): void {
    this.#writeOwn(RestateLogLevel.INFO, message, rest);
  }

  warn(message: string, ...rest: unknown[]): void {
    this.#writeOwn(RestateLogLevel.WARN, message, rest);
  }

  error(message: string, ...rest: unknown[]): void {
    this.#writeOwn(RestateLogLevel.ERROR, message, rest);
  }

  /** What the handler says by its console. */
  writeForHandler(level: RestateLogLevel, message: unknown, rest: unknown[]): void {
    this.#write(level, LogSource.USER, this.#isReplaying(), message, rest);
  }

  /** A logger that throws is no reason for an attempt to go wrong. */
  #writeOwn(level: RestateLogLevel, message: string, rest: unknown[]): void {
    try {
      this.#write(level, LogSource.JOURNAL, false, message, rest);
    } catch {
      // There is nowhere to say it.
    }
  }

  #write(level: RestateLogLevel, source: LogSource, replaying: boolean, message: unknown, rest: unknown[]): void {
    const metadata: LogMetadata = { source, level, replaying };
    if (this.#context !== undefined) metadata.context = this.#context;
    this.#transport(metadata, message, ...rest);
  }
}

const LOG = Symbol("log");

function methodWith(level: RestateLogLevel): PropertyDescriptor {
  return {
    // A getter, so that the method keeps its console when it is passed around.
    get(this: { readonly [LOG]: AttemptLog }) {
      const log = this[LOG];
      return (message?: unknown, ...rest: unknown[]): void => log.writeForHandler(level, message, rest);
    },
  };
}

const contextConsole = Object.create(console, {
  trace: methodWith(RestateLogLevel.TRACE),
  debug: methodWith(RestateLogLevel.DEBUG),
  info: methodWith(RestateLogLevel.INFO),
  log: methodWith(RestateLogLevel.INFO),
  warn: methodWith(RestateLogLevel.WARN),
  error: methodWith(RestateLogLevel.ERROR),
});
