import type { Any } from "../core/index.ts";
import type { RestateLogLevel as Level, LogSource as Source } from "./log-level.ts";
import type { Request } from "./request.ts";

export type RestateLogLevel = Level;
export declare namespace RestateLogLevel {
  export type TRACE = Level.TRACE;
  export type DEBUG = Level.DEBUG;
  export type INFO = Level.INFO;
  export type WARN = Level.WARN;
  export type ERROR = Level.ERROR;
}
export const RestateLogLevel = {
  TRACE: "trace" as Level.TRACE,
  DEBUG: "debug" as Level.DEBUG,
  INFO: "info" as Level.INFO,
  WARN: "warn" as Level.WARN,
  ERROR: "error" as Level.ERROR,
} as const;

/** Who says it: the SDK, the journal, or the handler by `ctx.console`. */
export type LogSource = Source;
export declare namespace LogSource {
  export type SYSTEM = Source.SYSTEM;
  export type JOURNAL = Source.JOURNAL;
  export type USER = Source.USER;
}
export const LogSource = {
  SYSTEM: "SYSTEM" as Source.SYSTEM,
  JOURNAL: "JOURNAL" as Source.JOURNAL,
  USER: "USER" as Source.USER,
} as const;

export type LogMetadata = {
  source: LogSource;
  level: RestateLogLevel;
  /** The handler does again what it did in an earlier attempt: most loggers say nothing then. */
  replaying: boolean;
  /** Absent for what belongs to no invocation. */
  context?: LoggerContext;
};

/** Where messages go. It decides which ones to drop. */
export type LoggerTransport = (params: LogMetadata, message?: Any, ...optionalParams: Any[]) => void;

/** The invocation that a message is about. */
export class LoggerContext {
  /** `service/handler`, or `service/key/handler`. */
  readonly invocationTarget: string;
  readonly invocationId: string;
  readonly serviceName: string;
  readonly handlerName: string;
  readonly key?: string | undefined;
  readonly request?: Request | undefined;
  readonly additionalContext?: { [name: string]: string } | undefined;

  constructor(
    invocationId: string,
    serviceName: string,
    handlerName: string,
    key?: string | undefined,
    request?: Request | undefined,
    additionalContext?: { [name: string]: string } | undefined,
  ) {
    this.invocationId = invocationId;
    this.serviceName = serviceName;
    this.handlerName = handlerName;
    this.key = key;
    this.request = request;
    this.additionalContext = additionalContext;
    this.invocationTarget = key ? `${serviceName}/${key}/${handlerName}` : `${serviceName}/${handlerName}`;
  }
}
