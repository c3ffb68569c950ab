import { Agent as HttpAgent } from "node:http";
import { Agent as HttpsAgent } from "node:https";
import type { AttemptReceiver, AttemptRequest, Transport } from "../transport.ts";
import { Http1AttemptStream } from "./stream.ts";

export interface Http1Settings {
  readonly idleConnectionMs: number;
  readonly connectTimeoutMs: number;
  readonly trustedCertificates: string | undefined;
}

/** Idle connections kept per origin. */
const IDLE_CONNECTIONS = 64;

/** Attempts as HTTP/1.1 requests: everything is sent, then the response is read. */
export class Http1Transport implements Transport {
  readonly #http: HttpAgent;
  readonly #https: HttpsAgent;
  readonly #streams = new Set<Http1AttemptStream>();
  readonly #connectTimeoutMs: number;

  constructor(settings: Http1Settings) {
    // The engine bounds how many attempts run; here only idle connections are bounded.
    const options = { keepAlive: true, maxFreeSockets: IDLE_CONNECTIONS, timeout: settings.idleConnectionMs };
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
      const stream = new Http1AttemptStream(request, receiver, agent, this.#connectTimeoutMs, (closed) =>
        this.#streams.delete(closed),
      );
      this.#streams.add(stream);
      receiver.opened(stream);
    });
    return () => {
      isWithdrawn = true;
    };
  }

  close(): void {
    for (const stream of this.#streams) stream.abort();
    this.#http.destroy();
    this.#https.destroy();
  }
}
