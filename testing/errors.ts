/** Something that the test harness cannot do, with a stable code and what to do instead. */
export class TestEnvironmentError extends Error {
  override readonly name = "TestEnvironmentError";
  readonly code: TestEnvironmentErrorCode;

  constructor(code: TestEnvironmentErrorCode, message: string, options?: ErrorOptions) {
    super(`${message} [${code}]`, options);
    this.code = code;
  }
}

export type TestEnvironmentErrorCode =
  /** An option that does not go with another, or has a value that it cannot have. */
  | "RL_TEST_BAD_OPTION"
  /** Asked of the real server, or of a real clock, what only restate-lite or a virtual clock can do. */
  | "RL_TEST_NOT_SUPPORTED"
  /** The real server or the official SDK is not installed. */
  | "RL_TEST_NOT_INSTALLED"
  | "RL_TEST_UNKNOWN_INVOCATION"
  /** What was waited for has not happened in time. */
  | "RL_TEST_TIMEOUT"
  /** Handlers did not come to rest, so time could not move. */
  | "RL_TEST_NOT_QUIET"
  /** There always was another timer. */
  | "RL_TEST_NEVER_IDLE"
  /** The real server refused something. */
  | "RL_TEST_SERVER"
  | "RL_TEST_NON_DETERMINISTIC"
  | "RL_TEST_STOPPED";
