import type { Socket } from "node:net";
import { describeError } from "../failure.ts";
import {
  DEFAULT_FRAME_BYTES,
  ErrorCode,
  errorName,
  Flag,
  FrameReader,
  FrameType,
  frame,
  frameHeader,
  Http2Error,
  LARGEST_STREAM_ID,
  numberFrame,
} from "./frames.ts";
import { HeaderBlocks, unpadded } from "./header-blocks.ts";
import { encodePost, HpackError } from "./hpack.ts";
import { Lifetime } from "./lifetime.ts";
import { Outgoing } from "./outgoing.ts";
import {
  goawayFrame,
  headersFrames,
  openingFrames,
  protocolError,
  readGoaway,
  readSettings,
  readWindowUpdate,
} from "./peer-frames.ts";
import { openSocket } from "./socket.ts";
import { Http2AttemptStream, type StreamConnection } from "./stream.ts";
import type { ConnectionOwner, Http2Settings, Wish } from "./types.ts";
import { CONNECTION_WINDOW_BYTES, ConnectionWindows } from "./windows.ts";

/** Bytes of one response that may be under way: enough for a good rate, little enough for a thousand of them. */
const STREAM_WINDOW_BYTES = 256 * 1024;

/**
 * One HTTP/2 connection and its streams: the client's side of RFC 9113 as far as attempts need it. Node's own client
 * costs four times the CPU (the invoker as a whole: about 100 against 25 µs an attempt, 64 at a time), most of it in
 * stream objects and events.
 */
