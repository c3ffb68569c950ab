import type { RunningAttempt } from "../../../sdk/context/types.ts";
import { ServerError } from "../../errors.ts";
import { MANIFEST_CONTENT_TYPES } from "../discover.ts";
import { describeError } from "../failure.ts";
import type { ConversionAnswer } from "../serdes.ts";
import {
  type FetchHandler,
  type InProcessEndpoint,
  type Manifest,
  type ResponseSink,
  responseHead,
} from "./endpoint.ts";

/** Requests need an absolute URL; nothing resolves this one. */
const ORIGIN = "http://in-process";

/** Services behind a fetch handler, the official SDK's for example: called directly, with streams for bodies. */
export class FetchEndpoint implements InProcessEndpoint {
  readonly manifest: Manifest;
  readonly server: string | undefined;
  readonly #fetch: FetchHandler;

  private constructor(fetch: FetchHandler, manifest: Manifest, server: string | undefined) {
    this.#fetch = fetch;
    this.manifest = manifest;
    this.server = server;
  }

  /**
   * Asks the handler what it serves.
   * @throws ServerError META0003, META0013 when it does not answer as an endpoint does
   */
  static async of(fetch: FetchHandler): Promise<FetchEndpoint> {
    let response: Response;
    let body: string;
    try {
      response = await fetch(
        new Request(`${ORIGIN}/discover`, { headers: { accept: MANIFEST_CONTENT_TYPES.join(", ") } }),
      );
      body = await response.text();
    } catch (error) {
      throw new ServerError(500, "META0003", `[META0003] the fetch handler failed: ${describeError(error)}`);
    }
    if (!response.ok) {
      const said = `status ${response.status} to /discover: ${body.slice(0, 500)}`;
      throw new ServerError(500, "META0003", `[META0003] the fetch handler answered with ${said}`);
    }
    let manifest: Manifest;
    try {
      manifest = JSON.parse(body) as Manifest;
      if (!Array.isArray(manifest.services)) throw new Error("it lists no services");
    } catch (error) {
      const reason = (error as Error).message;
      throw new ServerError(500, "META0013", `[META0013] the fetch handler's discovery document is bad: ${reason}`);
    }
    return new FetchEndpoint(fetch, manifest, response.headers.get("x-restate-server") ?? undefined);
  }

  open(path: string, headers: Readonly<Record<string, string>>, sink: ResponseSink): RunningAttempt {
    return new FetchAttempt(this.#fetch, path, headers, sink);
  }

  async convert(path: string, headers: Readonly<Record<string, string>>, body: Buffer): Promise<ConversionAnswer> {
    const response = await this.#fetch(new Request(ORIGIN + path, { method: "POST", headers, body }));
    return { status: response.status, body: new Uint8Array(await response.arrayBuffer()) };
  }
}

/** One attempt as one call of a fetch handler. */
class FetchAttempt implements RunningAttempt {
  readonly #sink: ResponseSink;
  readonly #abort = new AbortController();
  readonly #body: ReadableStream<Uint8Array>;
  #input: ReadableStreamDefaultController<Uint8Array> | undefined;

  constructor(fetch: FetchHandler, path: string, headers: Readonly<Record<string, string>>, sink: ResponseSink) {
    this.#sink = sink;
    this.#body = new ReadableStream<Uint8Array>({
      start: (controller) => {
        this.#input = controller;
      },
      cancel: () => {
        this.#input = undefined;
      },
    });
    void this.#run(fetch, path, headers);
  }

  push(bytes: Uint8Array): void {
    this.#input?.enqueue(bytes);
  }

  inputClosed(): void {
    this.#input?.close();
    this.#input = undefined;
  }

  disconnected(reason: string): void {
    const error = new DOMException(reason, "AbortError");
    this.#input?.error(error);
    this.#input = undefined;
    this.#abort.abort(error);
  }

  async #run(fetch: FetchHandler, path: string, headers: Readonly<Record<string, string>>): Promise<void> {
    const sink = this.#sink;
    try {
      const { body, signal } = { body: this.#body, signal: this.#abort.signal };
      const request = new Request(ORIGIN + path, { method: "POST", headers, body, signal, duplex: "half" });
      const response = await fetch(request);
      sink.head(responseHead(response.status, (name) => response.headers.get(name) ?? undefined));
      const reader = response.body?.getReader();
      for (;;) {
        const next = await reader?.read();
        if (next === undefined || next.done) break;
        sink.write(next.value);
      }
      sink.end();
    } catch (error) {
      sink.broken(describeError(error));
    }
  }
}
