import type { AttemptSink, RunningAttempt } from "../context/index.ts";
import type { Answer, RequestHeaders } from "./answer.ts";
import { EndpointBuilder } from "./builder.ts";
import { concatenated } from "./bytes.ts";
import type { ProtocolMode } from "./discovery.ts";
import type { Accepted, EndpointHandler } from "./handler.ts";
import { webSignatureCheck } from "./identity/index.ts";
import type { FetchEndpoint } from "./types.ts";

/** Turns of the microtask queue that a response waits for the end of its attempt. */
const PATIENCE_TURNS = 64;

/** An endpoint for platforms with fetch handlers. */
export class FetchEndpointBuilder extends EndpointBuilder<FetchEndpoint> implements FetchEndpoint {
  #isBidirectional: boolean;

  constructor(isBidirectional: boolean) {
    super();
    this.#isBidirectional = isBidirectional;
  }

  bidirectional(set = true): FetchEndpoint {
    this.#isBidirectional = set;
    return this;
  }

  handler(): { fetch: (request: Request, ...extraArgs: unknown[]) => Promise<Response> } {
    const handler = this.build({ signatureCheck: webSignatureCheck });
    const mode = this.#isBidirectional ? "BIDI_STREAM" : "REQUEST_RESPONSE";
    return { fetch: (request, ...extraArgs) => serveFetch(handler, request, extraArgs, mode) };
  }
}

/** Serves a request. Rejects only when the request's body cannot be read before an answer has begun. */
async function serveFetch(
  handler: EndpointHandler,
  request: Request,
  extraArgs: readonly unknown[],
  mode: ProtocolMode,
): Promise<Response> {
  const headers: RequestHeaders = Object.fromEntries(request.headers);
  const decision = await handler.handle(request.url, headers, mode);
  switch (decision.kind) {
    case "answer":
      return responseOf(decision);
    case "preview":
      return responseOf(await decision.respond(new Uint8Array(await request.arrayBuffer())));
    case "attempt":
      return runAttempt(handler, decision, request, headers, extraArgs, mode);
  }
}

async function runAttempt(
  handler: EndpointHandler,
  accepted: Accepted,
  request: Request,
  headers: RequestHeaders,
  extraArgs: readonly unknown[],
  mode: ProtocolMode,
): Promise<Response> {
  const body = new ResponseBody();
  // Reading all of a request before its attempt starts is one step instead of several, and costs no time when the
  // server sends all there is before it waits for the response.
  const input = mode === "REQUEST_RESPONSE" ? new Uint8Array(await request.arrayBuffer()) : request.body;
  const attempt = handler.start(accepted, headers, extraArgs, body);
  const abort = () => attempt.disconnected("the request was aborted");
  body.onCancel = abort;
  if (request.signal.aborted) abort();
  else request.signal.addEventListener("abort", abort, { once: true });
  body.onEnd = () => request.signal.removeEventListener("abort", abort);

  if (input instanceof Uint8Array) {
    if (input.length > 0) attempt.push(input);
    attempt.inputClosed();
  } else if (input === null) attempt.inputClosed();
  else void pump(input, attempt);

  const init = { status: 200, headers: accepted.headers };
  // Long enough for a handler that waits for nothing: its response is one piece. Not a timer, which takes a millisecond.
  for (let turn = 0; turn < PATIENCE_TURNS && !body.isEnded; turn++) await undefined;
  return new Response(body.isEnded ? body.bytes() : body.stream(), init);
}

/** Passes the request's body on as it arrives. */
async function pump(stream: ReadableStream<Uint8Array>, attempt: RunningAttempt): Promise<void> {
  const reader = stream.getReader();
  try {
    for (let part = await reader.read(); !part.done; part = await reader.read()) attempt.push(part.value);
    attempt.inputClosed();
  } catch (error) {
    attempt.disconnected(`the request's body broke off: ${String(error)}`);
  }
}

/** What an attempt writes: gathered until the response is made, streamed afterwards. */
class ResponseBody implements AttemptSink {
  isEnded = false;
  onEnd: () => void = () => {};
  onCancel: () => void = () => {};
  #chunks: Uint8Array[] = [];
  #controller: ReadableStreamDefaultController<Uint8Array> | undefined;

  write(bytes: Uint8Array): void {
    if (this.isEnded) return;
    if (this.#controller === undefined) this.#chunks.push(bytes);
    else this.#controller.enqueue(bytes);
  }

  end(): void {
    if (this.isEnded) return;
    this.isEnded = true;
    this.#controller?.close();
    this.onEnd();
  }

  bytes(): Uint8Array {
    return concatenated(this.#chunks);
  }

  stream(): ReadableStream<Uint8Array> {
    return new ReadableStream<Uint8Array>({
      start: (controller) => {
        for (const chunk of this.#chunks) controller.enqueue(chunk);
        this.#chunks = [];
        this.#controller = controller;
      },
      // The controller takes nothing from here on; the attempt still says that it has ended.
      cancel: () => {
        this.#controller = undefined;
        this.isEnded = true;
        this.onCancel();
        this.onEnd();
      },
    });
  }
}

function responseOf({ status, headers, body }: Answer): Response {
  return new Response(body, { status, headers });
}