export class Http2Connection implements StreamConnection {
  readonly #socket: Socket;
  readonly #scheme: "http" | "https";
  readonly #authority: string;
  readonly #settings: Http2Settings;
  readonly #owner: ConnectionOwner;
  readonly #reader = new FrameReader((type, flags, id, payload) => this.#frame(type, flags, id, payload));
  readonly #headers = new HeaderBlocks((id, list, isEnd) => {
    const stream = this.#streamOf(id);
    stream?.headers(list, isEnd);
    if (stream?.hasHead === true) this.#hasServed = true;
  });
  readonly #streams = new Map<number, Http2AttemptStream>();
  /** Streams whose response is read and dropped, the oldest first. */
  readonly #unwanted = new Set<Http2AttemptStream>();
  #ladenStreams = 0;
  #limit: number;
  /** Streams may be opened before the peer has shown that it is there. */
  readonly #isFirst: boolean;
  #nextId = 1;

  readonly #outgoing: Outgoing;
  /** Streams with bytes that wait for the connection's window or for the socket, in their order. */
  #waiting = new Set<Http2AttemptStream>();
  readonly #windows = new ConnectionWindows();

  /** The peer's settings have come: it speaks HTTP/2. */
  #isSettled = false;
  #hasServed = false;
  #isClosing = false;
  #isLost = false;
  #failure: string | undefined;
  readonly #lifetime: Lifetime;

  /**
   * @param peerLimit streams that the peer allows, if that is known before it says so
   * @param isFirst streams may be opened at once; on further connections they wait until it is there
   */
  constructor(
    origin: string,
    settings: Http2Settings,
    peerLimit: number | undefined,
    isFirst: boolean,
    owner: ConnectionOwner,
  ) {
    const url = new URL(origin);
    this.#settings = settings;
    this.#owner = owner;
    this.#limit = Math.min(settings.streamsPerConnection, peerLimit ?? 1);
    this.#isFirst = isFirst;
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
    const { clock, connectTimeoutMs, idleConnectionMs } = settings;
    this.#lifetime = new Lifetime(
      clock,
      connectTimeoutMs,
      idleConnectionMs,
      () => this.#lost(`the connection could not be made within ${connectTimeoutMs} ms`),
      () => this.#close(),
    );
    this.sendSoon(openingFrames(STREAM_WINDOW_BYTES, CONNECTION_WINDOW_BYTES));
  }

  get isClosing(): boolean {
    return this.#isClosing;
  }

  /** The peer's settings have come. */
  get isSettled(): boolean {
    return this.#isSettled;
  }

  get hasRoom(): boolean {
    return this.#streams.size < this.#limit && !this.#isClosing && (this.#isSettled || this.#isFirst);
  }

  /** Nothing that is under way would hold up a new stream: no large response, no window that is used up. */
  get isClear(): boolean {
    return this.#ladenStreams === 0 && this.#windows.sendBytes > 0;
  }

  /** Streams in the middle of a large response. */
  get ladenStreams(): number {
    return this.#ladenStreams;
  }

  /** It takes no new streams, and nobody listens to those that it has. */
  get isUnwanted(): boolean {
    return this.#isClosing && this.#unwanted.size === this.#streams.size;
  }

  open(wish: Wish): void {
    const { request, receiver } = wish;
    let block: Buffer;
    try {
      block = encodePost(this.#scheme, this.#authority, request.path, request.headers);
    } catch (error) {
      receiver.finished(describeError(error));
      return;
    }
    if (this.#streams.size === 0) {
      this.#socket.ref();
      this.#lifetime.busy();
    }
    const id = this.#nextId;
    this.#nextId += 2;
    if (this.#nextId > LARGEST_STREAM_ID) this.#isClosing = true;
    const stream = new Http2AttemptStream(id, this, wish, {
      sendBytes: this.#windows.initialStreamBytes,
      receiveBytes: STREAM_WINDOW_BYTES,
    });
    this.#streams.set(id, stream);
    for (const part of headersFrames(id, block, this.#windows.frameBytes)) this.sendSoon(part);
    receiver.opened(stream);
  }

  destroy(): void {
    this.#lost("the connection was closed");
  }

  retire(): void {
    this.#isClosing = true;
    if (this.#streams.size === 0) this.#idle();
  }

  /** Makes room by cutting off the oldest stream to which nobody listens. `false`: there is none. */
  cutUnwanted(): boolean {
    for (const stream of this.#unwanted) {
      stream.abort();
      return this.hasRoom;
    }
    return false;
  }

  dataAllowance(): number {
    return this.#outgoing.isFull ? 0 : Math.min(this.#windows.sendBytes, this.#windows.frameBytes);
  }

  sendData(header: Buffer, payloadBytes: number): void {
    this.#windows.sendBytes -= payloadBytes;
    this.sendSoon(header);
  }

  sendPart(bytes: Buffer): void {
    this.#outgoing.add(bytes);
  }

  waitForRoom(stream: Http2AttemptStream): void {
    this.#waiting.add(stream);
  }

  sendSoon(bytes: Buffer): void {
    this.#outgoing.sendSoon(bytes);
  }

  sendLater(bytes: Buffer): void {
    this.#outgoing.sendLater(bytes);
  }

  unwanted(stream: Http2AttemptStream): void {
    this.#unwanted.add(stream);
    // It may take as long as it likes, which is no reason for another one to wait.
    if (this.#streams.size >= this.#limit) this.#owner.roomAgain();
  }

  laden(): void {
    this.#ladenStreams++;
  }

  refused(stream: Http2AttemptStream, wish: Wish | undefined, reason: string): void {
    this.#isClosing = true;
    this.release(stream);
    if (wish !== undefined) this.#owner.refused(wish, reason, this.#hasServed);
  }

  release(stream: Http2AttemptStream): void {
    this.#streams.delete(stream.id);
    this.#unwanted.delete(stream);
    this.#waiting.delete(stream);
    if (stream.isLaden) this.#ladenStreams--;
    if (this.#isLost) return;
    if (this.#streams.size === 0) this.#idle();
    if (!this.#isClosing) this.#owner.roomAgain();
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
    const { openId } = this.#headers;
    if (openId !== undefined && (type !== FrameType.Continuation || id !== openId)) {
      throw protocolError("a frame within headers");
    }
    switch (type) {
      case FrameType.Data:
        this.#data(flags, id, payload);
        return;
      case FrameType.Headers:
        this.#headers.begin(flags, id, payload);
        return;
      case FrameType.Continuation:
        this.#headers.goOn(flags, payload);
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
    const grantedBytes = this.#windows.received(payload.length);
    if (grantedBytes > 0) this.sendLater(numberFrame(FrameType.WindowUpdate, 0, grantedBytes));
    const stream = this.#streamOf(id);
    if (stream !== undefined) stream.body(unpadded(payload, flags, 0), payload.length, (flags & Flag.EndStream) !== 0);
    // Cut off in the middle of much: a peer such as Node's never forgets the rest, and refuses streams when that is a lot.
    else if (payload.length >= DEFAULT_FRAME_BYTES) this.retire();
  }

  /** The stream, unless it is over. */
  #streamOf(id: number): Http2AttemptStream | undefined {
    if (id % 2 === 0 || id >= this.#nextId) throw protocolError("a stream that was never opened");
    return this.#streams.get(id);
  }

  #peerSettings(flags: number, id: number, payload: Buffer): void {
    if (id !== 0) throw protocolError("malformed settings");
    if ((flags & Flag.Ack) !== 0) return;
    const { maxConcurrentStreams, initialWindowBytes, frameBytes } = readSettings(payload);
    if (initialWindowBytes !== undefined) {
      const widerBytes = this.#windows.setInitialStreamBytes(initialWindowBytes);
      for (const stream of [...this.#streams.values()]) stream.widen(widerBytes);
    }
    if (frameBytes !== undefined) this.#windows.frameBytes = frameBytes;
    const allowed = maxConcurrentStreams ?? (this.#isSettled ? undefined : Number.POSITIVE_INFINITY);
    this.sendSoon(frameHeader(0, FrameType.Settings, Flag.Ack, 0));
    if (!this.#isSettled) this.#settled();
    if (allowed === undefined) return;
    this.#limit = Math.min(this.#settings.streamsPerConnection, allowed);
    this.#owner.limitLearned(allowed);
    if (this.hasRoom) this.#owner.roomAgain();
  }

  #settled(): void {
    this.#isSettled = true;
    this.#lifetime.made();
    if (this.#streams.size === 0) this.#idle();
  }

  #windowUpdate(id: number, payload: Buffer): void {
    const bytes = readWindowUpdate(payload);
    if (id !== 0) {
      this.#streams.get(id)?.widen(bytes);
      return;
    }
    const wasStalled = this.#windows.sendBytes <= 0;
    this.#windows.granted(bytes);
    this.#unblock();
    if (wasStalled) this.#owner.roomAgain();
  }

  #goaway(payload: Buffer): void {
    const { lastId, code } = readGoaway(payload);
    this.#isClosing = true;
    const reason = `the endpoint is closing the connection (GOAWAY, ${errorName(code)})`;
    this.#failure ??= reason;
    // The peer has not looked at these and never will.
    for (const [id, stream] of [...this.#streams]) if (id > lastId) stream.refused(reason);
    // Some peers (Python's h2 under Hypercorn, after its keep_alive_max_requests) can send nothing more once they have
    // said goodbye, and notice with the next frame. Without one, the streams would wait for them forever.
    if (this.#streams.size === 0) this.#lost(reason);
    else this.sendSoon(frame(FrameType.Ping, 0, 0, Buffer.alloc(8)));
  }

  /** No streams: the process may end, and some time later the connection. */
  #idle(): void {
    if (this.#isClosing) this.#close();
    else if (this.#isSettled) {
      this.#socket.unref();
      this.#lifetime.idle();
    }
  }

  #close(): void {
    this.#sayGoodbye(ErrorCode.NoError);
    this.#lost("the connection was closed");
  }

  #sayGoodbye(code: number): void {
    this.#outgoing.add(goawayFrame(code));
    this.#outgoing.flush();
  }

  /** The connection is of no more use to anybody. */
  #lost(reason: string): void {
    if (this.#isLost) return;
    this.#isLost = true;
    this.#isClosing = true;
    this.#lifetime.over();
    // What was written goes out, unless the socket is broken or not there yet.
    if (this.#isSettled) {
      this.#outgoing.flush();
      this.#socket.destroySoon();
    } else this.#socket.destroy();
    this.#socket.unref();
    const streams = [...this.#streams.values()];
    for (const stream of streams) stream.lost(reason);
    this.#owner.gone(this.#isSettled ? undefined : reason);
  }
}
