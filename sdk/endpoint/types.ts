import type { IncomingMessage, ServerResponse } from "node:http";
import type { Http2ServerRequest, Http2ServerResponse } from "node:http2";
import type { LoggerTransport, ObjectOptions, ServiceOptions, WorkflowOptions } from "../authoring/index.ts";
import type {
  JournalValueCodec,
  ServiceDefinition,
  VirtualObjectDefinition,
  WorkflowDefinition,
} from "../core/index.ts";

/** Options for all services of an endpoint; a service's own options and its handlers' go before them. */
export type DefaultServiceOptions = ServiceOptions & ObjectOptions & WorkflowOptions;

/** What can be bound to an endpoint. */
export type BindableDefinition<P extends string = string, M = unknown> =
  | ServiceDefinition<P, M>
  | VirtualObjectDefinition<P, M>
  | WorkflowDefinition<P, M>;

/** What an endpoint serves, and how. */
export interface EndpointOptions {
  /** The services, virtual objects and workflows of the endpoint. */
  services: Array<
    ServiceDefinition<string, unknown> | VirtualObjectDefinition<string, unknown> | WorkflowDefinition<string, unknown>
  >;
  /**
   * Public keys (`publickeyv1_…`) of the servers that may use this endpoint. With at least one key, every request
   * but those for `/health` must be signed (`x-restate-signature-scheme: v1`, `x-restate-jwt-v1: …`); others get 401.
   * Without any, whoever reaches the endpoint can run its handlers.
   */
  identityKeys?: string[];
  defaultServiceOptions?: DefaultServiceOptions;
  /** Where `ctx.console` and the SDK's own messages go, instead of the console. */
  logger?: LoggerTransport;
  /**
   * Makes the codec through which values pass on their way into the journal and out of it (encryption,
   * compression). Called once.
   *
   * @experimental
   */
  journalValueCodecProvider?: () => Promise<JournalValueCodec>;
}

/** What the endpoints of all platforms have in common. Every method answers the endpoint itself. */
export interface RestateEndpointBase<E> {
  /** Adds a service, virtual object or workflow. */
  bind<P extends string, M>(
    service: ServiceDefinition<P, M> | VirtualObjectDefinition<P, M> | WorkflowDefinition<P, M>,
  ): E;
  /** Adds keys to `EndpointOptions.identityKeys`. */
  withIdentityV1(...keys: string[]): E;
  /** Sets `EndpointOptions.defaultServiceOptions`. */
  defaultServiceOptions(options: DefaultServiceOptions): E;
  /** Sets `EndpointOptions.logger`. */
  setLogger(logger: LoggerTransport): E;
  /**
   * Sets `EndpointOptions.journalValueCodecProvider`.
   *
   * @experimental
   */
  journalValueCodecProvider(codecProvider: () => Promise<JournalValueCodec>): E;
}

/** A request listener for Node's HTTP/1.1 and HTTP/2 servers. */
export interface NodeRequestHandler {
  (request: IncomingMessage, response: ServerResponse): void;
  (request: Http2ServerRequest, response: Http2ServerResponse): void;
}

/** An endpoint that is served by Node's HTTP servers. */
export interface RestateEndpoint extends RestateEndpointBase<RestateEndpoint> {
  /**
   * Serves the endpoint over HTTP/2.
   *
   * @param port default: the environment variable `PORT`, else 9080
   * @returns the port, once the server listens
   */
  listen(port?: number): Promise<number>;
  /** A listener for `http2.createServer`; bidirectional unless told otherwise. */
  http2Handler(options?: {
    bidirectional?: boolean;
  }): (request: Http2ServerRequest, response: Http2ServerResponse) => void;
  /** A listener for `http.createServer`; request/response mode unless told otherwise. */
  http1Handler(options?: { bidirectional?: boolean }): (request: IncomingMessage, response: ServerResponse) => void;
  /** A listener for both, which looks at the version of every request. */
  handler(options?: { bidirectional?: boolean }): {
    (request: IncomingMessage, response: ServerResponse): void;
    (request: Http2ServerRequest, response: Http2ServerResponse): void;
  };
}

/** An endpoint for platforms with fetch handlers. */
export interface FetchEndpoint extends RestateEndpointBase<FetchEndpoint> {
  handler(): { fetch: (request: Request, ...extraArgs: unknown[]) => Promise<Response> };
  /** Whether the server may go on sending while the endpoint answers. */
  bidirectional(set?: boolean): FetchEndpoint;
}

/** The event has the shape that API Gateway (both payload versions), function URLs and Restate itself send. */
// biome-ignore lint/suspicious/noExplicitAny: reason: as the official SDK has it, so that the handler fits every typing of Lambda
export type LambdaHandler = (event: any, ctx: any) => Promise<any>;

/** An endpoint for AWS Lambda. */
export interface LambdaEndpoint extends RestateEndpointBase<LambdaEndpoint> {
  handler(): LambdaHandler;
}
