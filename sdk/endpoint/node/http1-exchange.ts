import type { IncomingMessage, ServerResponse } from "node:http";
import type { Answer, ResponseHeaders } from "../answer.ts";
import type { ProtocolMode } from "../discovery.ts";
import type { EndpointHandler } from "../handler.ts";
import { Exchange } from "./exchange.ts";
import { readAll } from "./read-all.ts";

/** Serves an HTTP/1.1 request. */
export function serveHttp1(
  handler: EndpointHandler,
  request: IncomingMessage,
  response: ServerResponse,
  mode: ProtocolMode,
): void {
  new Http1Exchange(request, response).serve(handler, request.url ?? "/", request.headers, mode);
}

/** Ends the response only after the request: not every client and proxy expects an answer to half a request. */
class Http1Exchange extends Exchange {
  readonly #request: IncomingMessage;
  readonly #response: ServerResponse;

  constructor(request: IncomingMessage, response: ServerResponse) {
    super();
    this.#request = request;
    this.#response = response;
    // What went wrong also closes the response, and that is what counts.
    request.on("error", ignore);
    response.on("error", ignore);
  }

  protected override receive(): void {
    this.#request.on("data", (bytes: Buffer) => this.received(bytes));
    this.#request.on("end", () => this.receivedAll());
    this.#response.on("close", () => this.disconnected());
  }

  protected override drain(): void {
    this.#request.resume();
  }

  protected override body(): Promise<Uint8Array> {
    return readAll(this.#request);
  }

  protected override send(head: ResponseHeaders | undefined, bytes: Uint8Array | undefined, isLast: boolean): void {
    const response = this.#response;
    if (isLast && this.#request.complete) {
      // The length spares both sides the chunked encoding.
      if (head !== undefined) response.writeHead(200, { ...head, "content-length": bytes?.length ?? 0 });
      response.end(bytes);
      return;
    }
    // Node keeps a head until there are bytes to go with it.
    if (head !== undefined) response.writeHead(200, head);
    if (bytes !== undefined) response.write(bytes);
    if (isLast) this.#request.once("end", () => response.end());
  }

  protected override sendAnswer({ status, headers, body }: Answer): void {
    this.#response.writeHead(status, { ...headers, "content-length": body.length });
    this.#response.end(body);
  }
}

function ignore(): void {}
