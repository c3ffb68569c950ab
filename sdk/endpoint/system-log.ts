import { type LoggerTransport, LogSource, RestateLogLevel } from "../authoring/index.ts";

/** What the endpoint itself says, outside of any invocation. */
export interface SystemLog {
  info(message: string): void;
  warn(message: string): void;
  error(message: string): void;
}

/** Writes to the endpoint's logger. A logger that throws takes nothing down. */
export function systemLog(transport: LoggerTransport): SystemLog {
  const write = (level: RestateLogLevel) => (message: string) => {
    try {
      transport({ source: LogSource.SYSTEM, level, replaying: false }, message);
    } catch {
      // Nobody is left to tell.
    }
  };
  return {
    info: write(RestateLogLevel.INFO),
    warn: write(RestateLogLevel.WARN),
    error: write(RestateLogLevel.ERROR),
  };
}
