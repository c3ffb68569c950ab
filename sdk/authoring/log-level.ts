/*
 * The official SDK declares these two as enums. Enums of one name and equal members are compatible with each other, and
 * with nothing else: so they are declared here in the same way, and their values made in `logger.ts` without one.
 */

export declare enum RestateLogLevel {
  TRACE = "trace",
  DEBUG = "debug",
  INFO = "info",
  WARN = "warn",
  ERROR = "error",
}

export declare enum LogSource {
  SYSTEM = "SYSTEM",
  JOURNAL = "JOURNAL",
  USER = "USER",
}
