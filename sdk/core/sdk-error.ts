import type { SdkErrorCode } from "./sdk-error-codes.ts";

/**
 * A mistake in a program that uses the SDK. The message says what happened, where, and what to do; the code is stable
 * and never reused.
 */
export class SdkError extends Error {
  override name = "SdkError";
  readonly code: SdkErrorCode;

  constructor(code: SdkErrorCode, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.code = code;
  }
}
