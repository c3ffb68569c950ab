import type { Deployment } from "../../registry/types.ts";
import type { AttemptReceiver, AttemptRequest, Transport } from "../transport.ts";
import { Http2Origin } from "./origin.ts";
import type { Http2Settings } from "./types.ts";

/** Attempts as HTTP/2 streams: prior knowledge for `http`, ALPN for `https`; both sides may send at any time. */
export class Http2Transport implements Transport {
  readonly #settings: Http2Settings;
  readonly #origins = new Map<string, Http2Origin>();

  constructor(settings: Http2Settings) {
    this.#settings = settings;
  }

  isBidirectional({ protocolMode }: Deployment): boolean {
    return protocolMode === "BIDI_STREAM";
  }

  open(request: AttemptRequest, receiver: AttemptReceiver): () => void {
    let origin = this.#origins.get(request.origin);
    if (origin === undefined) {
      const address = request.origin;
      origin = new Http2Origin(address, this.#settings, () => this.#origins.delete(address));
      this.#origins.set(address, origin);
    }
    return origin.open(request, receiver);
  }

  close(): void {
    for (const origin of this.#origins.values()) origin.close();
    this.#origins.clear();
  }
}
