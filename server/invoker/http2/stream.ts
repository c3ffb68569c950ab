import type { AttemptReceiver, AttemptStream } from "../transport.ts";
import {
  ErrorCode,
  errorName,
  Flag,
  FrameType,
  frameHeader,
  Http2Error,
  LARGEST_WINDOW_BYTES,
  numberFrame,
} from "./frames.ts";
import type { HeaderList } from "./hpack.ts";
import type { Wish } from "./types.ts";

/** Queued bytes above which a writer is asked to wait, and below which it is called again. */
const HIGH_WATER_BYTES = 64 * 1024;
const LOW_WATER_BYTES = 16 * 1024;

/** A response of more than this is large: what comes behind it on the same connection may have to wait. */
const LADEN_BYTES = 1024 * 1024;
/** Bytes of a response to which nobody listens that are read for the peace of the connection. */
const DROP_LIMIT_BYTES = 64 * 1024 * 1024;

const NOBODY: AttemptReceiver = {
  opened: () => {},
  refused: () => {},
  head: () => {},
  chunk: () => {},
  drained: () => {},
  ended: () => {},
  finished: () => {},
};

/** What a stream has of its connection. */
export interface StreamConnection {
  /** Bytes that a DATA frame may have now. */
  dataAllowance(): number;
  /** Begins a DATA frame, whose payload follows in parts. */
  sendData(header: Buffer, payloadBytes: number): void;
  sendPart(bytes: Buffer): void;
  /** Calls the stream's `unblocked` when more can be sent. */
  waitForRoom(stream: Http2AttemptStream): void;
  /** Sends a frame with everything else of this callback. */
  sendSoon(bytes: Buffer): void;
  /** Sends a frame that nobody waits for: after the turn that is open now, whose frames it joins. */
  sendLater(bytes: Buffer): void;
  /** Nobody listens to this stream any more. */
  unwanted(stream: Http2AttemptStream): void;
  /** The response of a stream has become large. */
  laden(): void;
  /** The peer refuses a stream, before it has looked at the request. What it has against it may last. */
  refused(stream: Http2AttemptStream, wish: Wish | undefined, reason: string): void;
  /** Takes no new streams; closed once those that it has are done. */
  retire(): void;
  /** A stream is over. */
  release(stream: Http2AttemptStream): void;
}

/** One attempt as an HTTP/2 stream. */
export class Http2AttemptStream implements AttemptStream {
  readonly id: number;
  readonly #connection: StreamConnection;
  readonly #wish: Wish;
  #receiver: AttemptReceiver;

  /** Bytes that may be sent before the peer grants more. */
  #sendWindowBytes: number;
  #queue: Buffer[] = [];
  #queuedBytes = 0;
  #isEndWanted = false;
  #isEndSent = false;
  #isWriterWaiting = false;

  /** Bytes that the peer may send, and those received that have not been granted again. */
  #receiveWindowBytes: number;
  readonly #initialReceiveWindowBytes: number;
  #hasHead = false;
  #hasEnded = false;
  #isPaused = false;
  #held: Buffer[] = [];
  #receivedBytes = 0;
  /** Of those, how many may come at most. */
  #limitBytes = Number.POSITIVE_INFINITY;

  /** Nothing is sent or reported any more. */
  #isOver = false;

  constructor(
    id: number,
    connection: StreamConnection,
    wish: Wish,
    windows: { readonly sendBytes: number; readonly receiveBytes: number },
  ) {
    this.id = id;
    this.#connection = connection;
    this.#wish = wish;
    this.#receiver = wish.receiver;
    this.#sendWindowBytes = windows.sendBytes;
    this.#receiveWindowBytes = windows.receiveBytes;
    this.#initialReceiveWindowBytes = windows.receiveBytes;
  }

  // For the attempt

  get bufferedBytes(): number {
    return this.#queuedBytes;
  }

