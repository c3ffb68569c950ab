import type { TestingErrorCode } from "../server/error-codes/index.ts";

/** Something that the test harness cannot do, with a stable code and what to do instead. */
export class TestEnvironmentError extends Error {
  override readonly name = "TestEnvironmentError";
  readonly code: TestEnvironmentErrorCode;

  constructor(code: TestEnvironmentErrorCode, message: string, options?: ErrorOptions) {
    super(`${message} [${code}]`, options);
    this.code = code;
  }
}

/** The codes of the list that the harness itself gives; a crash is the server's answer. docs/errors.md explains them. */
export type TestEnvironmentErrorCode = Exclude<TestingErrorCode, "RL_TEST_CRASHED">;
