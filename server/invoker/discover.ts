import { STATUS_CODES } from "node:http";
import type { ErrorCode } from "../error-codes/index.ts";
import { ServerError } from "../errors.ts";
import type { Clock } from "../seams.ts";
import { exchange, type RawAnswer } from "./exchange.ts";
import { describeError, isWithoutHttp2 } from "./failure.ts";
import type { RequestIdentity } from "./identity.ts";
import { locate } from "./request.ts";
import { DEFAULT_INVOKER_SETTINGS, type InvokerSettings } from "./settings.ts";

export interface DiscoveryOptions {
  /** HTTP/1.1 instead of HTTP/2 (prior knowledge for `http`). */
  readonly useHttp11: boolean;
  readonly additionalHeaders: Readonly<Record<string, string>>;
  readonly identity?: RequestIdentity | undefined;
  readonly config?: Partial<InvokerSettings>;
  /** Of the deadline. Default: the system's, because the endpoint lives in its time. */
  readonly clock?: Clock;
}

export interface DiscoveryAnswer {
  readonly manifestContentType: string;
  readonly body: Buffer;
  readonly httpVersion: "HTTP/1.1" | "HTTP/2.0";
  /** `x-restate-server`. */
  readonly serverHeader: string | undefined;
}

export const MANIFEST_CONTENT_TYPES = [1, 2, 3, 4].map((v) => `application/vnd.restate.endpointmanifest.v${v}+json`);
const ACCEPT = MANIFEST_CONTENT_TYPES.join(", ");
const QUOTED_BODY_CHARACTERS = 500;

/**
 * Asks an endpoint what it serves: `GET {prefix}/discover`. From the connection to the last byte it has
 * `discoveryTimeoutMs`, however busy it seems.
 *
 * @throws ServerError META0003 (not reachable, or a bad status), META0014 (it does not speak HTTP/2), META0013 (a
 * content type that is not a manifest's). Status and wording follow restate-server 1.7.12.
 */
export async function discover(uri: string, options: DiscoveryOptions): Promise<DiscoveryAnswer> {
  const settings = { ...DEFAULT_INVOKER_SETTINGS, ...options.config };
  const { origin, path } = target(uri);
  const headers: Record<string, string> = Object.assign(Object.create(null), settings.requestHeaders);
  for (const [name, value] of Object.entries(options.additionalHeaders)) headers[name.toLowerCase()] = value;
  headers.accept = ACCEPT;
  if (options.identity !== undefined) Object.assign(headers, options.identity.headers("/discover"));
  headers["x-restate-cluster-name"] = settings.clusterName;

  let answer: RawAnswer;
  try {
    answer = await exchange(options.useHttp11, { origin, path, headers }, settings, options.clock);
  } catch (error) {
    throw unreachable(uri, options.useHttp11, error);
  }
  const { status, body } = answer;
  if (status < 200 || status >= 300) throw badStatus(answer);
  const contentType = answer.headers["content-type"];
  if (contentType === undefined || !MANIFEST_CONTENT_TYPES.includes(contentType)) throw badContentType(contentType);
  return {
    manifestContentType: contentType,
    body,
    httpVersion: options.useHttp11 ? "HTTP/1.1" : "HTTP/2.0",
    serverHeader: answer.headers["x-restate-server"] as string | undefined,
  };
}

function target(uri: string): { origin: string; path: string } {
  try {
    const { origin, prefix } = locate(uri);
    return { origin, path: `${prefix}/discover` };
  } catch (error) {
    throw discoveryError("META0003", `error when calling '${uri}': ${(error as Error).message}`);
  }
}

function discoveryError(code: ErrorCode, message: string): ServerError {
  return new ServerError(500, code, `[${code}] ${message}`);
}

function unreachable(uri: string, useHttp11: boolean, error: unknown): ServerError {
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  // What answers HTTP/2 with something else breaks nghttp2's framing.
  const isFramingBroken = code === "ERR_HTTP2_ERROR" || code === "ERR_HTTP2_SESSION_ERROR";
  if (!useHttp11 && (isFramingBroken || (error instanceof Error && isWithoutHttp2(error)))) {
    return discoveryError(
      "META0014",
      `error when calling '${uri}': server possibly supports only HTTP1.1, consider discovery with --use-http1.1.`,
    );
  }
  if (useHttp11 && code.startsWith("HPE_")) {
    return discoveryError(
      "META0003",
      `error when calling '${uri}': server possibly supports only HTTP/2, consider discovering without ` +
        `--use-http1.1.\nReason: ${describeError(error)}`,
    );
  }
  return discoveryError("META0003", `error when calling '${uri}': ${describeError(error)}`);
}

function badStatus({ status, headers, body }: RawAnswer): ServerError {
  const visible = Object.entries(headers).filter(([name]) => !name.startsWith(":"));
  const text = body.toString("utf8").slice(0, QUOTED_BODY_CHARACTERS);
  const said = status === 404 ? "404" : `${status} ${STATUS_CODES[status] ?? ""}`.trimEnd();
  const hint =
    status === 404 ? " Make sure the provided URI has the correct path where the Restate SDK endpoint is mounted." : "";
  return discoveryError(
    "META0003",
    `got status code '${said}'.${hint} Response headers: ${JSON.stringify(Object.fromEntries(visible))}. Body: ${text}`,
  );
}

function badContentType(contentType: string | undefined): ServerError {
  return discoveryError(
    "META0013",
    contentType === undefined
      ? `received a bad response from the SDK: No content type header was specified. Expected one of '"${ACCEPT}"' content type.`
      : `received a bad response from the SDK: Bad content type header: "${contentType}". Expected one of '"${ACCEPT}"'`,
  );
}
