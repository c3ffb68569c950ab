import type { HttpRequest, HttpResponse } from "./types.ts";

/** Answers that a page may read besides the body. */
const EXPOSED_HEADERS =
  "x-restate-id, x-restate-error-source, x-restate-error-code, idempotency-expires, retry-after, content-type";
const METHODS = "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS";
/** Seconds for which a browser may remember a preflight; short, because allow-lists change. */
const MAX_AGE = "600";

/** Lets the page at `origin` read the answer (Fetch standard, CORS protocol). */
export function allowReading(response: HttpResponse, origin: string): void {
  response.setHeader("access-control-allow-origin", origin);
  response.setHeader("access-control-allow-credentials", "true");
  response.setHeader("access-control-expose-headers", EXPOSED_HEADERS);
  response.setHeader("vary", "origin, access-control-request-method, access-control-request-headers");
}

export function isPreflight(request: HttpRequest): boolean {
  return request.method === "OPTIONS" && request.headers["access-control-request-method"] !== undefined;
}

/** Answers the question that a browser asks before it sends what a form could not. */
export function answerPreflight(request: HttpRequest, response: HttpResponse): void {
  const headers: Record<string, string> = {
    "access-control-allow-methods": METHODS,
    "access-control-max-age": MAX_AGE,
    "content-length": "0",
  };
  const requested = request.headers["access-control-request-headers"];
  if (requested !== undefined) headers["access-control-allow-headers"] = requested;
  // A page from a public address may ask for a private one (Private Network Access).
  if (request.headers["access-control-request-private-network"] === "true") {
    headers["access-control-allow-private-network"] = "true";
  }
  response.writeHead(200, headers);
  response.end();
}
