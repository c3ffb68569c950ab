import { type ClientHttp2Session, connect } from "node:http2";
import { describeError } from "../failure.ts";
import type { AttemptReceiver, AttemptRequest } from "../transport.ts";
import type { Http2Settings } from "./origin.ts";
import { Http2AttemptStream } from "./stream.ts";

/** Bytes of one response that may be under way: enough for a good rate, little enough for a thousand of them. */
const STREAM_WINDOW_BYTES = 256 * 1024;
const CONNECTION_WINDOW_BYTES = 8 * 1024 * 1024;

export interface ConnectionOwner {
  /** The peer has said how many streams it allows on a connection. */
  limitLearned(streams: number): void;
  /** There is room for a stream where there may have been none. */
  roomAgain(): void;
  /** @param unreachable why the connection could not be made, if it was not */
  gone(connection: Http2Connection, unreachable: string | undefined): void;
}

/** One HTTP/2 connection and its streams. */
export class Http2Connection {
  readonly #session: ClientHttp2Session;
  readonly #settings: Http2Settings;
  readonly #owner: ConnectionOwner;
  readonly #streams = new Set<Http2AttemptStream>();
  #limit: number;
  #failure: string | undefined;
  #isClosing = false;
  #wasConnected = false;
  #isLost = false;
  #cancelTimer: () => void;

  /** @param peerLimit streams that the peer allows, as far as is known before it says so */
  constructor(origin: string, settings: Http2Settings, peerLimit: number, owner: ConnectionOwner) {
    this.#settings = settings;
    this.#owner = owner;
    this.#limit = Math.min(settings.streamsPerConnection, peerLimit);
    this.#session = connect(origin, {
      settings: { enablePush: false, initialWindowSize: STREAM_WINDOW_BYTES },
      ...(settings.trustedCertificates === undefined ? {} : { ca: settings.trustedCertificates }),
    });
    this.#cancelTimer = settings.clock.wakeAt(settings.clock.nowMs() + settings.connectTimeoutMs, () => {
      this.#failure ??= `the connection could not be made within ${settings.connectTimeoutMs} ms`;
      this.#lost();
      this.#session.destroy();
    });
    this.#session.on("connect", () => {
      // Node says so even of a session that was destroyed while it was connecting.
      if (this.#session.destroyed) return;
      this.#wasConnected = true;
      this.#cancelTimer();
      this.#session.setLocalWindowSize(CONNECTION_WINDOW_BYTES);
      this.#idleAgain();
    });
    this.#session.on("remoteSettings", ({ maxConcurrentStreams }) => {
      const allowed = maxConcurrentStreams ?? Number.POSITIVE_INFINITY;
      this.#limit = Math.min(settings.streamsPerConnection, allowed);
      owner.limitLearned(allowed);
      if (this.hasRoom) owner.roomAgain();
    });
    this.#session.on("goaway", () => {
      this.#failure ??= "the endpoint is closing the connection (GOAWAY)";
      this.#isClosing = true;
    });
    this.#session.on("error", (error) => {
      this.#failure ??= describeError(error);
    });
    this.#session.on("close", () => this.#lost());
  }

  /** The connection is of no more use to anybody. */
  #lost(): void {
    if (this.#isLost) return;
    this.#isLost = true;
    this.#isClosing = true;
    this.#cancelTimer();
    const reason = this.#failure ?? "the connection was closed";
    for (const stream of [...this.#streams]) stream.lost(reason);
    this.#owner.gone(this, this.#wasConnected ? undefined : reason);
  }

  get isClosing(): boolean {
    return this.#isClosing || this.#session.closed || this.#session.destroyed;
  }

  get hasRoom(): boolean {
    return this.#streams.size < this.#limit && !this.isClosing;
  }

  open(request: AttemptRequest, receiver: AttemptReceiver): void {
    if (this.#streams.size === 0) {
      if (!this.#session.connecting) this.#cancelTimer();
      this.#session.ref();
    }
    const stream = new Http2AttemptStream(receiver, this);
    this.#streams.add(stream);
    try {
      const headers = { ...request.headers, ":method": "POST", ":path": request.path };
      stream.attach(this.#session.request(headers, { endStream: false }));
    } catch (error) {
      // A header that HTTP/2 does not allow, or a session that has just gone away.
      stream.lost(describeError(error));
      return;
    }
    receiver.opened(stream);
  }

  /** Why the connection broke, if it did. */
  get failure(): string | undefined {
    return this.#failure;
  }

  /** A stream is over. */
  release(stream: Http2AttemptStream): void {
    if (!this.#streams.delete(stream)) return;
    if (this.#streams.size === 0) this.#idleAgain();
    this.#owner.roomAgain();
  }

  destroy(): void {
    this.#session.destroy();
  }

  #idleAgain(): void {
    if (this.#streams.size > 0 || this.#session.connecting || this.isClosing) return;
    this.#session.unref();
    const { clock, idleConnectionMs } = this.#settings;
    this.#cancelTimer();
    this.#cancelTimer = clock.wakeAt(clock.nowMs() + idleConnectionMs, () => this.#session.close());
  }
}
