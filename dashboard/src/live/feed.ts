import type { FeedEvent, FeedMessage } from "./messages.ts";

export type FeedState = "connecting" | "live" | "offline";

const FIRST_RETRY_MS = 150;
const LAST_RETRY_MS = 4000;

/**
 * The one WebSocket of the page. It connects again by itself and names the number up to which it has heard; when the
 * server cannot go on from there, listeners hear `refetch`.
 */
export class FeedClient {
  readonly #url: string;
  readonly #listeners = new Set<(event: FeedEvent) => void>();
  readonly #stateListeners = new Set<() => void>();
  #state: FeedState = "connecting";
  #socket: WebSocket | undefined;
  #known: { epoch: string; seq: number } | undefined;
  #retryMs = FIRST_RETRY_MS;
  #retry: number | undefined;

  constructor(url: string) {
    this.#url = url;
    this.#connect();
    // A laptop that wakes up need not wait for the next try.
    window.addEventListener("online", () => this.#soon());
    document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && this.#soon());
  }

  get state(): FeedState {
    return this.#state;
  }

  readonly onState = (listener: () => void): (() => void) => {
    this.#stateListeners.add(listener);
    return () => void this.#stateListeners.delete(listener);
  };

  /** @returns a function that ends it */
  listen(listener: (event: FeedEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  #connect(): void {
    const url = new URL(this.#url);
    if (this.#known !== undefined) {
      url.searchParams.set("epoch", this.#known.epoch);
      url.searchParams.set("seq", String(this.#known.seq));
    }
    const socket = new WebSocket(url);
    this.#socket = socket;
    socket.addEventListener("message", ({ data }) => this.#hear(JSON.parse(String(data)) as FeedMessage));
    socket.addEventListener("close", () => {
      if (this.#socket !== socket) return;
      this.#socket = undefined;
      this.#become("offline");
      this.#retry = window.setTimeout(() => this.#connect(), this.#retryMs);
      this.#retryMs = Math.min(this.#retryMs * 1.6, LAST_RETRY_MS);
    });
  }

  #soon(): void {
    if (this.#socket !== undefined) return;
    window.clearTimeout(this.#retry);
    this.#retryMs = FIRST_RETRY_MS;
    this.#connect();
  }

  #hear(message: FeedMessage): void {
    switch (message.type) {
      case "hello":
        this.#known = { epoch: message.epoch, seq: message.seq };
        this.#retryMs = FIRST_RETRY_MS;
        this.#become("live");
        if (!message.resumed) this.#tell({ type: "refetch" });
        return;
      case "changes":
        this.#advance(message.seq);
        this.#tell(message);
        return;
      case "refetch":
        this.#advance(message.seq);
        this.#tell({ type: "refetch" });
    }
  }

  #advance(seq: number): void {
    if (this.#known !== undefined) this.#known = { ...this.#known, seq };
  }

  #tell(event: FeedEvent): void {
    for (const listener of this.#listeners) listener(event);
  }

  #become(state: FeedState): void {
    if (this.#state === state) return;
    this.#state = state;
    for (const listener of this.#stateListeners) listener();
  }
}

const scheme = location.protocol === "https:" ? "wss:" : "ws:";

/** Connected from the start, so that nothing is missed between the first answer and the first change. */
export const feed = new FeedClient(`${scheme}//${location.host}/ui/feed`);
