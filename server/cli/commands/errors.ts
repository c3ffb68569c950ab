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
  /** Stable name for programs that read `--json`. */
  readonly code: string;

  constructor(exitCode: ExitCode, code: string, message: string) {
    super(message);
    this.exitCode = exitCode;
    this.code = code;
  }
}

/** The command line makes no sense; one line. */
export function usage(message: string): CommandError {
  return new CommandError(ExitCode.Usage, "RL_CLI_USAGE", message);
}

export function notFound(message: string): CommandError {
  return new CommandError(ExitCode.NotFound, "RL_CLI_NOT_FOUND", message);
}
