import { type ClientRequest, type Agent as HttpAgent, request as httpRequest, type IncomingMessage } from "node:http";
import { type Agent as HttpsAgent, request as httpsRequest } from "node:https";
import { describeError } from "../failure.ts";
import type { AttemptReceiver, AttemptRequest, AttemptStream } from "../transport.ts";

/** Bytes of a response to which nobody listens that are read so that its connection can be used again. */
const DROP_LIMIT_BYTES = 64 * 1024 * 1024;

export interface StreamOwner {
  /** Nobody listens to this stream any more. */
  unwanted(stream: Http1AttemptStream): void;
  closed(stream: Http1AttemptStream): void;
}

/** One attempt as an HTTP/1.1 request. */
export class Http1AttemptStream implements AttemptStream {
  readonly origin: string;
  readonly #receiver: AttemptReceiver;
  readonly #request: ClientRequest;
  #response: IncomingMessage | undefined;
  #isEnded = false;
  #isOver = false;
  readonly #owner: StreamOwner;

  constructor(
    request: AttemptRequest,
    receiver: AttemptReceiver,
    agent: HttpAgent | HttpsAgent,
    connectTimeoutMs: number,
    owner: StreamOwner,
  ) {
    this.origin = request.origin;
    this.#receiver = receiver;
    this.#owner = owner;
    const url = new URL(request.origin);
    const options = {
      method: "POST",
      // URL keeps the brackets of an IPv6 address, sockets do not want them.
      hostname: url.hostname.replace(/^\[|\]$/g, ""),
      port: url.port,
      path: request.path,
      headers: request.headers,
      agent,
    };
    this.#request = url.protocol === "https:" ? httpsRequest(options) : httpRequest(options);
    this.#request.on("socket", (socket) => {
      if (!socket.connecting) return;
      const expired = () => this.#request.destroy(new Error(`no connection within ${connectTimeoutMs} ms`));
      const timer = setTimeout(expired, connectTimeoutMs);
      timer.unref();
      socket.once("connect", () => clearTimeout(timer));
      socket.once("close", () => clearTimeout(timer));
    });
    this.#request.on("drain", () => {
      if (!this.#isOver) receiver.drained();
    });
    this.#request.on("error", (error) => this.#finish(describeError(error)));
    this.#request.on("response", (response) => this.#respond(response));
    this.#request.on("close", () => {
      owner.closed(this);
      // With a response, its own end or close has said everything.
      if (this.#response === undefined) this.#finish("the connection was closed without a response");
    });
  }

  get bufferedBytes(): number {
    return this.#request.writableLength;
  }

  write(bytes: Buffer): boolean {
    return this.#isEnded || this.#request.destroyed || this.#request.write(bytes);
  }

  writeAll(chunks: readonly Buffer[]): boolean {
    // Not by `cork`: Node 22 forgets the `drain` of what was written in between when the socket takes it all at once.
    return this.write(Buffer.concat(chunks));
  }

  end(last?: Buffer): void {
    if (this.#isEnded || this.#request.destroyed) return;
    this.#isEnded = true;
    // A body that is complete at the first write goes out with its length.
    this.#request.end(last);
  }

  pause(): void {
    this.#response?.pause();
  }

  resume(): void {
    this.#response?.resume();
  }

  abort(): void {
    this.#isOver = true;
    this.#owner.closed(this);
    // A response that has been read whole leaves its connection to the next attempt.
    if (this.#response?.complete !== true || !this.#isEnded) this.#request.destroy();
  }

  letGo(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.end();
    this.#owner.unwanted(this);
    if (this.#response !== undefined) this.#drop(this.#response);
  }

  /** Reads a response to which nobody listens, so that its connection can be used again. */
  #drop(response: IncomingMessage): void {
    let leftBytes = DROP_LIMIT_BYTES;
    response.on("data", (bytes: Buffer) => {
      leftBytes -= bytes.length;
      if (leftBytes < 0) this.#request.destroy();
    });
    response.resume();
  }

  #respond(response: IncomingMessage): void {
    if (this.#isOver) {
      this.#drop(response);
      return;
    }
    this.#response = response;
    this.#receiver.head({
      status: response.statusCode ?? 0,
      contentType: response.headers["content-type"],
      server: response.headers["x-restate-server"] as string | undefined,
      retryAfter: response.headers["retry-after"],
    });
    if (this.#isOver) return;
    response.on("data", (bytes: Buffer) => {
      if (!this.#isOver) this.#receiver.chunk(bytes);
    });
    response.on("end", () => {
      if (!this.#isOver) this.#receiver.ended();
      this.#finish(undefined);
    });
    response.on("error", (error) => this.#finish(describeError(error)));
    response.on("close", () => this.#finish("the connection was closed"));
  }

  #finish(broken: string | undefined): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#receiver.finished(broken);
  }
}
