import { type ClientRequest, type Agent as HttpAgent, request as httpRequest, type IncomingMessage } from "node:http";
import { type Agent as HttpsAgent, request as httpsRequest } from "node:https";
import { describeError } from "../failure.ts";
import type { AttemptReceiver, AttemptRequest, AttemptStream } from "../transport.ts";

/** One attempt as an HTTP/1.1 request. */
export class Http1AttemptStream implements AttemptStream {
  readonly #receiver: AttemptReceiver;
  readonly #request: ClientRequest;
  #response: IncomingMessage | undefined;
  #isEnded = false;
  #isOver = false;
  readonly #onClosed: (stream: Http1AttemptStream) => void;

  constructor(
    request: AttemptRequest,
    receiver: AttemptReceiver,
    agent: HttpAgent | HttpsAgent,
    connectTimeoutMs: number,
    onClosed: (stream: Http1AttemptStream) => void,
  ) {
    this.#receiver = receiver;
    this.#onClosed = onClosed;
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
      onClosed(this);
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
    let canTakeMore = true;
    this.#request.cork();
    for (const chunk of chunks) canTakeMore = this.write(chunk);
    this.#request.uncork();
    return canTakeMore;
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
    this.#onClosed(this);
    // A response that has been read whole leaves its connection to the next attempt.
    if (this.#response?.complete !== true || !this.#isEnded) this.#request.destroy();
  }

  #respond(response: IncomingMessage): void {
    if (this.#isOver) {
      response.resume();
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
