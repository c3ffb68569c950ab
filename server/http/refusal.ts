import type { ErrorCode } from "../error-codes/index.ts";
import type { HttpRequest, HttpResponse } from "./types.ts";

export interface Refusal {
  readonly status: number;
  readonly code: ErrorCode;
  readonly message: string;
}

export const REQUEST_TIMEOUT: Refusal = {
  status: 408,
  code: "RL_REQUEST_TIMEOUT",
  message: "the request did not arrive in time",
};

/** The JSON of an error that the server itself found in a request; the shape of the real ingress and admin API. */
export function refusalBody(refusal: Refusal): string {
  const { status, code, message } = refusal;
  return JSON.stringify({ code: status, message, source: "ingress", restate_code: code });
}

/**
 * Answers without reading the body. On HTTP/1.1 the connection ends, because what is left of the request is in the
 * way of the next one.
 */
export function refuse(request: HttpRequest, response: HttpResponse, refusal: Refusal): void {
  const body = refusalBody(refusal);
  const headers: Record<string, string | number> = {
    "content-type": "application/json",
    "content-length": Buffer.byteLength(body),
    "x-restate-error-source": "ingress",
    "x-restate-error-code": refusal.code,
  };
  if (refusal.status === 401) headers["www-authenticate"] = 'Bearer realm="restate-lite"';
  if (request.httpVersionMajor < 2) headers.connection = "close";
  response.writeHead(refusal.status, headers);
  response.end(body);
}
