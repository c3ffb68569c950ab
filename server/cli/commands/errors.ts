import type { ErrorCode } from "../../error-codes/index.ts";

/** What a command ends with. Scripts may rely on these numbers; docs/dev.md lists them. */
export const ExitCode = {
  Ok: 0,
  /** Something else went wrong; the message says what. */
  Failed: 1,
  /** The command line makes no sense. */
  Usage: 2,
  /** No server answers. */
  Unreachable: 3,
  /** What was named does not exist. */
  NotFound: 4,
  /** The handler that was invoked answered with an error. */
  HandlerFailed: 5,
} as const;
export type ExitCode = (typeof ExitCode)[keyof typeof ExitCode];

/** Ends a command with a message for the user and an exit code. */
export class CommandError extends Error {
  readonly exitCode: ExitCode;
  /** Stable name for programs that read `--json`: one of ours, or a foreign one (`foreignError`). */
  readonly code: string;

  constructor(exitCode: ExitCode, code: ErrorCode, message: string) {
    super(message);
    this.exitCode = exitCode;
    this.code = code;
  }
}

/**
 * An error with a code that somebody else gave, so that no list of ours has it: a server, which may be of another
 * version or the real one; a handler; the operating system.
 */
export function foreignError(exitCode: ExitCode, code: string, message: string): CommandError {
  // The field is a text for whoever reads it.
  return new CommandError(exitCode, code as ErrorCode, message);
}

/** The command line makes no sense; one line. */
export function usage(message: string): CommandError {
  return new CommandError(ExitCode.Usage, "RL_CLI_USAGE", message);
}

export function notFound(message: string): CommandError {
  return new CommandError(ExitCode.NotFound, "RL_CLI_NOT_FOUND", message);
}
