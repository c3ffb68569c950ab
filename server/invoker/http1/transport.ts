import { Agent as HttpAgent } from "node:http";
import { Agent as HttpsAgent } from "node:https";
import type { AttemptReceiver, AttemptRequest, Transport } from "../transport.ts";
import { Http1AttemptStream, type StreamOwner } from "./stream.ts";

export interface Http1Settings {
  readonly connectionsPerOrigin: number;
  readonly idleConnectionMs: number;
  readonly connectTimeoutMs: number;
  readonly trustedCertificates: string | undefined;
}

/** Idle connections kept per origin. */
const IDLE_CONNECTIONS = 64;
/** Streams of an origin to which nobody listens any more: above this the oldest is cut off. */
const UNWANTED_STREAMS = 128;

/** An attempt that wants a connection. */
interface Wish {
  readonly request: AttemptRequest;
  readonly receiver: AttemptReceiver;
  isWithdrawn: boolean;
}

/** The streams of one origin, and the attempts that wait for a connection, first come first served. */
class Lane {
  readonly streams = new Set<Http1AttemptStream>();
  /** Those to which nobody listens, the oldest first. */
  readonly unwanted = new Set<Http1AttemptStream>();
  readonly waiting: Wish[] = [];
  isAdmitDue = false;
}

/** Attempts as HTTP/1.1 requests: everything is sent, then the response is read. */
export class Http1Transport implements Transport, StreamOwner {
  readonly #http: HttpAgent;
  readonly #https: HttpsAgent;
  readonly #settings: Http1Settings;
  readonly #lanes = new Map<string, Lane>();

  constructor(settings: Http1Settings) {
    // How many requests there are at a time is decided here: the agent would send those that wait in it, wanted or not.
    const options = { keepAlive: true, maxFreeSockets: IDLE_CONNECTIONS, timeout: settings.idleConnectionMs };
    this.#http = new HttpAgent(options);
    this.#https = new HttpsAgent({
      ...options,
      ...(settings.trustedCertificates === undefined ? {} : { ca: settings.trustedCertificates }),
    });
    this.#settings = settings;
  }

  isBidirectional(): boolean {
    return false;
  }

  open(request: AttemptRequest, receiver: AttemptReceiver): () => void {
    const wish: Wish = { request, receiver, isWithdrawn: false };
    let lane = this.#lanes.get(request.origin);
    if (lane === undefined) this.#lanes.set(request.origin, (lane = new Lane()));
    lane.waiting.push(wish);
    this.#admitSoon(lane);
    return () => {
      wish.isWithdrawn = true;
    };
  }

  unwanted(stream: Http1AttemptStream): void {
    const lane = this.#lanes.get(stream.origin);
    if (lane === undefined) return;
    lane.unwanted.add(stream);
    if (lane.unwanted.size > UNWANTED_STREAMS) cutOldest(lane);
    if (lane.waiting.length > 0) this.#admitSoon(lane);
  }

  closed(stream: Http1AttemptStream): void {
    const lane = this.#lanes.get(stream.origin);
    if (lane === undefined) return;
    lane.streams.delete(stream);
    lane.unwanted.delete(stream);
    if (lane.waiting.length > 0) this.#admitSoon(lane);
    else if (lane.streams.size === 0) this.#lanes.delete(stream.origin);
  }

  close(): void {
    for (const lane of this.#lanes.values()) {
      lane.waiting.length = 0;
      for (const stream of [...lane.streams]) stream.abort();
    }
    this.#http.destroy();
    this.#https.destroy();
  }

  #admitSoon(lane: Lane): void {
    if (lane.isAdmitDue) return;
    lane.isAdmitDue = true;
    queueMicrotask(() => {
      lane.isAdmitDue = false;
      this.#admit(lane);
    });
  }

  #admit(lane: Lane): void {
    let next = 0;
    for (; next < lane.waiting.length; next++) {
      const { request, receiver, isWithdrawn } = lane.waiting[next] as Wish;
      if (isWithdrawn) continue;
      // It may take as long as it likes, which is no reason for another one to wait.
      if (lane.streams.size >= this.#settings.connectionsPerOrigin && !cutOldest(lane)) break;
      const agent = request.origin.startsWith("https:") ? this.#https : this.#http;
      const stream = new Http1AttemptStream(request, receiver, agent, this.#settings.connectTimeoutMs, this);
      lane.streams.add(stream);
      receiver.opened(stream);
    }
    lane.waiting.splice(0, next);
  }
}

/** @returns whether there was a stream to which nobody listens */
function cutOldest(lane: Lane): boolean {
  const [oldest] = lane.unwanted;
  oldest?.abort();
  return oldest !== undefined;
}