  write(bytes: Buffer): boolean {
    if (this.#isOver || this.#isEndWanted) return true;
    this.#enqueue(bytes);
    this.#pump();
    return this.#mayWriteOn();
  }

  writeAll(chunks: readonly Buffer[]): boolean {
    if (this.#isOver || this.#isEndWanted) return true;
    for (const chunk of chunks) this.#enqueue(chunk);
    this.#pump();
    return this.#mayWriteOn();
  }

  end(last?: Buffer): void {
    if (this.#isOver || this.#isEndWanted) return;
    if (last !== undefined) this.#enqueue(last);
    this.#isEndWanted = true;
    this.#pump();
  }

  pause(): void {
    this.#isPaused = true;
  }

  resume(): void {
    if (!this.#isPaused) return;
    this.#isPaused = false;
    const held = this.#held;
    this.#held = [];
    for (const bytes of held) {
      if (this.#isPaused) this.#held.push(bytes);
      else if (!this.#isOver) this.#receiver.chunk(bytes);
    }
    if (this.#isPaused || this.#isOver) return;
    this.#grant();
    if (this.#hasEnded) this.#ended();
  }

  abort(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#connection.sendSoon(numberFrame(FrameType.RstStream, this.id, ErrorCode.Cancel));
    this.#connection.release(this);
  }

  letGo(): void {
    if (this.#isOver) return;
    this.#receiver = NOBODY;
    this.#limitBytes = this.#receivedBytes + DROP_LIMIT_BYTES;
    this.#held = [];
    this.#connection.unwanted(this);
    this.end();
    this.resume();
  }

  // For the connection

  /** In the middle of a large response. */
  get isLaden(): boolean {
    return this.#receivedBytes > LADEN_BYTES;
  }

  /** The peer or the connection has room again. */
  unblocked(): void {
    if (this.#isOver) return;
    this.#pump();
    if (!this.#isWriterWaiting || this.#queuedBytes > LOW_WATER_BYTES || this.#isOver) return;
    this.#isWriterWaiting = false;
    this.#receiver.drained();
  }

  /** @throws Http2Error when the window becomes larger than HTTP/2 allows */
  widen(bytes: number): void {
    this.#sendWindowBytes += bytes;
    if (this.#sendWindowBytes > LARGEST_WINDOW_BYTES) {
      throw new Http2Error(ErrorCode.FlowControlError, "a window that is too large");
    }
    if (bytes > 0) this.unblocked();
  }

  /** The response has begun. */
  get hasHead(): boolean {
    return this.#hasHead;
  }

  /** @throws Http2Error when the headers are not those of a response */
  headers(list: HeaderList, isEnd: boolean): void {
    if (this.#hasHead) {
      if (!isEnd) throw new Http2Error(ErrorCode.ProtocolError, "headers in the middle of a response");
      this.remoteEnd();
      return;
    }
    const status = Number(header(list, ":status"));
    if (!(status >= 100 && status <= 999)) throw new Http2Error(ErrorCode.ProtocolError, "a response without a status");
    // Informational: the response proper follows.
    if (status < 200) return;
    this.#hasHead = true;
    this.#receiver.head({
      status,
      contentType: header(list, "content-type"),
      server: header(list, "x-restate-server"),
      retryAfter: header(list, "retry-after"),
    });
    if (isEnd) this.remoteEnd();
  }

  /**
   * @param frameBytes with padding, which counts for flow control
   * @throws Http2Error when the peer may not send this
   */
  body(bytes: Buffer, frameBytes: number, isEnd: boolean): void {
    if (!this.#hasHead || this.#hasEnded) throw new Http2Error(ErrorCode.ProtocolError, "data outside of a response");
    this.#receiveWindowBytes -= frameBytes;
    if (this.#receiveWindowBytes < 0) throw new Http2Error(ErrorCode.FlowControlError, "more data than granted");
    this.#received(frameBytes);
    if (this.#isOver) return;
    if (bytes.length > 0) {
      if (this.#isPaused) this.#held.push(bytes);
      else this.#receiver.chunk(bytes);
    }
    if (isEnd) this.remoteEnd();
    else if (!this.#isPaused) this.#grant();
  }

  remoteEnd(): void {
    if (this.#isOver) return;
    this.#hasEnded = true;
    if (this.#held.length === 0) this.#ended();
  }

  /** The peer has reset the stream. */
  reset(code: number): void {
    if (!this.#hasHead && isRefusal(code)) {
      this.refused(`the endpoint reset the stream (${errorName(code)})`);
      return;
    }
    this.lost(
      code === ErrorCode.NoError && this.#hasEnded ? undefined : `the endpoint reset the stream (${errorName(code)})`,
    );
  }

  /** The peer says that it has not looked at the request. With the head of an answer it has said otherwise. */
  refused(reason: string): void {
    if (this.#isOver) return;
    if (this.#hasHead) {
      this.lost(reason);
      return;
    }
    this.#isOver = true;
    this.#connection.refused(this, this.#receiver === NOBODY ? undefined : this.#wish, reason);
  }

  /** The stream is gone. */
  lost(reason: string | undefined): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#connection.release(this);
    this.#receiver.finished(reason);
  }

  #received(bytes: number): void {
    const wasLaden = this.isLaden;
    this.#receivedBytes += bytes;
    if (this.isLaden && !wasLaden) this.#connection.laden();
    if (this.#receivedBytes <= this.#limitBytes) return;
    this.#connection.retire();
    this.abort();
  }

  #enqueue(bytes: Buffer): void {
    if (bytes.length === 0) return;
    this.#queue.push(bytes);
    this.#queuedBytes += bytes.length;
  }

  #mayWriteOn(): boolean {
    if (this.#queuedBytes <= HIGH_WATER_BYTES) return true;
    this.#isWriterWaiting = true;
    return false;
  }

  /** Sends what the windows and the connection allow. */
  #pump(): void {
    const connection = this.#connection;
    while (this.#queuedBytes > 0) {
      if (this.#sendWindowBytes <= 0) return;
      const allowedBytes = Math.min(this.#sendWindowBytes, connection.dataAllowance());
      if (allowedBytes <= 0) {
        connection.waitForRoom(this);
        return;
      }
      const bytes = Math.min(allowedBytes, this.#queuedBytes);
      const isLast = this.#isEndWanted && bytes === this.#queuedBytes;
      connection.sendData(frameHeader(bytes, FrameType.Data, isLast ? Flag.EndStream : 0, this.id), bytes);
      this.#dequeue(bytes);
      this.#sendWindowBytes -= bytes;
      if (isLast) {
        this.#endSent();
        return;
      }
    }
    if (!this.#isEndWanted || this.#isEndSent) return;
    // Nobody waits for it: it leaves together with whatever comes next, at the latest with the end of the tick.
    connection.sendLater(frameHeader(0, FrameType.Data, Flag.EndStream, this.id));
    this.#endSent();
  }

  #dequeue(bytes: number): void {
    this.#queuedBytes -= bytes;
    if (this.#queuedBytes === 0) {
      for (const part of this.#queue) this.#connection.sendPart(part);
      this.#queue = [];
      return;
    }
    let rest = bytes;
    let whole = 0;
    for (const part of this.#queue) {
      if (part.length > rest) break;
      this.#connection.sendPart(part);
      rest -= part.length;
      whole++;
    }
    if (whole > 0) this.#queue.splice(0, whole);
    if (rest === 0) return;
    const part = this.#queue[0] as Buffer;
    this.#connection.sendPart(part.subarray(0, rest));
    this.#queue[0] = part.subarray(rest);
  }

  #endSent(): void {
    this.#isEndSent = true;
    if (this.#hasEnded && this.#held.length === 0) this.lost(undefined);
  }

  #ended(): void {
    this.#receiver.ended();
    if (this.#isEndSent) this.lost(undefined);
  }

  /** Grants what has been read, once it is worth a frame. */
  #grant(): void {
    const readBytes = this.#initialReceiveWindowBytes - this.#receiveWindowBytes;
    if (this.#isOver || this.#hasEnded || readBytes < this.#initialReceiveWindowBytes / 2) return;
    this.#receiveWindowBytes = this.#initialReceiveWindowBytes;
    this.#connection.sendLater(numberFrame(FrameType.WindowUpdate, this.id, readBytes));
  }
}

/** REFUSED_STREAM says that nothing was processed; ENHANCE_YOUR_CALM is how Node's server refuses a new stream. */
function isRefusal(code: number): boolean {
  return code === ErrorCode.RefusedStream || code === ErrorCode.EnhanceYourCalm;
}

function header(list: HeaderList, name: string): string | undefined {
  for (let index = 0; index < list.length; index += 2) if (list[index] === name) return list[index + 1];
  return undefined;
}
