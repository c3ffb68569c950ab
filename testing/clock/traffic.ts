import { subscribe, unsubscribe } from "node:diagnostics_channel";

/** Requests that arrived this recently may not have reached their handler. */
const ARRIVING_MS = 3;

/**
 * Requests of this process to its own server that have been made and have not arrived. Without looking at them a test
 * that calls a handler and then moves the clock would move it before the call is there. Seen are those that `fetch`
 * makes; Node says when it sends one and when its server gets one.
 */
export class Traffic {
  readonly #port: number;
  readonly #waiting = new Set<object>();
  #sent = 0;
  #received = 0;
  #lastMs = Number.NEGATIVE_INFINITY;

  constructor(port: number) {
    this.#port = port;
    subscribe("undici:request:create", this.#created);
    subscribe("undici:client:sendHeaders", this.#sending);
    subscribe("undici:request:error", this.#failed);
    subscribe("http.server.request.start", this.#arrived);
  }

  /** Whether something is on its way. */
  get isUnderWay(): boolean {
    return this.#waiting.size > 0 || this.#sent > this.#received || performance.now() - this.#lastMs < ARRIVING_MS;
  }

  close(): void {
    unsubscribe("undici:request:create", this.#created);
    unsubscribe("undici:client:sendHeaders", this.#sending);
    unsubscribe("undici:request:error", this.#failed);
    unsubscribe("http.server.request.start", this.#arrived);
    this.#waiting.clear();
  }

  readonly #created = (message: unknown): void => {
    const { request } = message as { request: { origin?: string | URL } };
    if (request.origin !== undefined && URL.canParse(String(request.origin))) {
      if (Number(new URL(request.origin).port) === this.#port) this.#waiting.add(request);
    }
  };

  readonly #sending = (message: unknown): void => {
    if (this.#waiting.delete((message as { request: object }).request)) this.#sent += 1;
  };

  readonly #failed = (message: unknown): void => {
    this.#waiting.delete((message as { request: object }).request);
  };

  readonly #arrived = (message: unknown): void => {
    const { socket } = message as { socket: { localPort?: number } };
    if (socket.localPort !== this.#port) return;
    // Those of other processes arrive, too, and have not been counted.
    if (this.#received < this.#sent) this.#received += 1;
    this.#lastMs = performance.now();
  };
}
