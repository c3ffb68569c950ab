import type { Socket } from "node:net";
import { describeError } from "../failure.ts";
import type { AttemptReceiver, AttemptRequest } from "../transport.ts";
import {
  DEFAULT_FRAME_BYTES,
  DEFAULT_WINDOW_BYTES,
  ErrorCode,
  errorName,
  Flag,
  FrameReader,
  FrameType,
  frame,
  frameHeader,
  Http2Error,
  LARGEST_STREAM_ID,
  LARGEST_WINDOW_BYTES,
  numberFrame,
  PREFACE,
  Setting,
  settingsFrame,
} from "./frames.ts";
import { encodePost, HpackDecoder, HpackError } from "./hpack.ts";
import type { Http2Settings } from "./origin.ts";
import { Outgoing } from "./outgoing.ts";
import { openSocket } from "./socket.ts";
import { Http2AttemptStream } from "./stream.ts";

/** Bytes of one response that may be under way: enough for a good rate, little enough for a thousand of them. */
const STREAM_WINDOW_BYTES = 256 * 1024;
const CONNECTION_WINDOW_BYTES = 8 * 1024 * 1024;
/** The blocks of a response's headers, compressed. */
const HEADER_BLOCK_LIMIT_BYTES = 64 * 1024;

export interface ConnectionOwner {
  /** The peer has said how many streams it allows on a connection. */
  limitLearned(streams: number): void;
  /** There is room for a stream where there may have been none. */
  roomAgain(): void;
  /** @param unreachable why the connection could not be made, if it was not */
  gone(connection: Http2Connection, unreachable: string | undefined): void;
}

/**
 * One HTTP/2 connection and its streams: the client's side of RFC 9113 as far as attempts need it. Node's own client
 * costs four times the CPU (the invoker as a whole: about 100 against 25 µs an attempt, 64 at a time), most of it in
 * stream objects and events.
 */
export class Http2Connection {
  readonly #socket: Socket;
  readonly #scheme: "http" | "https";
  readonly #authority: string;
  readonly #settings: Http2Settings;
  readonly #owner: ConnectionOwner;
  readonly #reader = new FrameReader((type, flags, id, payload) => this.#frame(type, flags, id, payload));
  readonly #hpack = new HpackDecoder();
  readonly #streams = new Map<number, Http2AttemptStream>();
  #limit: number;
  #nextId = 1;

  readonly #outgoing: Outgoing;
  /** Streams with bytes that wait for the connection's window or for the socket, in their order. */
  #waiting = new Set<Http2AttemptStream>();
  #sendWindowBytes = DEFAULT_WINDOW_BYTES;
  #initialSendWindowBytes = DEFAULT_WINDOW_BYTES;
  #frameBytes = DEFAULT_FRAME_BYTES;
  #ungrantedBytes = 0;
  #receiveWindowBytes = CONNECTION_WINDOW_BYTES;

  /** A header block whose end has not arrived. */
  #headers: { readonly id: number; readonly isEnd: boolean; block: Buffer } | undefined;
  /** The peer's settings have come: it speaks HTTP/2. */
  #isSettled = false;
  #isClosing = false;
  #isLost = false;
  #failure: string | undefined;
  #idleSinceMs = 0;
  #isTimerSet = true;
  #cancelTimer: () => void;

