import type { AttemptReceiver, AttemptRequest } from "../transport.ts";
import { Http2Connection } from "./connection.ts";
import type { Http2Settings, Wish } from "./types.ts";

/** Refusals by connections on which nothing was ever answered, after which the endpoint itself must be the reason. */
const REFUSALS_LIMIT = 5;
/** So many connections are made to keep attempts apart from large responses. */
const CLEAR_CONNECTIONS = 16;
/** Connections that are being made at the same time. */
const OPENING_LIMIT = 16;
/** Beyond this many connections those to whose responses nobody listens are given up for a new one. */
const WITH_UNWANTED = 64;
/** Connections that take no new streams count too, up to this many times those that do. */
const WITH_CLOSING = 4;
/** How long an origin that refused a further connection is not asked for another one. */
const GROW_AGAIN_MS = 1000;

/** The connections to one origin, and the attempts that wait for a free stream, first come first served. */
export class Http2Origin {
  readonly #origin: string;
  readonly #settings: Http2Settings;
  readonly #onUnused: () => void;
  readonly #connections: Http2Connection[] = [];
  #waiting: Wish[] = [];
  /** Those that a connection refused: before all others. */
  #refused: Wish[] = [];
  #isAdmitDue = false;
  /** Streams that the peer allows on a connection, once it has said so. */
  #peerLimit: number | undefined;
  #growAgainAtMs = 0;
  #cancelGrowth: () => void = () => {};

  constructor(origin: string, settings: Http2Settings, onUnused: () => void) {
    this.#origin = origin;
    this.#settings = settings;
    this.#onUnused = onUnused;
  }

  open(request: AttemptRequest, receiver: AttemptReceiver): () => void {
    const wish: Wish = { request, receiver, isWithdrawn: false, refusals: 0 };
    this.#waiting.push(wish);
    this.#admitSoon();
    return () => {
      wish.isWithdrawn = true;
    };
  }

  close(): void {
    this.#cancelGrowth();
    this.#waiting = [];
    this.#refused = [];
    for (const connection of [...this.#connections]) connection.destroy();
  }

  get #hasWaiting(): boolean {
    return this.#waiting.length > 0 || this.#refused.length > 0;
  }

  #admitSoon(): void {
    if (this.#isAdmitDue) return;
    this.#isAdmitDue = true;
    queueMicrotask(() => {
      this.#isAdmitDue = false;
      this.#admit();
    });
  }

  #admit(): void {
    if (this.#refused.length > 0) {
      this.#waiting = [...this.#refused, ...this.#waiting];
      this.#refused = [];
    }
    let next = 0;
    for (; next < this.#waiting.length; next++) {
      const wish = this.#waiting[next] as Wish;
      if (wish.isWithdrawn) continue;
      const connection = this.#free(this.#waiting.length - next);
      if (connection === undefined) break;
      connection.open(wish);
    }
    this.#waiting = next === this.#waiting.length ? [] : this.#waiting.slice(next);
  }

  #failAll(reason: string): void {
    const failed = [...this.#refused, ...this.#waiting];
    this.#refused = [];
    this.#waiting = [];
    for (const { receiver, isWithdrawn } of failed) if (!isWithdrawn) receiver.finished(reason);
  }

  /**
   * A connection on which a stream can be opened now; without one, the next comes through `roomAgain`.
   * @param wishes how many want one
   */
  #free(wishes: number): Http2Connection | undefined {
    let usable = 0;
    let opening = 0;
    let least: Http2Connection | undefined;
    for (const connection of this.#connections) {
      // Those that are going away do not count: their streams may last long.
      if (connection.isClosing) continue;
      if (connection.hasRoom && connection.isClear) return connection;
      usable++;
      if (!connection.isSettled) opening++;
      else if (connection.hasRoom && connection.ladenStreams < (least?.ladenStreams ?? Number.POSITIVE_INFINITY)) {
        least = connection;
      }
    }
    if (usable === 0) return this.#connect(true);
    // A stream beyond the limit would be refused. So one stream opens the first connection, and the others wait for
    // the peer's settings, which it sends first of all.
    if (this.#peerLimit === undefined) return undefined;
    const { connectionsPerOrigin } = this.#settings;
    const enough = least === undefined ? connectionsPerOrigin : Math.min(CLEAR_CONNECTIONS, connectionsPerOrigin);
    if (usable < enough && this.#settings.clock.nowMs() >= this.#growAgainAtMs) {
      const streams = Math.min(this.#peerLimit, this.#settings.streamsPerConnection);
      for (; opening < OPENING_LIMIT && usable < enough && opening * streams < wishes; opening++, usable++) {
        this.#connect(false);
      }
      return undefined;
    }
    return least ?? this.#connections.find((connection) => connection.cutUnwanted());
  }

  /** Those that find no stream meanwhile try again when the time has come. */
  #growLater(): void {
    const { clock } = this.#settings;
    this.#growAgainAtMs = clock.nowMs() + GROW_AGAIN_MS;
    this.#cancelGrowth();
    this.#cancelGrowth = clock.wakeAt(this.#growAgainAtMs, () => {
      if (this.#hasWaiting) this.#admitSoon();
    });
  }

  /** @param isFirst no other connection takes streams */
  #connect(isFirst: boolean): Http2Connection | undefined {
    const most = WITH_CLOSING * this.#settings.connectionsPerOrigin;
    if (this.#connections.length >= Math.min(WITH_UNWANTED, most)) {
      this.#connections.find((connection) => connection.isUnwanted)?.destroy();
    }
    if (this.#connections.length >= most) return undefined;
    const connection: Http2Connection = new Http2Connection(this.#origin, this.#settings, this.#peerLimit, isFirst, {
      limitLearned: (streams) => {
        this.#peerLimit = streams;
      },
      roomAgain: () => {
        if (this.#hasWaiting) this.#admitSoon();
      },
      refused: (wish, reason, hasServed) => this.#sendAgain(wish, reason, hasServed),
      gone: (unreachable) => this.#gone(connection, unreachable),
    });
    this.#connections.push(connection);
    return connection;
  }

  /** The endpoint has not looked at the request: that was no attempt. */
  #sendAgain(wish: Wish, reason: string, hasServed: boolean): void {
    // A connection that is full says nothing about the next one.
    if (!hasServed && ++wish.refusals >= REFUSALS_LIMIT) {
      wish.receiver.finished(`the endpoint refused ${REFUSALS_LIMIT} times on as many new connections: ${reason}`);
      return;
    }
    wish.receiver.refused();
    this.#refused.push(wish);
    this.#admitSoon();
  }

  #gone(gone: Http2Connection, unreachable: string | undefined): void {
    this.#connections.splice(this.#connections.indexOf(gone), 1);
    if (unreachable !== undefined) {
      // Where others work, one more is a wish and no need.
      if (this.#connections.some(({ isClosing, isSettled }) => isSettled && !isClosing)) {
        this.#growLater();
      }
      // Trying again for each that waits would only make the last of them wait for all the others.
      else this.#failAll(unreachable);
    }
    if (this.#hasWaiting) this.#admitSoon();
    else if (this.#connections.length === 0) this.#onUnused();
  }
}
