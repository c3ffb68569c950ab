import type { IncomingMessage, ServerResponse } from "node:http";
import http2, { type Http2ServerRequest, type Http2ServerResponse } from "node:http2";
import { SdkError } from "../../core/index.ts";
import { EndpointBuilder } from "../builder.ts";
import type { EndpointHandler } from "../handler.ts";
import { endBetweenReads } from "../http2-sessions.ts";
import type { NodeRequestHandler, RestateEndpoint } from "../types.ts";
import { serveHttp1 } from "./http1-exchange.ts";
import { serveHttp2 } from "./http2-exchange.ts";
import { nodeSignatureCheck } from "./node-signature.ts";

const DEFAULT_PORT = 9080;
const LAST_PORT = 65_535;

/** A journal of this size arrives without a pause for the endpoint's consent; the default of HTTP/2 is 64 KiB. */
const STREAM_WINDOW_BYTES = 1 << 20;
const SESSION_WINDOW_BYTES = 16 << 20;
/** Node refuses new streams when a session's buffers hold more; its default of 10 MB is two large answers. */
const SESSION_MEMORY_MB = 1024;

interface HandlerOptions {
  bidirectional?: boolean;
}

/** An endpoint on Node's HTTP servers. */
export class NodeEndpoint extends EndpointBuilder<RestateEndpoint> implements RestateEndpoint {
  http2Handler(options: HandlerOptions = {}): (request: Http2ServerRequest, response: Http2ServerResponse) => void {
    return http2Listener(this.#build(), options);
  }

  http1Handler(options: HandlerOptions = {}): (request: IncomingMessage, response: ServerResponse) => void {
    return http1Listener(this.#build(), options);
  }

  handler(options: HandlerOptions = {}): NodeRequestHandler {
    const handler = this.#build();
    const onHttp1 = http1Listener(handler, options);
    const onHttp2 = http2Listener(handler, options);
    return (request: IncomingMessage | Http2ServerRequest, response: ServerResponse | Http2ServerResponse) => {
      if (request.httpVersionMajor >= 2) onHttp2(request as Http2ServerRequest, response as Http2ServerResponse);
      else onHttp1(request as IncomingMessage, response as ServerResponse);
    };
  }

  async listen(port: number = portOfEnvironment()): Promise<number> {
    const handler = this.#build();
    const server = http2.createServer({
      settings: { initialWindowSize: STREAM_WINDOW_BYTES },
      maxSessionMemory: SESSION_MEMORY_MB,
    });
    server.on("session", (session) => {
      endBetweenReads(session);
      session.setLocalWindowSize(SESSION_WINDOW_BYTES);
    });
    server.on("stream", (stream, headers) => serveHttp2(handler, stream, headers, "BIDI_STREAM"));
    await new Promise<void>((resolve, reject) => {
      server.once("error", reject);
      server.listen(port, () => resolve());
    });
    const address = server.address();
    const bound = typeof address === "object" && address !== null ? address.port : port;
    handler.log.info(`Restate endpoint listens on port ${bound}`);
    return bound;
  }

  #build(): EndpointHandler {
    return this.build({ signatureCheck: nodeSignatureCheck });
  }
}

function portOfEnvironment(): number {
  const { PORT } = process.env;
  if (PORT === undefined || PORT === "") return DEFAULT_PORT;
  if (/^\d+$/.test(PORT) && Number(PORT) <= LAST_PORT) return Number(PORT);
  throw new SdkError(
    "RL_SDK_BAD_PORT",
    `The environment variable PORT is ${JSON.stringify(PORT)}: set it to a port number, or unset it for ${DEFAULT_PORT}.`,
  );
}

function http2Listener(handler: EndpointHandler, { bidirectional = true }: HandlerOptions) {
  const mode = bidirectional ? "BIDI_STREAM" : "REQUEST_RESPONSE";
  return (request: Http2ServerRequest, _response: Http2ServerResponse) =>
    serveHttp2(handler, request.stream as http2.ServerHttp2Stream, request.headers, mode);
}

function http1Listener(handler: EndpointHandler, { bidirectional = false }: HandlerOptions) {
  const mode = bidirectional ? "BIDI_STREAM" : "REQUEST_RESPONSE";
  return (request: IncomingMessage, response: ServerResponse) => serveHttp1(handler, request, response, mode);
}
