import {
  createServer,
  Http2ServerRequest,
  type Http2ServerResponse,
  type Http2Session,
  constants as http2,
} from "node:http2";
import type { Socket } from "node:net";
import { endBetweenReads } from "../../sdk/endpoint/index.ts";
import type { Connection } from "./connections.ts";
import type { ListenLimits } from "./limits.ts";
import { REQUEST_TIMEOUT, refuse } from "./refusal.ts";
import type { HttpRequest, HttpResponse } from "./types.ts";

/** Bytes of a request body that a client may send on one stream before it hears that they were read. */
const STREAM_WINDOW_BYTES = 1024 * 1024;
const PING_FRAME_BYTES = 17;

export interface Http2Options {
  readonly limits: ListenLimits;
  /** How often connections are held against the timeouts. */
  readonly checkIntervalMs: number;
  /** The guard and the bounds. When it says `false`, it has answered. */
  readonly receive: (request: HttpRequest, response: HttpResponse) => boolean;
  readonly onRequest: (request: Http2ServerRequest, response: Http2ServerResponse) => void;
}

/** The HTTP/2 side of a listener. */
export interface Http2Side {
  /** Serves a connection whose first bytes are those of HTTP/2. */
  serve(socket: Socket, connection: Connection): void;
  /** Ends each connection after the requests that are under way. */
  close(): void;
  /** Cuts what is left. */
  destroy(): void;
}

/**
 * A request whose `end` says that its body is whole. Node's own ends also when the client reset the stream, when the
 * connection was lost, and when the body has another length than announced: a part of a body could not be told from
 * the whole. This one is destroyed then, as a request of HTTP/1.1 is: it closes without an end.
 */
class Http2Request extends Http2ServerRequest {
  /** Told when no more of the body is to come. */
  onArrival: (() => void) | undefined;

  // biome-ignore lint/suspicious/noExplicitAny: the signature of Readable
  override push(chunk: any, encoding?: BufferEncoding): boolean {
    if (chunk !== null) return super.push(chunk, encoding);
    this.onArrival?.();
    // END_STREAM leaves the stream half open for the answer. Everything else that ends the body has closed it: also a
    // reset with NO_ERROR, which is how a Node client gives a request up.
    if (!this.stream.closed && !this.stream.destroyed) return super.push(null);
    if (!this.readableEnded) this.destroy();
    return false;
  }
}

/** One connection and the requests on it. */
class ServedSession {
  readonly #session: Http2Session;
  readonly #socket: Socket;
  readonly #connection: Connection;
  readonly #limits: ListenLimits;
  readonly #openedAtMs = performance.now();
  /** Requests whose bodies are under way, and since when. */
  readonly #arriving = new Map<Http2Request, { readonly response: Http2ServerResponse; readonly sinceMs: number }>();
  #requests = 0;
  #idleSinceMs = this.#openedAtMs;
  #isGreeted = false;
  /** What had been read at the last check, and the ping that was sent since. */
  #readBytes = 0;
  #probe: { readonly sinceMs: number; readonly bytesWritten: number } | undefined;
  #leavingSinceMs: number | undefined;

  constructor(session: Http2Session, socket: Socket, connection: Connection, limits: ListenLimits) {
    this.#session = session;
    this.#socket = socket;
    this.#connection = connection;
    this.#limits = limits;
    session.on("remoteSettings", () => {
      this.#isGreeted = true;
    });
    connection.giveUp = () => this.destroy();
  }

  opened(request: Http2Request, response: Http2ServerResponse): void {
    this.#requests++;
    this.#connection.begin();
    request.stream.on("close", () => {
      this.#arriving.delete(request);
      this.#idleSinceMs = performance.now();
      this.#requests--;
      this.#connection.end();
    });
    if (request.stream.endAfterHeaders) return;
    this.#arriving.set(request, { response, sinceMs: performance.now() });
    request.onArrival = () => this.#arriving.delete(request);
  }

