/**
 * A mistake in a program that uses the SDK. The message says what happened, where, and what to do; the code is stable
 * and never reused.
 */
export class SdkError extends Error {
  override name = "SdkError";
  /** `RL_SDK_…`. */
  readonly code: string;

  constructor(code: string, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.code = code;
  }
}
