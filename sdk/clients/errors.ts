import type { SdkErrorCode } from "../core/index.ts";

/** The ingress answered with an error status. */
export class HttpCallError extends Error {
  override name = "HttpCallError";
  /** The HTTP status. An invocation that failed has its error's code here. */
  readonly status: number;
  /** The body of the answer, as it came. */
  readonly responseText: string;
  override readonly message: string;

  constructor(status: number, responseText: string, message: string) {
    super(message);
    this.status = status;
    this.responseText = responseText;
    this.message = message;
  }
}

const shownCharacters = 500;

/**
 * @param what names what was asked for, for example `Greeter/greet`
 * @param url of the connection, not of the request: keys stay out of messages, which end up in logs
 */
export function errorOfAnswer(response: Response, body: string, what: string, url: string): HttpCallError {
  const { status } = response;
  const said = messageIn(body);
  if (said === undefined) {
    const text = body.trim() === "" ? response.statusText : body.trim();
    return new HttpCallError(status, body, `${what}: ${status} ${shorten(text)} (${notRestate(url)})`);
  }
  return new HttpCallError(status, body, `${what}: ${status} ${said}${origin(response.headers)}`);
}

/** The `message` of an error body of the ingress. */
function messageIn(body: string): string | undefined {
  try {
    const parsed: unknown = JSON.parse(body);
    if (typeof parsed !== "object" || parsed === null || !("message" in parsed)) return undefined;
    return typeof parsed.message === "string" ? parsed.message : undefined;
  } catch {
    return undefined;
  }
}

function origin(headers: Headers): string {
  const id = headers.get("x-restate-id");
  const code = headers.get("x-restate-error-code");
  if (headers.get("x-restate-error-source") === "invocation") {
    return id === null ? " (the invocation's own error)" : ` (the error of invocation ${id})`;
  }
  const facts = [code, id].filter((fact) => fact !== null);
  return facts.length === 0 ? "" : ` (${facts.join(", ")})`;
}

function notRestate(url: string): string {
  return `this is no Restate ingress; is one listening at ${place(url)}? Usually it is on port 8080`;
}

/**
 * No answer came, or not all of it. A `TypeError` with the cause that the platform's own would have, because that is
 * what programs look for around a `fetch`.
 */
class ConnectionError extends TypeError {
  override name = "ConnectionError";
  readonly code: ConnectionErrorCode;

  constructor(code: ConnectionErrorCode, message: string, cause: unknown) {
    super(message, { cause });
    this.code = code;
  }
}

type ConnectionErrorCode = Extract<
  SdkErrorCode,
  | "RL_SDK_BAD_URL"
  | "RL_SDK_UNREACHABLE"
  | "RL_SDK_CONNECTION_LOST"
  | "RL_SDK_NO_ANSWER_IN_TIME"
  | "RL_SDK_FETCH_FAILED"
>;

const unreachable = new Set([
  ...["ECONNREFUSED", "ENOTFOUND", "EAI_AGAIN", "EHOSTUNREACH", "ENETUNREACH", "ETIMEDOUT", "UND_ERR_CONNECT_TIMEOUT"],
  ...["ConnectionRefused", "FailedToOpenSocket"], // Bun
]);
const lost = new Set(["ECONNRESET", "EPIPE", "UND_ERR_SOCKET", "ConnectionClosed"]);
const late = new Set(["UND_ERR_HEADERS_TIMEOUT", "UND_ERR_BODY_TIMEOUT"]);

/**
 * What to throw when `fetch`, or reading its answer, failed with `error`: the same, or with a message that helps. An
 * abort and the errors of a `fetch` of the user's own pass through.
 */
export function errorOfFetch(error: unknown, what: string, url: string, timeoutMs: number | undefined): unknown {
  if (!(error instanceof Error)) return error;
  if (error.name === "TimeoutError" && timeoutMs !== undefined) {
    const message = `${what}: no answer within ${timeoutMs} ms, the timeout of this call; the invocation may still be going on`;
    return new DOMException(message, "TimeoutError");
  }
  const code = systemCode(error);
  if (!(error instanceof TypeError) && code === undefined) return error;
  const cause = error.cause ?? error;
  const reason = reasonOf(error);
  const where = place(url);
  if (isBadUrl(url, error)) {
    const message = `${what}: cannot use the url ${where} (${reason}); expected for example connect({ url: "http://localhost:8080" })`;
    return new ConnectionError("RL_SDK_BAD_URL", message, cause);
  }
  if (code !== undefined && unreachable.has(code)) {
    const message = `${what}: cannot reach ${where} (${reason}); ${startOne}`;
    return new ConnectionError("RL_SDK_UNREACHABLE", message, cause);
  }
  if (code !== undefined && lost.has(code)) {
    const message =
      `${what}: the connection to ${where} broke before the answer was complete (${reason}). The invocation may be going on: ` +
      "with an idempotency key it is safe to ask again, and `retry` of connect() does so";
    return new ConnectionError("RL_SDK_CONNECTION_LOST", message, cause);
  }
  if (code !== undefined && late.has(code)) {
    const message =
      `${what}: ${where} did not answer within the limit of this fetch (${reason}; Node has 5 minutes). The invocation goes on: ` +
      "for long ones send with an idempotency key and ask for the result() later, or pass a fetch with another limit";
    return new ConnectionError("RL_SDK_NO_ANSWER_IN_TIME", message, cause);
  }
  if (code !== undefined && /^(HPE|ERR_SSL)_/.test(code)) {
    const message = `${what}: ${where} does not speak the language of the url (${reason}); ${notRestate(url)}`;
    return new ConnectionError("RL_SDK_FETCH_FAILED", message, cause);
  }
  // Browsers and other runtimes do not say why.
  const message = `${what}: the request to ${where} failed (${reason}); if nothing listens there, ${startOne}`;
  return new ConnectionError("RL_SDK_FETCH_FAILED", message, cause);
}

const startOne =
  "start a server with `npx restate-lite dev`, or give connect() the address of its ingress, usually port 8080";

function isBadUrl(url: string, error: Error): boolean {
  if (!URL.canParse(url)) return /url/i.test(reasonOf(error));
  return !/^https?:/i.test(url);
}

/** The code of a system error or of undici's, on the error or below it. */
function systemCode(error: Error): string | undefined {
  for (const each of [error, error.cause]) {
    if (typeof each === "object" && each !== null && "code" in each && typeof each.code === "string") return each.code;
  }
  return undefined;
}

function reasonOf(error: Error): string {
  const { cause } = error;
  if (!(cause instanceof Error)) return error.message;
  // Node tries all addresses of a name and gathers the errors.
  if (cause.message === "" && cause instanceof AggregateError) return cause.errors.map(messageOf).join(", ");
  return cause.message === "" ? error.message : cause.message;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** The server's address, without what a log should not show. */
function place(url: string): string {
  if (!URL.canParse(url)) return JSON.stringify(shorten(String(url)));
  const { origin, pathname } = new URL(url);
  return origin === "null" ? JSON.stringify(shorten(url)) : (origin + pathname).replace(/\/+$/, "");
}

function shorten(text: string): string {
  return text.length <= shownCharacters ? text : `${text.slice(0, shownCharacters)}…`;
}
