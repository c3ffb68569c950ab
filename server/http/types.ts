import type { IncomingHttpHeaders } from "node:http";
import type { Readable } from "node:stream";

/** What `node:http` and the compatibility API of `node:http2` have in common on the request side. */
export interface HttpRequest extends Readable {
  readonly method?: string | undefined;
  readonly url?: string | undefined;
  readonly headers: IncomingHttpHeaders;
  /** Names and values in turn, in the order of the wire. On HTTP/2 the pseudo-headers are among them. */
  readonly rawHeaders: readonly string[];
  readonly httpVersionMajor: number;
  /** The connection, or what stands for it on HTTP/2. */
  readonly socket?: { readonly remoteAddress?: string | undefined };
}

/** The response side. `content-length` is always given, so nothing is chunked. */
export interface HttpResponse {
  readonly headersSent: boolean;
  readonly writableEnded: boolean;
  readonly destroyed: boolean;
  setHeader(name: string, value: string): unknown;
  writeHead(status: number, headers?: Readonly<Record<string, string | number>>): unknown;
  end(body?: string | Uint8Array, encoding?: BufferEncoding): unknown;
  on(event: "close" | "finish", listener: () => void): unknown;
}

export type RequestHandler = (request: HttpRequest, response: HttpResponse) => void;

/** What the listener writes to the log. `level` is a pino level. */
export type HttpLog = (
  level: "debug" | "info" | "warn" | "error",
  message: string,
  fields?: Record<string, unknown>,
) => void;
