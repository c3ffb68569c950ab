import type { IncomingHttpHeaders, ServerHttp2Stream } from "node:http2";
import type { Answer, ResponseHeaders } from "../answer.ts";
import type { ProtocolMode } from "../discovery.ts";
import type { EndpointHandler } from "../handler.ts";
import { Exchange } from "./exchange.ts";
import { readAll } from "./read-all.ts";

/** Serves a request on an HTTP/2 stream, without the request and response objects that Node can put around it. */
export function serveHttp2(
  handler: EndpointHandler,
  stream: ServerHttp2Stream,
  headers: IncomingHttpHeaders,
  mode: ProtocolMode,
): void {
  new Http2Exchange(stream).serve(handler, headers[":path"] ?? "/", headers, mode);
}

class Http2Exchange extends Exchange {
  readonly #stream: ServerHttp2Stream;

  constructor(stream: ServerHttp2Stream) {
    super();
    this.#stream = stream;
    // What went wrong also closes the stream, and that is what counts.
    stream.on("error", ignore);
  }

  protected override receive(): void {
    const stream = this.#stream;
    stream.on("data", (bytes: Buffer) => this.received(bytes));
    stream.on("end", () => this.receivedAll());
    stream.on("close", () => this.disconnected());
  }

  protected override drain(): void {
    this.#stream.resume();
  }

  protected override body(): Promise<Uint8Array> {
    return readAll(this.#stream);
  }

  protected override send(head: ResponseHeaders | undefined, bytes: Uint8Array | undefined, isLast: boolean): void {
    const stream = this.#stream;
    if (this.#isClosed) return;
    if (head !== undefined) stream.respond({ ":status": 200, ...head });
    // The response may end before the request: the real server takes it, and is a round trip faster.
    if (isLast) stream.end(bytes);
    else if (bytes !== undefined) stream.write(bytes);
  }

  protected override sendAnswer({ status, headers, body }: Answer): void {
    if (this.#isClosed) return;
    this.#stream.respond({ ":status": status, ...headers });
    this.#stream.end(body);
  }

  get #isClosed(): boolean {
    return this.#stream.destroyed || this.#stream.closed;
  }
}

function ignore(): void {}