  /** @param peerLimit streams that the peer allows, as far as is known before it says so */
  constructor(origin: string, settings: Http2Settings, peerLimit: number, owner: ConnectionOwner) {
    const url = new URL(origin);
    this.#settings = settings;
    this.#owner = owner;
    this.#limit = Math.min(settings.streamsPerConnection, peerLimit);
    this.#scheme = url.protocol === "https:" ? "https" : "http";
    this.#authority = url.host;
    this.#socket = openSocket(url, settings.trustedCertificates, () =>
      this.#lost("the endpoint does not offer HTTP/2 (ALPN)"),
    );
    this.#outgoing = new Outgoing(this.#socket, () => this.#unblock());
    this.#socket.on("data", (chunk: Buffer) => this.#received(chunk));
    this.#socket.on("error", (error) => {
      this.#failure ??= describeError(error);
    });
    this.#socket.on("close", () => this.#lost(this.#failure ?? "the connection was closed"));
    this.#cancelTimer = settings.clock.wakeAt(settings.clock.nowMs() + settings.connectTimeoutMs, () =>
      this.#lost(`the connection could not be made within ${settings.connectTimeoutMs} ms`),
    );
    this.#outgoing.add(PREFACE);
    this.sendSoon(
      settingsFrame([
        [Setting.EnablePush, 0],
        [Setting.InitialWindowSize, STREAM_WINDOW_BYTES],
      ]),
    );
    this.sendSoon(numberFrame(FrameType.WindowUpdate, 0, CONNECTION_WINDOW_BYTES - DEFAULT_WINDOW_BYTES));
  }

  get isClosing(): boolean {
    return this.#isClosing;
  }

  get hasRoom(): boolean {
    return this.#streams.size < this.#limit && !this.#isClosing;
  }

  open(request: AttemptRequest, receiver: AttemptReceiver): void {
    let block: Buffer;
    try {
      block = encodePost(this.#scheme, this.#authority, request.path, request.headers);
    } catch (error) {
      receiver.finished(describeError(error));
      return;
    }
    if (this.#streams.size === 0) this.#socket.ref();
    const id = this.#nextId;
    this.#nextId += 2;
    if (this.#nextId > LARGEST_STREAM_ID) this.#isClosing = true;
    const stream = new Http2AttemptStream(id, this, receiver, {
      sendBytes: this.#initialSendWindowBytes,
      receiveBytes: STREAM_WINDOW_BYTES,
    });
    this.#streams.set(id, stream);
    this.#sendHeaders(id, block);
    receiver.opened(stream);
  }

  destroy(): void {
    this.#lost("the connection was closed");
  }

  // For the streams

  /** Bytes that a DATA frame may have now. */
  dataAllowance(): number {
    return this.#outgoing.isFull ? 0 : Math.min(this.#sendWindowBytes, this.#frameBytes);
  }

  /** Begins a DATA frame, whose payload follows in parts. */
  sendData(header: Buffer, payloadBytes: number): void {
    this.#sendWindowBytes -= payloadBytes;
    this.sendSoon(header);
  }

  sendPart(bytes: Buffer): void {
    this.#outgoing.add(bytes);
  }

  /** Calls the stream's `unblocked` when more can be sent. */
  waitForRoom(stream: Http2AttemptStream): void {
    this.#waiting.add(stream);
  }

  /** Sends a frame with everything else of this callback. */
  sendSoon(bytes: Buffer): void {
    this.#outgoing.sendSoon(bytes);
  }

  /** Sends a frame that nobody waits for: after the turn that is open now, whose frames it joins. */
  sendLater(bytes: Buffer): void {
    this.#outgoing.sendLater(bytes);
  }

  /** A stream is over. */
  release(stream: Http2AttemptStream): void {
    this.#streams.delete(stream.id);
    this.#waiting.delete(stream);
    if (this.#isLost) return;
    if (this.#streams.size === 0) this.#idle();
    if (!this.#isClosing) this.#owner.roomAgain();
  }

  #sendHeaders(id: number, block: Buffer): void {
    if (block.length <= this.#frameBytes) {
      this.#outgoing.add(frameHeader(block.length, FrameType.Headers, Flag.EndHeaders, id));
      this.sendSoon(block);
      return;
    }
    for (let start = 0; start < block.length; start += this.#frameBytes) {
      const part = block.subarray(start, start + this.#frameBytes);
      const flags = start + part.length === block.length ? Flag.EndHeaders : 0;
      this.sendSoon(frame(start === 0 ? FrameType.Headers : FrameType.Continuation, flags, id, part));
    }
  }

  #unblock(): void {
    const waiting = this.#waiting;
    if (waiting.size === 0) return;
    this.#waiting = new Set();
    for (const stream of waiting) stream.unblocked();
  }

  #received(chunk: Buffer): void {
    if (this.#isLost) return;
    try {
      this.#reader.push(chunk);
    } catch (error) {
      if (!(error instanceof Http2Error || error instanceof HpackError)) throw error;
      const code = error instanceof Http2Error ? error.code : ErrorCode.CompressionError;
      this.#sayGoodbye(code);
      this.#lost(
        this.#isSettled
          ? `the endpoint broke the rules of HTTP/2: ${error.message}`
          : "the endpoint does not speak HTTP/2. If it speaks HTTP/1.1 only, register it with use_http_11",
      );
    }
  }

  #frame(type: number, flags: number, id: number, payload: Buffer): void {
    if (this.#isLost) return;
    if (!this.#isSettled && type !== FrameType.Settings) throw protocolError("settings must come first");
    if (this.#headers !== undefined && (type !== FrameType.Continuation || id !== this.#headers.id)) {
      throw protocolError("a frame within headers");
    }
    switch (type) {
      case FrameType.Data:
        this.#data(flags, id, payload);
        return;
      case FrameType.Headers:
        this.#headersBegin(flags, id, payload);
        return;
      case FrameType.Continuation:
        this.#headersContinue(flags, payload);
        return;
      case FrameType.RstStream:
        if (id === 0 || payload.length !== 4) throw protocolError("a malformed reset");
        this.#streams.get(id)?.reset(payload.readUInt32BE(0));
        return;
      case FrameType.Settings:
        this.#peerSettings(flags, id, payload);
        return;
      case FrameType.PushPromise:
        throw protocolError("a push that was not allowed");
      case FrameType.Ping:
        if (id !== 0 || payload.length !== 8) throw protocolError("a malformed ping");
        if ((flags & Flag.Ack) === 0) this.sendLater(frame(FrameType.Ping, Flag.Ack, 0, payload));
        return;
      case FrameType.Goaway:
        this.#goaway(payload);
        return;
      case FrameType.WindowUpdate:
        this.#windowUpdate(id, payload);
        return;
      default:
        // Unknown types and priorities are to be ignored.
        return;
    }
  }

  #data(flags: number, id: number, payload: Buffer): void {
    this.#receiveWindowBytes -= payload.length;
    if (this.#receiveWindowBytes < 0) throw new Http2Error(ErrorCode.FlowControlError, "more data than granted");
    this.#ungrantedBytes += payload.length;
    if (this.#ungrantedBytes > CONNECTION_WINDOW_BYTES / 2) {
      this.sendLater(numberFrame(FrameType.WindowUpdate, 0, this.#ungrantedBytes));
      this.#receiveWindowBytes += this.#ungrantedBytes;
      this.#ungrantedBytes = 0;
    }
    const stream = this.#streamOf(id);
    stream?.body(unpadded(payload, flags, 0), payload.length, (flags & Flag.EndStream) !== 0);
  }

  #headersBegin(flags: number, id: number, payload: Buffer): void {
    const block = unpadded(payload, flags, (flags & Flag.Priority) !== 0 ? 5 : 0);
    this.#headers = { id, isEnd: (flags & Flag.EndStream) !== 0, block };
    if ((flags & Flag.EndHeaders) !== 0) this.#headersEnd();
  }

  #headersContinue(flags: number, payload: Buffer): void {
    if (this.#headers === undefined) throw protocolError("a continuation of nothing");
    this.#headers.block = Buffer.concat([this.#headers.block, payload]);
    if (this.#headers.block.length > HEADER_BLOCK_LIMIT_BYTES) {
      throw new Http2Error(ErrorCode.EnhanceYourCalm, `headers of more than ${HEADER_BLOCK_LIMIT_BYTES} bytes`);
    }
    if ((flags & Flag.EndHeaders) !== 0) this.#headersEnd();
  }

  #headersEnd(): void {
    const headers = this.#headers;
    if (headers === undefined) return;
    this.#headers = undefined;
    // Even those of a stream that is over: they change the table.
    const list = this.#hpack.decode(headers.block);
    this.#streamOf(headers.id)?.headers(list, headers.isEnd);
  }

  /** The stream, unless it is over. */
  #streamOf(id: number): Http2AttemptStream | undefined {
    if (id % 2 === 0 || id >= this.#nextId) throw protocolError("a stream that was never opened");
    return this.#streams.get(id);
  }

  #peerSettings(flags: number, id: number, payload: Buffer): void {
    if (id !== 0) throw protocolError("malformed settings");
    if ((flags & Flag.Ack) !== 0) return;
    if (payload.length % 6 !== 0) throw new Http2Error(ErrorCode.FrameSizeError, "malformed settings");
    let allowed = this.#isSettled ? undefined : Number.POSITIVE_INFINITY;
    for (let offset = 0; offset < payload.length; offset += 6) {
      const value = payload.readUInt32BE(offset + 2);
      switch (payload.readUInt16BE(offset)) {
        case Setting.MaxConcurrentStreams:
          allowed = value;
          break;
        case Setting.InitialWindowSize:
          this.#setInitialWindow(value);
          break;
        case Setting.MaxFrameSize:
          if (value < DEFAULT_FRAME_BYTES || value > 0xffffff) throw protocolError("a bad frame size");
          this.#frameBytes = value;
          break;
      }
    }
    this.sendSoon(frameHeader(0, FrameType.Settings, Flag.Ack, 0));
    if (!this.#isSettled) this.#settled();
    if (allowed === undefined) return;
    this.#limit = Math.min(this.#settings.streamsPerConnection, allowed);
    this.#owner.limitLearned(allowed);
    if (this.hasRoom) this.#owner.roomAgain();
  }

  #settled(): void {
    this.#isSettled = true;
    this.#cancelTimer();
    this.#isTimerSet = false;
    if (this.#streams.size === 0) this.#idle();
  }

  /** A new initial window applies to the streams that are open, too. */
  #setInitialWindow(bytes: number): void {
    if (bytes > LARGEST_WINDOW_BYTES) throw new Http2Error(ErrorCode.FlowControlError, "a window that is too large");
    const widerBytes = bytes - this.#initialSendWindowBytes;
    this.#initialSendWindowBytes = bytes;
    for (const stream of [...this.#streams.values()]) stream.widen(widerBytes);
  }

  #windowUpdate(id: number, payload: Buffer): void {
    if (payload.length !== 4) throw new Http2Error(ErrorCode.FrameSizeError, "a malformed window update");
    const bytes = payload.readUInt32BE(0) & 0x7fffffff;
    if (bytes === 0) throw protocolError("a window update of nothing");
    if (id !== 0) {
      this.#streams.get(id)?.widen(bytes);
      return;
    }
    this.#sendWindowBytes += bytes;
    if (this.#sendWindowBytes > LARGEST_WINDOW_BYTES) {
      throw new Http2Error(ErrorCode.FlowControlError, "a window that is too large");
    }
    this.#unblock();
  }

  #goaway(payload: Buffer): void {
    if (payload.length < 8) throw new Http2Error(ErrorCode.FrameSizeError, "a malformed goodbye");
    const lastId = payload.readUInt32BE(0) & 0x7fffffff;
    const code = payload.readUInt32BE(4);
    this.#isClosing = true;
    const reason = `the endpoint is closing the connection (GOAWAY, ${errorName(code)})`;
    this.#failure ??= reason;
    // The peer has not looked at these and never will.
    for (const [id, stream] of [...this.#streams]) if (id > lastId) stream.lost(reason);
    // Some peers (Python's h2 under Hypercorn, after its keep_alive_max_requests) can send nothing more once they have
    // said goodbye, and notice with the next frame. Without one, the streams would wait for them forever.
    if (this.#streams.size === 0) this.#lost(reason);
    else this.sendSoon(frame(FrameType.Ping, 0, 0, Buffer.alloc(8)));
  }

  /** No streams: the process may end, and some time later the connection. */
  #idle(): void {
    if (this.#isClosing) {
      this.#lost("the connection was closed");
      return;
    }
    if (!this.#isSettled) return;
    this.#socket.unref();
    this.#idleSinceMs = this.#settings.clock.nowMs();
    if (!this.#isTimerSet) this.#setIdleTimer();
  }

  /** One timer at a time, however often the connection is used meanwhile. */
  #setIdleTimer(): void {
    const { clock, idleConnectionMs } = this.#settings;
    this.#isTimerSet = true;
    this.#cancelTimer = clock.wakeAt(this.#idleSinceMs + idleConnectionMs, () => {
      this.#isTimerSet = false;
      if (this.#streams.size > 0) return;
      if (clock.nowMs() < this.#idleSinceMs + idleConnectionMs) this.#setIdleTimer();
      else {
        this.#sayGoodbye(ErrorCode.NoError);
        this.#lost("the connection was closed");
      }
    });
  }

  #sayGoodbye(code: number): void {
    const payload = Buffer.alloc(8);
    payload.writeUInt32BE(code, 4);
    this.#outgoing.add(frame(FrameType.Goaway, 0, 0, payload));
    this.#outgoing.flush();
  }

  /** The connection is of no more use to anybody. */
  #lost(reason: string): void {
    if (this.#isLost) return;
    this.#isLost = true;
    this.#isClosing = true;
    this.#cancelTimer();
    // What was written goes out, unless the socket is broken or not there yet.
    if (this.#isSettled) this.#outgoing.flush();
    if (this.#isSettled) this.#socket.destroySoon();
    else this.#socket.destroy();
    this.#socket.unref();
    const streams = [...this.#streams.values()];
    for (const stream of streams) stream.lost(reason);
    this.#owner.gone(this, this.#isSettled ? undefined : reason);
  }
}

function protocolError(message: string): Http2Error {
  return new Http2Error(ErrorCode.ProtocolError, message);
}

/** A payload without its padding and the `skip` bytes before its contents. */
function unpadded(payload: Buffer, flags: number, skip: number): Buffer {
  const isPadded = (flags & Flag.Padded) !== 0;
  if (!isPadded && skip === 0) return payload;
  const start = skip + (isPadded ? 1 : 0);
  const end = payload.length - (isPadded ? (payload[0] ?? 0) : 0);
  if (start > end) throw protocolError("more padding than payload");
  return payload.subarray(start, end);
}
