import type { HttpRequest } from "../http/index.ts";
import { IngressError } from "./errors.ts";

/** The headers of a request, split into what the ingress needs and what goes to the handler. */
export interface InvokeHeaders {
  /** Of the journal's input entry: the path first, then the request's headers in order. */
  readonly journal: readonly (readonly [name: string, value: string])[];
  readonly contentType: string | undefined;
  readonly idempotencyKey: string | undefined;
  readonly limitKey: string | undefined;
}

const INGRESS_PATH = "x-restate-ingress-path";
const COLON = 0x3a;
/** What a header value may hold on the real server: visible ASCII, space and tab. */
const NOT_PLAIN = /[^\t\x20-\x7e]/;

/**
 * Reads the headers of a call or send in one pass. As on the real server, `host`, `connection` and `idempotency-key` do
 * not reach the handler, and of a repeated header only the first does. A client cannot set `x-restate-ingress-path`.
 *
 * @param path path and query of the request
 * @throws IngressError 400 for a value that is not plain ASCII
 */
export function readHeaders(request: HttpRequest, path: string): InvokeHeaders {
  const journal: [string, string][] = [[INGRESS_PATH, path]];
  let contentType: string | undefined;
  let idempotencyKey: string | undefined;
  let limitKey: string | undefined;
  const raw = request.rawHeaders;
  for (let at = 0; at < raw.length; at += 2) {
    const name = (raw[at] as string).toLowerCase();
    const value = raw[at + 1] as string;
    // The pseudo-headers of HTTP/2 are no headers.
    if (name.charCodeAt(0) === COLON) continue;
    if (NOT_PLAIN.test(value)) {
      throw new IngressError(400, "RL_BAD_HEADER", `bad header ${name}: only visible ASCII characters are allowed`);
    }
    switch (name) {
      case "host":
      case "connection":
      case INGRESS_PATH:
        continue;
      case "idempotency-key":
        idempotencyKey ??= value;
        continue;
      case "content-type":
        contentType ??= value;
        break;
      case "x-restate-limit-key":
        limitKey ??= value;
        break;
    }
    if (!has(journal, name)) journal.push([name, value]);
  }
  return { journal, contentType, idempotencyKey, limitKey };
}

/** The listener bounds the number of headers, so looking through them is cheaper than a set. */
function has(journal: readonly (readonly [string, string])[], name: string): boolean {
  for (let at = 1; at < journal.length; at++) {
    if ((journal[at] as readonly [string, string])[0] === name) return true;
  }
  return false;
}
