import { request as httpRequest, type IncomingHttpHeaders, STATUS_CODES } from "node:http";
import { type ClientHttp2Session, connect, type IncomingHttpStatusHeader } from "node:http2";
import { request as httpsRequest } from "node:https";
import { systemClock } from "../clock.ts";
import { ServerError } from "../errors.ts";
import type { Clock } from "../seams.ts";
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
const BODY_LIMIT_BYTES = 32 * 1024 * 1024;
const QUOTED_BODY_CHARACTERS = 500;

interface RawAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

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
  const headers: Record<string, string> = Object.create(null);
  for (const [name, value] of Object.entries(options.additionalHeaders)) headers[name.toLowerCase()] = value;
  headers.accept = ACCEPT;
  if (options.identity !== undefined) Object.assign(headers, options.identity.headers("/discover"));
  headers["x-restate-cluster-name"] = settings.clusterName;

  const exchange = options.useHttp11 ? getHttp1 : getHttp2;
  const clock = options.clock ?? systemClock;
  const deadline = new AbortController();
  const cancel = clock.wakeAt(clock.nowMs() + settings.discoveryTimeoutMs, () =>
    deadline.abort(new Error(`no complete answer within ${settings.discoveryTimeoutMs} ms`)),
  );
  let answer: RawAnswer;
  try {
    answer = await exchange(origin, path, headers, settings, deadline.signal);
  } catch (error) {
    throw unreachable(uri, options.useHttp11, error);
  } finally {
    cancel();
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

function discoveryError(code: string, message: string): ServerError {
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

/** Collects a bounded body. */
class Body {
  readonly #chunks: Buffer[] = [];
  #bytes = 0;

  add(chunk: Buffer): void {
    this.#bytes += chunk.length;
    if (this.#bytes > BODY_LIMIT_BYTES) throw new Error(`the answer is larger than ${BODY_LIMIT_BYTES} bytes`);
    this.#chunks.push(chunk);
  }

  whole(): Buffer {
    return Buffer.concat(this.#chunks, this.#bytes);
  }
}

function getHttp2(
  origin: string,
  path: string,
  headers: Record<string, string>,
  { trustedCertificates }: InvokerSettings,
  deadline: AbortSignal,
): Promise<RawAnswer> {
  let session: ClientHttp2Session | undefined;
  const exchange = new Promise<RawAnswer>((resolve, reject) => {
    session = connect(origin, {
      settings: { enablePush: false },
      ...(trustedCertificates === undefined ? {} : { ca: trustedCertificates }),
    });
    session.on("error", reject);
    session.on("close", () => reject(new Error("the connection was closed without a response")));
    deadline.addEventListener("abort", () => reject(deadline.reason));
    const stream = session.request({ ...headers, ":method": "GET", ":path": path }, { endStream: true });
    const body = new Body();
    let head: (IncomingHttpHeaders & IncomingHttpStatusHeader) | undefined;
    stream.on("response", (responseHeaders) => {
      head = responseHeaders;
    });
    stream.on("data", (chunk: Buffer) => {
      try {
        body.add(chunk);
      } catch (error) {
        reject(error);
      }
    });
    stream.on("error", reject);
    stream.on("close", () => {
      if (head === undefined || stream.rstCode !== 0) reject(new Error("the stream was closed without a response"));
      else resolve({ status: head[":status"] ?? 0, headers: head, body: body.whole() });
    });
  });
  return exchange.finally(() => session?.destroy());
}

function getHttp1(
  origin: string,
  path: string,
  headers: Record<string, string>,
  { trustedCertificates }: InvokerSettings,
  deadline: AbortSignal,
): Promise<RawAnswer> {
  return new Promise<RawAnswer>((resolve, reject) => {
    const url = new URL(origin);
    const options = {
      hostname: url.hostname.replace(/^\[|\]$/g, ""),
      port: url.port,
      path,
      headers,
      agent: false as const,
      ...(trustedCertificates === undefined ? {} : { ca: trustedCertificates }),
    };
    const request = url.protocol === "https:" ? httpsRequest(options) : httpRequest(options);
    const giveUp = (reason: Error) => {
      // First: a response that is cut off reports that, and not why.
      reject(reason);
      request.destroy(reason);
    };
    deadline.addEventListener("abort", () => giveUp(deadline.reason as Error));
    request.on("error", reject);
    request.on("response", (response) => {
      const body = new Body();
      response.on("data", (chunk: Buffer) => {
        try {
          body.add(chunk);
        } catch (error) {
          giveUp(error as Error);
        }
      });
      response.on("error", reject);
      response.on("end", () =>
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body: body.whole() }),
      );
    });
    request.end();
  });
}
