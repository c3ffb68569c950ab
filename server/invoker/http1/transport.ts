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
/** Streams to which nobody listens any more: above this the oldest is cut off. */
const UNWANTED_STREAMS = 128;

/** Attempts as HTTP/1.1 requests: everything is sent, then the response is read. */
export class Http1Transport implements Transport, StreamOwner {
  readonly #http: HttpAgent;
  readonly #https: HttpsAgent;
  readonly #streams = new Set<Http1AttemptStream>();
  readonly #unwanted = new Set<Http1AttemptStream>();
  readonly #connectTimeoutMs: number;

  constructor(settings: Http1Settings) {
    const options = {
      keepAlive: true,
      maxSockets: settings.connectionsPerOrigin,
      maxFreeSockets: IDLE_CONNECTIONS,
      timeout: settings.idleConnectionMs,
    };
    this.#http = new HttpAgent(options);
    this.#https = new HttpsAgent({
      ...options,
      ...(settings.trustedCertificates === undefined ? {} : { ca: settings.trustedCertificates }),
    });
    this.#connectTimeoutMs = settings.connectTimeoutMs;
  }

  isBidirectional(): boolean {
    return false;
  }

  open(request: AttemptRequest, receiver: AttemptReceiver): () => void {
    let isWithdrawn = false;
    queueMicrotask(() => {
      if (isWithdrawn) return;
      const agent = request.origin.startsWith("https:") ? this.#https : this.#http;
      const stream = new Http1AttemptStream(request, receiver, agent, this.#connectTimeoutMs, this);
      this.#streams.add(stream);
      receiver.opened(stream);
    });
    return () => {
      isWithdrawn = true;
    };
  }

  unwanted(stream: Http1AttemptStream): void {
    this.#unwanted.add(stream);
    if (this.#unwanted.size <= UNWANTED_STREAMS) return;
    for (const oldest of this.#unwanted) {
      oldest.abort();
      return;
    }
  }

  closed(stream: Http1AttemptStream): void {
    this.#streams.delete(stream);
    this.#unwanted.delete(stream);
  }

  close(): void {
    for (const stream of this.#streams) stream.abort();
    this.#http.destroy();
    this.#https.destroy();
  }
}
