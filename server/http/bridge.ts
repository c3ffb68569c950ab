import { createServer, request as httpRequest, type IncomingMessage, type OutgoingHttpHeaders } from "node:http";
import { type Http2ServerRequest, type Http2ServerResponse, constants as http2 } from "node:http2";
import { duplexPair } from "node:stream";
import type { HttpRequest, HttpResponse, RequestHandler } from "./types.ts";

/** What a response of HTTP/1.1 says of its own connection, and HTTP/2 must not. */
const OF_CONNECTIONS: ReadonlySet<string> = new Set(["connection", "keep-alive", "transfer-encoding"]);

/**
 * Serves requests of HTTP/2 by a handler that takes the objects of `node:http` only: each goes over a connection of
 * HTTP/1.1 in memory. For ports whose speed does not matter; bodies stream both ways.
 */
export function throughHttp1(onRequest: RequestHandler) {
  // The listener watches over time and size already.
  const options = { headersTimeout: 0, requestTimeout: 0, keepAliveTimeout: 0, maxHeaderSize: 1024 * 1024 };
  const server = createServer(options, onRequest);
  server.maxHeadersCount = 0;

  return (request: HttpRequest, response: HttpResponse): void => {
    // reason: what the listener hands over for HTTP/2.
    translate(request as unknown as Http2ServerRequest, response as unknown as Http2ServerResponse);
  };

  function translate(request: Http2ServerRequest, response: Http2ServerResponse): void {
    const [near, far] = duplexPair();
    // Neither side hears of the other's destruction by itself.
    near.on("close", () => far.destroy());
    far.on("close", () => near.destroy());
    far.on("error", ignore);
    server.emit("connection", far);

    const inner = httpRequest({
      method: request.method,
      path: request.url,
      headers: headersOf(request),
      createConnection: () => near,
    });
    inner.on("response", (answer: IncomingMessage) => {
      response.writeHead(answer.statusCode ?? 500, answerHeaders(answer));
      answer.on("error", cut);
      answer.pipe(response);
    });
    inner.on("error", cut);
    request.on("close", () => {
      if (!request.readableEnded) inner.destroy();
    });
    response.on("close", () => inner.destroy());
    request.pipe(inner);

    function cut(): void {
      // Not from within a read of the session: a reset is sent at once, and frees the stream that is being read.
      setImmediate(() => response.stream?.close(http2.NGHTTP2_INTERNAL_ERROR));
    }
  }
}

function headersOf(request: Http2ServerRequest): OutgoingHttpHeaders {
  const headers: OutgoingHttpHeaders = {};
  for (const [name, value] of Object.entries(request.headers)) {
    if (!name.startsWith(":") && name !== "expect" && value !== undefined) headers[name] = value;
  }
  if (request.authority !== "") headers.host = request.authority;
  // A body is whole when it has ended, and not when as many bytes are there as were announced: more may follow.
  if (!request.stream.endAfterHeaders) {
    delete headers["content-length"];
    headers["transfer-encoding"] = "chunked";
  }
  return headers;
}

function answerHeaders(answer: IncomingMessage): OutgoingHttpHeaders {
  const headers = Object.entries(answer.headers).filter(([name]) => !OF_CONNECTIONS.has(name));
  return Object.fromEntries(headers);
}

function ignore(): void {}
