import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import type { Duplex } from "node:stream";
import { throughHttp1 } from "./bridge.ts";
import { type Connection, Connections } from "./connections.ts";
import { allowReading, answerPreflight, isPreflight } from "./cors.ts";
import type { Guard, Verdict } from "./guard.ts";
import { createHttp2, type Http2Side } from "./http2.ts";
import { LIMITS, type ListenLimits } from "./limits.ts";
import { REQUEST_TIMEOUT, type Refusal, refusalBody, refuse } from "./refusal.ts";
import { sniff } from "./sniff.ts";
import type { HttpLog, HttpRequest, HttpResponse, RequestHandler } from "./types.ts";
import { endConnection, isWebSocket, serveAsPlain } from "./upgrade.ts";

export interface ListenOptions {
  readonly host: string;
  /** 0: any free one. */
  readonly port: number;
  readonly guard: Guard;
  readonly onRequest: RequestHandler;
  /** A request for a WebSocket that the guard let through. Requests for other protocols are plain ones. */
  readonly onUpgrade?: (request: IncomingMessage, socket: Duplex, head: Buffer) => void;
  /** Requests that announce a longer body are refused with 413 before it is read. */
  readonly bodyLimitBytes: number;
  /** Whether `onRequest` takes the objects of `node:http` only, as Express does. HTTP/2 is translated for it then. */
  readonly needsHttp1?: boolean;
  /** Shared by the listeners of a process. Default: those of this listener alone. */
  readonly connections?: Connections;
  readonly log: HttpLog;
  readonly limits?: Partial<ListenLimits>;
}

/** How often connections are held against the timeouts. */
const CHECK_INTERVAL_MS = 5000;
/** So long what was written to a client that has closed its side may take to reach it without any progress. */
const LEFT_MS = 30_000;
/** How often a closing listener looks for connections that have become idle. */
const CLOSING_INTERVAL_MS = 20;

export interface Listener {
  readonly port: number;
  /**
   * Stops accepting, lets requests in flight finish for up to `graceMs`, then cuts what is left.
   * @returns when every connection is closed
   */
  close(graceMs?: number): Promise<void>;
}

/**
 * Serves HTTP/1.1 and HTTP/2 with prior knowledge on one TCP port: the first three bytes of a connection tell.
 * @throws the error of `net.Server.listen` (`EADDRINUSE`, `EACCES`, …)
 */
export async function listen(options: ListenOptions): Promise<Listener> {
  const limits = { ...LIMITS, ...options.limits };
  const connections = options.connections ?? new Connections({ log: options.log });
  const tracked = new WeakMap<Duplex, Connection>();
  const sniffing = new Set<Socket>();
  const receive = receiver(options, limits);
  const checkIntervalMs = Math.min(CHECK_INTERVAL_MS, limits.headersTimeoutMs, limits.keepAliveTimeoutMs);
  const http1 = createHttp1(options, limits, checkIntervalMs, receive, tracked);
  const onRequest = options.needsHttp1 === true ? throughHttp1(options.onRequest) : options.onRequest;
  const http2 = createHttp2({
    limits,
    checkIntervalMs,
    receive,
    onRequest: (request, response) => onRequest(request, response as unknown as HttpResponse),
  });

  // The HTTP/1.1 server owns the port, so its own timers watch its connections; it gets those that are not HTTP/2.
  const serveHttp1 = http1.listeners("connection") as ((socket: Socket) => void)[];
  http1.removeAllListeners("connection");
  http1.on("connection", (socket: Socket) => {
    // A request to upgrade that was not followed comes here again.
    const connection = tracked.get(socket) ?? connections.accept(socket);
    if (connection === undefined) return;
    sniffing.add(socket);
    sniff(socket, limits.headersTimeoutMs, (protocol) => {
      sniffing.delete(socket);
      if (protocol === undefined) return;
      socket.on("end", () => socket.setTimeout(LEFT_MS, () => socket.destroy()));
      if (protocol === "h2") {
        http2.serve(socket, connection);
      } else {
        tracked.set(socket, connection);
        for (const serve of serveHttp1) serve.call(http1, socket);
      }
    });
  });

  await new Promise<void>((resolve, reject) => {
    http1.once("error", reject);
    http1.listen({ host: options.host, port: options.port }, () => {
      http1.removeListener("error", reject);
      http1.on("error", (error) => options.log("error", "the listener failed", { error: error.message }));
      resolve();
    });
  });

  return {
    port: (http1.address() as AddressInfo).port,
    close: (graceMs = 10_000) => close(http1, http2, sniffing, graceMs),
  };
}

function judge(guard: Guard, request: Pick<HttpRequest, "method" | "headers" | "url" | "socket">): Verdict {
  const peer = guard.looksAtPeers ? request.socket?.remoteAddress : undefined;
  return guard.check(request.method, request.headers, request.url, peer);
}

