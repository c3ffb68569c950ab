import { request as httpRequest, type IncomingHttpHeaders } from "node:http";
import { type ClientHttp2Session, connect, type IncomingHttpStatusHeader } from "node:http2";
import { request as httpsRequest } from "node:https";
import { endBetweenReads } from "../../sdk/endpoint/index.ts";
import { systemClock } from "../clock.ts";
import type { Clock } from "../seams.ts";
import type { InvokerSettings } from "./settings.ts";

const BODY_LIMIT_BYTES = 32 * 1024 * 1024;

export interface RawRequest {
  readonly origin: string;
  readonly path: string;
  readonly headers: Record<string, string>;
  /** Makes it a POST. */
  readonly body?: Buffer;
}

export interface RawAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/**
 * One request to an endpoint, beside its attempts, on a connection of its own. From the connection to the last byte it
 * has `discoveryTimeoutMs`, however busy the endpoint seems.
 *
 * @param clock of the deadline. Default: the system's, because the endpoint lives in its time
 */
export async function exchange(
  useHttp11: boolean,
  request: RawRequest,
  settings: Pick<InvokerSettings, "discoveryTimeoutMs" | "trustedCertificates">,
  clock: Clock = systemClock,
): Promise<RawAnswer> {
  const { discoveryTimeoutMs, trustedCertificates } = settings;
  const deadline = new AbortController();
  const cancel = clock.wakeAt(clock.nowMs() + discoveryTimeoutMs, () =>
    deadline.abort(new Error(`no complete answer within ${discoveryTimeoutMs} ms`)),
  );
  try {
    return await (useHttp11 ? askHttp1 : askHttp2)(request, trustedCertificates, deadline.signal);
  } finally {
    cancel();
  }
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

function askHttp2(
  { origin, path, headers, body: sent }: RawRequest,
  ca: string | undefined,
  deadline: AbortSignal,
): Promise<RawAnswer> {
  let session: ClientHttp2Session | undefined;
  const answer = new Promise<RawAnswer>((resolve, reject) => {
    session = connect(origin, { settings: { enablePush: false }, ...(ca === undefined ? {} : { ca }) });
    endBetweenReads(session);
    session.on("error", reject);
    session.on("close", () => reject(new Error("the connection was closed without a response")));
    deadline.addEventListener("abort", () => reject(deadline.reason));
    const method = sent === undefined ? "GET" : "POST";
    const stream = session.request({ ...headers, ":method": method, ":path": path }, { endStream: sent === undefined });
    if (sent !== undefined) stream.end(sent);
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
  return answer.finally(() => session?.destroy());
}

function askHttp1(
  { origin, path, headers, body: sent }: RawRequest,
  ca: string | undefined,
  deadline: AbortSignal,
): Promise<RawAnswer> {
  return new Promise<RawAnswer>((resolve, reject) => {
    const url = new URL(origin);
    const options = {
      hostname: url.hostname.replace(/^\[|\]$/g, ""),
      port: url.port,
      path,
      method: sent === undefined ? "GET" : "POST",
      headers,
      agent: false as const,
      ...(ca === undefined ? {} : { ca }),
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
    request.end(sent);
  });
}
