import { type ClientHttp2Stream, constants, type IncomingHttpHeaders, type IncomingHttpStatusHeader } from "node:http2";
import { describeError } from "../failure.ts";
import type { AttemptReceiver, AttemptStream } from "../transport.ts";
import type { Http2Connection } from "./connection.ts";

const OWNER = Symbol("attempt stream");

interface OwnedStream extends ClientHttp2Stream {
  [OWNER]?: Http2AttemptStream;
}

/** One attempt as an HTTP/2 stream. The listeners are shared functions: an attempt costs no closures. */
export class Http2AttemptStream implements AttemptStream {
  readonly #receiver: AttemptReceiver;
  readonly #connection: Http2Connection;
  #stream: ClientHttp2Stream | undefined;
  #isEnded = false;
  /** Nobody listens any more. */
  #isOver = false;
  #error: Error | undefined;

  constructor(receiver: AttemptReceiver, connection: Http2Connection) {
    this.#receiver = receiver;
    this.#connection = connection;
  }

  attach(stream: ClientHttp2Stream): void {
    this.#stream = stream;
    (stream as OwnedStream)[OWNER] = this;
    stream.on("response", onResponse);
    stream.on("data", onData);
    stream.on("end", onEnd);
    stream.on("drain", onDrain);
    stream.on("error", onError);
    stream.on("close", onClose);
  }

  get bufferedBytes(): number {
    return this.#stream?.writableLength ?? 0;
  }

  write(bytes: Buffer): boolean {
    if (this.#isEnded || this.#stream === undefined || this.#stream.destroyed) return true;
    return this.#stream.write(bytes);
  }

  writeAll(chunks: readonly Buffer[]): boolean {
    const stream = this.#stream;
    if (this.#isEnded || stream === undefined || stream.destroyed) return true;
    let canTakeMore = true;
    stream.cork();
    for (const chunk of chunks) canTakeMore = stream.write(chunk);
    stream.uncork();
    return canTakeMore;
  }

  end(last?: Buffer): void {
    const stream = this.#stream;
    if (this.#isEnded || stream === undefined || stream.destroyed) return;
    this.#isEnded = true;
    if (last === undefined) stream.end();
    else stream.end(last);
  }

  pause(): void {
    this.#stream?.pause();
  }

  resume(): void {
    this.#stream?.resume();
  }

  abort(): void {
    this.#isOver = true;
    const stream = this.#stream;
    // A stream that is closed in the regular way is left to end by itself.
    if (stream === undefined || stream.destroyed || stream.closed) return;
    stream.close(constants.NGHTTP2_CANCEL);
    stream.destroy();
  }

  /** The stream is gone, or never came to be. */
  lost(reason: string): void {
    const wasOver = this.#isOver;
    this.#isOver = true;
    this.#connection.release(this);
    if (!wasOver) this.#receiver.finished(reason);
  }

  onResponse(headers: IncomingHttpHeaders & IncomingHttpStatusHeader): void {
    if (this.#isOver) return;
    this.#receiver.head({
      status: headers[":status"] ?? 0,
      contentType: headers["content-type"],
      server: headers["x-restate-server"] as string | undefined,
      retryAfter: headers["retry-after"],
    });
  }

  onData(bytes: Buffer): void {
    if (!this.#isOver) this.#receiver.chunk(bytes);
  }

  onEnd(): void {
    if (this.#isOver) return;
    // After a reset too the readable side "ends"; the close that follows knows why.
    const stream = this.#stream;
    if (stream === undefined || stream.aborted || (stream.rstCode !== undefined && stream.rstCode !== 0)) return;
    this.#receiver.ended();
  }

  onDrain(): void {
    if (!this.#isOver) this.#receiver.drained();
  }

  onError(error: Error): void {
    this.#error ??= error;
  }

  onClose(): void {
    this.#connection.release(this);
    if (this.#isOver) return;
    this.#isOver = true;
    this.#receiver.finished(this.#brokenBy());
  }

  #brokenBy(): string | undefined {
    const { failure } = this.#connection;
    if (failure !== undefined) return failure;
    // When the connection breaks, its streams hear of it first.
    if (this.#error !== undefined && !("code" in this.#error && this.#error.code === "ERR_HTTP2_STREAM_ERROR")) {
      return describeError(this.#error);
    }
    const code = this.#stream?.rstCode ?? 0;
    return code === constants.NGHTTP2_NO_ERROR
      ? undefined
      : `the endpoint reset the stream (${RESET_REASONS[code] ?? code})`;
  }
}

function onResponse(this: OwnedStream, headers: IncomingHttpHeaders & IncomingHttpStatusHeader): void {
  this[OWNER]?.onResponse(headers);
}
function onData(this: OwnedStream, bytes: Buffer): void {
  this[OWNER]?.onData(bytes);
}
function onEnd(this: OwnedStream): void {
  this[OWNER]?.onEnd();
}
function onDrain(this: OwnedStream): void {
  this[OWNER]?.onDrain();
}
function onError(this: OwnedStream, error: Error): void {
  this[OWNER]?.onError(error);
}
function onClose(this: OwnedStream): void {
  this[OWNER]?.onClose();
}

/** Names of RFC 9113 for the codes of a reset. */
const RESET_REASONS: Readonly<Record<number, string>> = {
  1: "PROTOCOL_ERROR",
  2: "INTERNAL_ERROR",
  3: "FLOW_CONTROL_ERROR",
  5: "STREAM_CLOSED",
  6: "FRAME_SIZE_ERROR",
  7: "REFUSED_STREAM",
  8: "CANCEL",
  11: "ENHANCE_YOUR_CALM",
};
