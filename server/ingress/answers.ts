import type { Accepted, Completion } from "../engine/types.ts";
import type { ServerError } from "../errors.ts";
import type { HttpRequest, HttpResponse } from "../http/index.ts";
import type { OutputRule } from "../registry/types.ts";

/** What holds for a handler whose manifest says nothing about its output (seen on the real server). */
const DEFAULT_OUTPUT: OutputRule = {
  contentType: "application/json",
  setContentTypeIfEmpty: false,
  jsonSchema: undefined,
};

/**
 * Up to here a body travels in one string with the headers, one write instead of two. As latin1 it is byte for byte the
 * same.
 */
const INLINE_BODY_BYTES = 4096;

/** Last instant that an answer can state: the end of the year 9999. */
export const LAST_TIME_MS = 253_402_300_799_999;

const JSON_TYPE = "application/json";

/** The result of an invocation, or its failure. */
export function answerCompletion(
  request: HttpRequest,
  response: HttpResponse,
  completion: Completion,
  output: OutputRule | undefined,
): void {
  const headers: Record<string, string | number> = { "x-restate-id": completion.id };
  if (completion.expiresAtMs !== undefined) headers["idempotency-expires"] = expiry(completion.expiresAtMs);
  const { outcome } = completion;
  if (outcome.kind === "failure") {
    const { code, message, metadata } = outcome.failure;
    headers["x-restate-error-source"] = "invocation";
    headers["content-type"] = JSON_TYPE;
    const body: Record<string, unknown> = { code, message };
    if (metadata !== undefined && metadata.length > 0) {
      body.metadata = Object.fromEntries(metadata.map(({ key, value }) => [key, value]));
    }
    body.source = "invocation";
    endWithText(response, failureStatus(code, request.httpVersionMajor), headers, JSON.stringify(body));
    return;
  }
  const { value } = outcome;
  const rule = output ?? DEFAULT_OUTPUT;
  if (rule.contentType !== undefined && (value.length > 0 || rule.setContentTypeIfEmpty)) {
    headers["content-type"] = asHeaderBytes(rule.contentType);
  }
  headers["content-length"] = value.length;
  response.writeHead(200, headers);
  if (value.length === 0) response.end();
  else if (value.length <= INLINE_BODY_BYTES) response.end(value.toString("latin1"), "latin1");
  else response.end(value);
}

const NOT_ASCII = /[^\0-\x7f]/;

/** A header value that Node writes as UTF-8, as the real server does: Node itself takes a character for a byte. */
function asHeaderBytes(value: string): string {
  return NOT_ASCII.test(value) ? Buffer.from(value).toString("latin1") : value;
}

/** The answer to a send. */
export function answerAccepted(response: HttpResponse, accepted: Accepted): void {
  const status = accepted.status === "attached" ? "PreviouslyAccepted" : "Accepted";
  const time = accepted.executeAtMs === undefined ? "" : `"executionTime":"${nanosecondTime(accepted.executeAtMs)}",`;
  const body = `{"invocationId":"${accepted.id}",${time}"status":"${status}"}`;
  endWithText(response, 202, { "content-type": JSON_TYPE, "x-restate-id": accepted.id }, body);
}

export function answerJson(response: HttpResponse, status: number, body: unknown): void {
  endWithText(response, status, { "content-type": JSON_TYPE }, JSON.stringify(body));
}

export function answerEmpty(response: HttpResponse, status: number): void {
  response.writeHead(status, { "content-length": 0 });
  response.end();
}

/** An error that the ingress or the engine found; `source` says whose it is. */
export function answerError(
  response: HttpResponse,
  error: ServerError,
  source: "ingress" | "invocation" = "ingress",
): void {
  const headers: Record<string, string | number> = {
    ...error.headers,
    "x-restate-error-source": source,
    "x-restate-error-code": error.code,
    "content-type": JSON_TYPE,
  };
  endWithText(response, error.status, headers, JSON.stringify({ code: error.status, message: error.message, source }));
}

function endWithText(
  response: HttpResponse,
  status: number,
  headers: Record<string, string | number>,
  body: string,
): void {
  headers["content-length"] = Buffer.byteLength(body);
  response.writeHead(status, headers);
  response.end(body);
}

/**
 * The status of a failed invocation: its code, where that is a status with which a body can be sent. The real server
 * also sends 204 and 304, and then loses the error.
 */
function failureStatus(code: number, httpVersionMajor: number): number {
  const highest = httpVersionMajor < 2 ? 999 : 599;
  if (code < 200 || code > highest || code === 204 || code === 205 || code === 304) return 500;
  return code;
}

/** `2026-11-24T21:34:07.771000000Z` */
function nanosecondTime(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, -1)}000000Z`;
}

/** `2026-11-25T22:06:58.264+00:00`, without the fraction when it is zero; a retention without end ends with the year 9999. */
function expiry(atMs: number): string {
  const ms = Math.min(atMs, LAST_TIME_MS);
  const text = new Date(ms).toISOString();
  return `${ms % 1000 === 0 ? text.slice(0, -5) : text.slice(0, -1)}+00:00`;
}
