import type { Clock } from "../../seams.ts";
import type { AttemptReceiver, AttemptRequest } from "../transport.ts";
import { Http2Connection } from "./connection.ts";

export interface Http2Settings {
  readonly clock: Clock;
  readonly streamsPerConnection: number;
  readonly connectionsPerOrigin: number;
  readonly connectTimeoutMs: number;
  readonly idleConnectionMs: number;
  readonly trustedCertificates: string | undefined;
}

interface Waiting {
  readonly request: AttemptRequest;
  readonly receiver: AttemptReceiver;
  isWithdrawn: boolean;
}

/** The connections to one origin, and the attempts that wait for a free stream, first come first served. */
export class Http2Origin {
  readonly #origin: string;
  readonly #settings: Http2Settings;
  readonly #onUnused: () => void;
  readonly #connections: Http2Connection[] = [];
  #waiting: Waiting[] = [];
  #isAdmitDue = false;
  /** Streams that the peer allows on a connection, once it has said so. */
  #peerLimit: number | undefined;

  constructor(origin: string, settings: Http2Settings, onUnused: () => void) {
    this.#origin = origin;
    this.#settings = settings;
    this.#onUnused = onUnused;
  }

  open(request: AttemptRequest, receiver: AttemptReceiver): () => void {
    const waiting: Waiting = { request, receiver, isWithdrawn: false };
    this.#waiting.push(waiting);
    this.#admitSoon();
    return () => {
      waiting.isWithdrawn = true;
    };
  }

  close(): void {
    this.#waiting = [];
    for (const connection of [...this.#connections]) connection.destroy();
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
    let next = 0;
    for (; next < this.#waiting.length; next++) {
      const { request, receiver, isWithdrawn } = this.#waiting[next] as Waiting;
      if (isWithdrawn) continue;
      const connection = this.#free();
      if (connection === undefined) break;
      connection.open(request, receiver);
    }
    this.#waiting = next === this.#waiting.length ? [] : this.#waiting.slice(next);
  }

  #refuseAll(reason: string): void {
    const refused = this.#waiting;
    this.#waiting = [];
    for (const { receiver, isWithdrawn } of refused) if (!isWithdrawn) receiver.finished(reason);
  }

  #free(): Http2Connection | undefined {
    for (const connection of this.#connections) if (connection.hasRoom) return connection;
    // Those that are going away do not count: their streams may last long.
    const usable = this.#connections.filter((connection) => !connection.isClosing).length;
    if (usable >= this.#settings.connectionsPerOrigin) return undefined;
    // A stream beyond the limit would be refused. So one stream opens the first connection, and the others wait for
    // the peer's settings, which it sends first of all.
    if (this.#peerLimit === undefined && usable > 0) return undefined;
    const connection = new Http2Connection(this.#origin, this.#settings, this.#peerLimit ?? 1, {
      limitLearned: (streams) => {
        this.#peerLimit = streams;
      },
      roomAgain: () => {
        if (this.#waiting.length > 0) this.#admitSoon();
      },
      gone: (gone, unreachable) => {
        this.#connections.splice(this.#connections.indexOf(gone), 1);
        // Trying again for each that waits would only make the last of them wait for all the others.
        if (unreachable !== undefined) this.#refuseAll(unreachable);
        if (this.#waiting.length > 0) this.#admitSoon();
        else if (this.#connections.length === 0) this.#onUnused();
      },
    });
    this.#connections.push(connection);
    return connection;
  }
}