/** Everything that happens to a request before its handler. */
function receiver(
  options: ListenOptions,
  limits: ListenLimits,
): (request: HttpRequest, response: HttpResponse) => boolean {
  const { guard, bodyLimitBytes, log } = options;
  const tooLarge: Refusal = {
    status: 413,
    code: "RL_BODY_TOO_LARGE",
    message: `the body is longer than the limit of ${bodyLimitBytes} bytes`,
  };
  const tooManyHeaders: Refusal = {
    status: 431,
    code: "RL_TOO_MANY_HEADERS",
    message: `the request has more than ${limits.headerCount} headers`,
  };
  return (request, response) => {
    const { headers } = request;
    const verdict = judge(guard, request);
    if (verdict.kind === "refused") {
      log("warn", `refused a request: ${verdict.code}`, { code: verdict.code, host: headers.host });
      refuse(request, response, verdict);
      return false;
    }
    if (verdict.origin !== undefined) {
      allowReading(response, verdict.origin);
      if (isPreflight(request)) {
        answerPreflight(request, response);
        return false;
      }
    }
    const length = headers["content-length"];
    if (length !== undefined && Number(length) > bodyLimitBytes) {
      refuse(request, response, tooLarge);
      return false;
    }
    if (request.rawHeaders.length > 2 * limits.headerCount) {
      refuse(request, response, tooManyHeaders);
      return false;
    }
    return true;
  };
}

type Receive = ReturnType<typeof receiver>;

function createHttp1(
  options: ListenOptions,
  limits: ListenLimits,
  checkIntervalMs: number,
  checked: Receive,
  tracked: WeakMap<Duplex, Connection>,
): Server {
  const { onRequest, onUpgrade } = options;
  const receive = (request: IncomingMessage, response: ServerResponse): boolean => {
    const connection = tracked.get(request.socket);
    if (connection !== undefined) {
      connection.begin();
      response.on("close", connection.end);
    }
    return checked(request, response);
  };
  const server = createServer(
    {
      maxHeaderSize: limits.headerBytes,
      headersTimeout: limits.headersTimeoutMs,
      requestTimeout: limits.requestTimeoutMs,
      keepAliveTimeout: limits.keepAliveTimeoutMs,
      connectionsCheckingInterval: checkIntervalMs,
      noDelay: true,
    },
    (request, response) => {
      if (receive(request, response)) onRequest(request, response);
    },
  );
  // Node drops headers beyond its own limit without a word; ours are counted.
  server.maxHeadersCount = 0;
  server.on("checkContinue", (request: IncomingMessage, response: ServerResponse) => {
    if (!receive(request, response)) return;
    response.writeContinue();
    onRequest(request, response);
  });
  // Node would answer 417. The real server passes unknown expectations on.
  server.on("checkExpectation", (request: IncomingMessage, response: ServerResponse) => {
    if (receive(request, response)) onRequest(request, response);
  });
  server.on("clientError", (error: NodeJS.ErrnoException, socket: Duplex) => answerClientError(error, socket));
  if (onUpgrade !== undefined) {
    server.on("upgrade", (request: IncomingMessage, socket: Duplex, head: Buffer) => {
      if (!isWebSocket(request)) {
        serveAsPlain(server, request, socket, head);
        return;
      }
      socket.on("error", ignore);
      // It stays in use until it is closed.
      tracked.get(socket)?.begin();
      const verdict = judge(options.guard, request);
      if (verdict.kind === "refused") {
        endWith(socket, verdict);
      } else {
        onUpgrade(request, socket, head);
      }
    });
  }
  return server;
}

function answerClientError(error: NodeJS.ErrnoException, socket: Duplex): void {
  if (error.code === "ECONNRESET" || !socket.writable) {
    socket.destroy();
    return;
  }
  switch (error.code) {
    case "HPE_HEADER_OVERFLOW":
      endWith(socket, { status: 431, code: "RL_HEADERS_TOO_LARGE", message: "the headers or the URL are too long" });
      break;
    case "ERR_HTTP_REQUEST_TIMEOUT":
      endWith(socket, REQUEST_TIMEOUT);
      break;
    default:
      endWith(socket, { status: 400, code: "RL_BAD_REQUEST", message: "this is not HTTP/1.1" });
  }
}

const REASONS: Readonly<Record<number, string>> = {
  400: "Bad Request",
  401: "Unauthorized",
  403: "Forbidden",
  408: "Request Timeout",
  431: "Request Header Fields Too Large",
};

/** Writes a whole HTTP/1.1 answer to a socket that has no response object, and ends it. */
function endWith(socket: Duplex, refusal: Refusal): void {
  const body = refusalBody(refusal);
  endConnection(
    socket,
    `HTTP/1.1 ${refusal.status} ${REASONS[refusal.status] ?? ""}\r\nconnection: close\r\n` +
      `x-restate-error-source: ingress\r\nx-restate-error-code: ${refusal.code}\r\ncontent-type: application/json\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  );
}

async function close(server: Server, http2: Http2Side, sniffing: ReadonlySet<Socket>, graceMs: number): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  for (const socket of sniffing) socket.destroy();
  http2.close();
  // A connection whose request finishes now would stay open for the keep-alive timeout.
  const idle = setInterval(() => server.closeIdleConnections(), CLOSING_INTERVAL_MS);
  const cut = setTimeout(() => {
    server.closeAllConnections();
    http2.destroy();
  }, graceMs);
  await closed;
  clearInterval(idle);
  clearTimeout(cut);
}

function ignore(): void {}