  /** Ends what takes too long, and what is over without knowing it. */
  check(nowMs: number): void {
    if (this.#session.destroyed || (this.#session.closed && this.#requests === 0)) {
      // It waits for the client to read what is left, and to close its side.
      this.#leavingSinceMs ??= nowMs;
      if (nowMs - this.#leavingSinceMs >= this.#limits.headersTimeoutMs) this.#socket.destroy();
      return;
    }
    this.#checkBodies(nowMs);
    const { headersTimeoutMs, keepAliveTimeoutMs } = this.#limits;
    const isLate = !this.#isGreeted && nowMs - this.#openedAtMs >= headersTimeoutMs;
    const isUnused = this.#requests === 0 && nowMs - this.#idleSinceMs >= keepAliveTimeoutMs;
    if (isLate || isUnused || !this.#isAlive(nowMs)) this.destroy();
  }

  #checkBodies(nowMs: number): void {
    for (const [request, { response, sinceMs }] of this.#arriving) {
      if (nowMs - sinceMs < this.#limits.requestTimeoutMs) continue;
      this.#arriving.delete(request);
      if (!response.headersSent) refuse(request, response as unknown as HttpResponse, REQUEST_TIMEOUT);
      request.stream.close(http2.NGHTTP2_NO_ERROR);
    }
  }

  /**
   * After some violations of HTTP/2 (a frame of a bad size, data outside of a stream, broken header compression) Node
   * says goodbye, reads no more and tells nobody: the socket stays open even when the client has closed it. Such a
   * session sends nothing, either. So one that was read from and is silent now gets a ping. Nobody needs to answer it,
   * but it has to leave; with a client that does not read, it may take its time.
   */
  #isAlive(nowMs: number): boolean {
    const { bytesRead, bytesWritten } = this.#socket;
    if (bytesRead !== this.#readBytes) {
      this.#readBytes = bytesRead;
      this.#probe = undefined;
      return true;
    }
    if (this.#probe === undefined) {
      this.#probe = { sinceMs: nowMs, bytesWritten };
      this.#session.ping(() => {
        // The answer alone is no reason to look again.
        if (this.#socket.bytesRead === this.#readBytes + PING_FRAME_BYTES) this.#readBytes = this.#socket.bytesRead;
      });
      return true;
    }
    return bytesWritten > this.#probe.bytesWritten || nowMs - this.#probe.sinceMs < this.#limits.keepAliveTimeoutMs;
  }

  /** Says goodbye and ends with the last request. */
  close(): void {
    this.#session.close();
  }

  /** Says goodbye, if the client still reads, and frees the socket then: the session would wait for the client. */
  destroy(): void {
    this.#session.destroy();
    setImmediate(() => this.#socket.destroy());
  }
}

/** HTTP/2 by Node, with bodies that are whole, and connections that end. */
export function createHttp2({ limits, checkIntervalMs, receive, onRequest }: Http2Options): Http2Side {
  const sessions = new Map<Http2Session, ServedSession>();
  const server = createServer<never, never, typeof Http2Request>(
    {
      settings: {
        maxConcurrentStreams: limits.streamsPerConnection,
        initialWindowSize: STREAM_WINDOW_BYTES,
        maxHeaderListSize: limits.headerBytes,
      },
      // Pairs, the four pseudo-headers among them; nghttp2 answers beyond it by itself.
      maxHeaderListPairs: limits.headerCount + 8,
      Http2ServerRequest: Http2Request,
    },
    (request, response) => {
      // Without a listener the failure of one stream would end the process.
      request.on("error", ignore);
      response.on("error", ignore);
      const { session, destroyed } = request.stream;
      const served = session === undefined ? undefined : sessions.get(session);
      // Reset before it could be looked at.
      if (served === undefined || destroyed) return;
      served.opened(request, response);
      if (receive(request, response as unknown as HttpResponse)) onRequest(request, response);
    },
  );
  server.on("sessionError", ignore);

  const checks = setInterval(() => {
    const nowMs = performance.now();
    for (const served of sessions.values()) served.check(nowMs);
  }, checkIntervalMs);
  checks.unref();

  return {
    serve(socket, connection) {
      server.once("session", (session) => {
        endBetweenReads(session);
        sessions.set(session, new ServedSession(session, socket, connection, limits));
        socket.on("close", () => sessions.delete(session));
        session.on("error", ignore);
      });
      // The HTTP/1.1 server has opened it, which would keep its own side open when the client has closed.
      socket.allowHalfOpen = false;
      server.emit("connection", socket);
    },
    close() {
      clearInterval(checks);
      for (const served of sessions.values()) served.close();
    },
    destroy() {
      for (const served of sessions.values()) served.destroy();
    },
  };
}

function ignore(): void {}
