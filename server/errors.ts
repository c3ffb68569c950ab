import type { ErrorCode } from "./error-codes/index.ts";

/**
 * Errors that leave the server, as values with a stable code. The HTTP border maps `status` and `code`;
 * nothing inside the server looks at HTTP again.
 */
export class ServerError extends Error {
  /** HTTP status that the border answers with. */
  readonly status: number;
  /** Stable code for programs and documentation (docs/errors.md), such as `RT0018` or `RL_UNKNOWN_SERVICE`. */
  readonly code: ErrorCode;
  /** Headers that the answer carries besides the usual ones (an invocation id, say). */
  readonly headers: Readonly<Record<string, string>>;

  constructor(status: number, code: ErrorCode, message: string, headers: Readonly<Record<string, string>> = {}) {
    super(message);
    this.name = "ServerError";
    this.status = status;
    this.code = code;
    this.headers = headers;
  }
}
