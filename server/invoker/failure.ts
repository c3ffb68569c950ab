import { STATUS_CODES } from "node:http";
import type { AttemptFailure } from "../engine/types.ts";
import type { ErrorCode } from "../error-codes/index.ts";
import type { ResponseHead } from "./transport.ts";

/** Longer waits than this are not believed. */
const RETRY_AFTER_LIMIT_MS = 7 * 24 * 3600 * 1000;

/** A failure of the attempt's transport, with the code that the real server gives it. */
export function transportFailure(restateCode: ErrorCode, message: string, nextRetryDelayMs?: number): AttemptFailure {
  return {
    code: restateCode === "RT0015" ? 415 : 500,
    message,
    stacktrace: undefined,
    restateCode,
    relatedCommandIndex: undefined,
    relatedCommandName: undefined,
    relatedCommandType: undefined,
    nextRetryDelayMs,
    behavior: "retry",
  };
}

/** Nothing serves the invocation now: it waits until something does, whatever its retry policy. */
export function unservedFailure(message: string): AttemptFailure {
  return { ...transportFailure("RT0011", message), behavior: "wait" };
}

/**
 * Judges the head of a response; `undefined` when the messages may follow. Codes and the beginning of each message
 * are those of restate-server 1.7.12.
 */
export function headFailure(
  head: ResponseHead,
  expected: { readonly contentType: string; readonly protocolVersion: number; readonly uri: string },
  nowMs: number,
): AttemptFailure | undefined {
  const { status } = head;
  if (status >= 200 && status < 300) {
    // Compared as a whole: the real server refuses parameters such as a charset too.
    if (head.contentType === expected.contentType) return undefined;
    const found = head.contentType === undefined ? "none" : `'${head.contentType}'`;
    return transportFailure(
      "RT0012",
      `unexpected content type ${found}; expected content type '${expected.contentType}'. ` +
        `Check that ${expected.uri} is a Restate endpoint and that nothing in between rewrites its answers`,
    );
  }
  const reason = `${status} ${STATUS_CODES[status] ?? ""}`.trimEnd();
  switch (status) {
    case 413:
      return transportFailure("RT0019", "service replied with content too large");
    case 415:
      return transportFailure(
        "RT0015",
        `cannot start the invocation because the SDK doesn't support the protocol version ` +
          `'${expected.protocolVersion}' negotiated at discovery time. Register the deployment again`,
      );
    case 429:
    case 503: {
      const retryAfterMs = parseRetryAfter(head.retryAfter, nowMs);
      const wait = retryAfterMs === undefined ? "" : ` (retry after: ${Math.ceil(retryAfterMs / 1000)} seconds)`;
      return transportFailure("RT0023", `service is rate limited due to '${reason}'${wait}`, retryAfterMs);
    }
    case 502:
    case 504:
      return transportFailure("RT0010", `service is temporary unavailable '${reason}'`);
    case 404:
      return transportFailure(
        "RT0012",
        `unexpected http status code: ${reason}. Check that ${expected.uri} still serves this service and handler`,
      );
    default:
      return transportFailure("RT0012", `unexpected http status code: ${reason}`);
  }
}

/** The response is over, and the attempt is not. `isCut`: a message had begun. */
export function unfinishedFailure(isCut: boolean): AttemptFailure {
  return transportFailure(
    "RT0007",
    isCut
      ? "the response ended in the middle of a message"
      : "the response ended without an end, suspension or error message",
  );
}

/** The stream is gone: `broken` says why; `undefined`: it closed in the regular way, before the head of a response. */
export function streamFailure(uri: string, broken: string | undefined, hasHead: boolean): AttemptFailure {
  const reason = broken ?? "the endpoint closed the stream without a response";
  return transportFailure(
    "RT0010",
    hasHead
      ? `unexpected error while reading the response body from '${uri}': ${reason}`
      : `error when calling '${uri}': ${reason}`,
  );
}

/**
 * Milliseconds that a `Retry-After` header (seconds or an HTTP date) asks for. `undefined` when it says nothing
 * usable or nothing to wait for: the retry policy decides then. (The real server takes `0` at its word and spins.)
 */
function parseRetryAfter(header: string | undefined, nowMs: number): number | undefined {
  if (header === undefined) return undefined;
  const text = header.trim();
  const delayMs = /^\d+$/.test(text) ? Number(text) * 1000 : Date.parse(text) - nowMs;
  return delayMs > 0 ? Math.min(delayMs, RETRY_AFTER_LIMIT_MS) : undefined;
}

/** Says in words what Node's error of a socket or HTTP/2 stream means. */
export function describeError(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const code = "code" in error ? String(error.code) : "";
  if (isWithoutHttp2(error)) return "the endpoint does not offer HTTP/2 (ALPN)";
  const known = SOCKET_ERRORS[code];
  if (known !== undefined) return `${known} (${code})`;
  // A stream that was asked for before the connection was there.
  if (code === "ERR_HTTP2_STREAM_CANCEL" && error.cause !== undefined) return describeError(error.cause);
  // Connection attempts to several addresses: the first error says enough.
  if (error instanceof AggregateError && error.errors.length > 0) return describeError(error.errors[0]);
  if (code === "ERR_HTTP2_GOAWAY_SESSION") return "the endpoint is closing the connection (GOAWAY)";
  return error.message === "" ? code || error.name : error.message;
}

/** Whether a TLS handshake failed because the endpoint speaks no HTTP/2. */
export function isWithoutHttp2(error: Error): boolean {
  return /no application protocol/i.test(error.message);
}

const SOCKET_ERRORS: Readonly<Record<string, string>> = {
  ECONNREFUSED: "connection refused",
  ECONNRESET: "connection reset",
  EPIPE: "connection reset",
  ENOTFOUND: "the host name cannot be resolved",
  EAI_AGAIN: "the host name cannot be resolved at the moment",
  ETIMEDOUT: "the connection timed out",
  EHOSTUNREACH: "the host cannot be reached",
  ENETUNREACH: "the network cannot be reached",
};
