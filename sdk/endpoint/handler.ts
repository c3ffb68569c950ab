import type { Components, HandlerComponent } from "../authoring/index.ts";
import { type AttemptEnvironment, type AttemptSink, type RunningAttempt, startAttempt } from "../context/index.ts";
import type { Serde } from "../core/index.ts";
import {
  invocationContentType,
  invocationVersionOf,
  isInvocationContentType,
  SERVICE_PROTOCOL_VERSIONS,
  type ServiceProtocolVersion,
} from "../protocol/index.ts";
import { type Answer, answer, errorAnswer, headerValue, type RequestHeaders, type ResponseHeaders } from "./answer.ts";
import { discover, type ProtocolMode } from "./discovery.ts";
import type { IdentityVerifier } from "./identity/index.ts";
import { type PathTarget, parsePath, pathOf } from "./path.ts";
import { preview, previewableSerde } from "./preview.ts";
import type { SystemLog } from "./system-log.ts";
import { SERVER_HEADER } from "./version.ts";

/** The request starts an attempt (`EndpointHandler.start`); the response has these headers and status 200. */
export interface Accepted {
  readonly kind: "attempt";
  readonly handler: HandlerComponent;
  readonly version: ServiceProtocolVersion;
  readonly headers: ResponseHeaders;
}

/** The answer needs the request's whole body. */
export interface Preview {
  readonly kind: "preview";
  respond(body: Uint8Array): Promise<Answer>;
}

/** What a request gets. */
export type Decision = Answer | Preview | Accepted;

export interface EndpointHandlerOptions {
  readonly components: Components;
  readonly environment: AttemptEnvironment;
  readonly log: SystemLog;
  /** Absent: requests need no signature. */
  readonly verifier?: IdentityVerifier | undefined;
  /** Told to the server at discovery. */
  readonly lambdaCompression?: "zstd" | undefined;
}

type Invoke = ReadonlyMap<ServiceProtocolVersion, Accepted>;

/** A path whose handler exists, and what its requests get. */
interface Route {
  readonly path: string;
  readonly accepted: Invoke;
}

/** Handlers have one path each, but a prefix of it is up to whoever asks. */
const REMEMBERED_ROUTES = 1000;

/** Decides what a request gets, from its head alone. */
export class EndpointHandler {
  readonly components: Components;
  readonly environment: AttemptEnvironment;
  readonly log: SystemLog;
  readonly #verifier: IdentityVerifier | undefined;
  readonly #lambdaCompression: "zstd" | undefined;
  /** By the target of the request as it came. */
  readonly #routes = new Map<string, Route>();

  constructor(options: EndpointHandlerOptions) {
    this.components = options.components;
    this.environment = options.environment;
    this.log = options.log;
    this.#verifier = options.verifier;
    this.#lambdaCompression = options.lambdaCompression;
  }

  /**
   * What the request gets: at once, unless checking its signature takes time on this platform. Never throws or rejects.
   *
   * @param target path of the request, or its URL; a query does not matter
   * @param headers with lower-case names
   * @param mode how this way of serving transports attempts, for discovery
   */
  handle(target: string, headers: RequestHeaders, mode: ProtocolMode): Decision | Promise<Decision> {
    try {
      const route = this.#routes.get(target);
      if (route !== undefined) {
        if (this.#verifier === undefined) return this.#invoke(route.accepted, headers);
        return this.#afterVerification(route.path, headers, () => this.#invoke(route.accepted, headers));
      }
      const path = pathOf(target);
      const asked = parsePath(path);
      if (asked === undefined) return unknownPath(path);
      if (asked.kind === "health") return answer(200, "application/text", "OK");
      return this.#afterVerification(path, headers, () => this.#decide(target, path, asked, headers, mode));
    } catch (error) {
      return this.#badRequest(target, error);
    }
  }

  /** Runs an attempt of an accepted request. */
  start(
    accepted: Accepted,
    headers: RequestHeaders,
    extraArgs: readonly unknown[],
    sink: AttemptSink,
    logContext?: Record<string, string>,
  ): RunningAttempt {
    const { handler, version } = accepted;
    const start = { version, headers: singleValued(headers), extraArgs, logContext, sink };
    return startAttempt(handler, start, this.environment);
  }

  #afterVerification(path: string, headers: RequestHeaders, next: () => Decision): Decision | Promise<Decision> {
    if (this.#verifier === undefined) return next();
    const outcome = this.#verifier.verify(path, headers);
    if (outcome instanceof Promise) {
      return outcome.then((problem) => (problem === undefined ? next() : this.#unauthorized(path, problem)));
    }
    return outcome === undefined ? next() : this.#unauthorized(path, outcome);
  }

  #decide(
    target: string,
    path: string,
    asked: Exclude<PathTarget, { kind: "health" }>,
    headers: RequestHeaders,
    mode: ProtocolMode,
  ): Decision {
    switch (asked.kind) {
      case "discover":
        return this.#discover(headerValue(headers, "accept"), mode);
      case "preview":
        return this.#preview(asked.service, asked.serde, asked.operation);
      case "invoke": {
        if (headerValue(headers, "content-type") === undefined) return this.#refuse(415, "Missing content-type header");
        const service = this.components.services.get(asked.service);
        if (service === undefined) return this.#refuse(404, `No service "${asked.service}" at this endpoint (${path})`);
        const handler = service.handlers.get(asked.handler);
        if (handler === undefined) {
          return this.#refuse(404, `No handler "${asked.handler}" in the service "${asked.service}" (${path})`);
        }
        const route = { path, accepted: acceptedBy(handler) };
        if (this.#routes.size >= REMEMBERED_ROUTES) this.#routes.clear();
        this.#routes.set(target, route);
        return this.#invoke(route.accepted, headers);
      }
    }
  }

  #invoke(accepted: Invoke, headers: RequestHeaders): Decision {
    const contentType = headerValue(headers, "content-type");
    if (contentType === undefined) return this.#refuse(415, "Missing content-type header");
    const version = invocationVersionOf(contentType);
    const decision = version === undefined ? undefined : accepted.get(version);
    return decision ?? this.#refuse(415, unsupported(contentType));
  }

  #discover(accept: string | undefined, protocolMode: ProtocolMode): Answer {
    try {
      const found = discover(this.components, accept, { protocolMode, lambdaCompression: this.#lambdaCompression });
      if (found.status !== 200) this.log.warn(`Discovery refused: accept is ${JSON.stringify(accept)}`);
      return found;
    } catch (error) {
      // The services use something that this version of the document cannot say.
      return this.#refuse(500, messageOf(error));
    }
  }

  #preview(serviceName: string, serdeName: string, operation: "encode" | "decode"): Decision {
    const service = this.components.services.get(serviceName);
    if (service === undefined) return this.#refuse(404, `No service "${serviceName}" at this endpoint`);
    const serde: Serde<unknown> | undefined = previewableSerde(service, serdeName);
    if (serde === undefined) return this.#refuse(404, `No serde with a preview "${serdeName}" in "${serviceName}"`);
    return { kind: "preview", respond: (body) => preview(serde, operation, body) };
  }

  #refuse(status: number, message: string): Answer {
    this.log.error(message);
    return errorAnswer(status, message);
  }

  #unauthorized(path: string, problem: Error): Answer {
    this.log.error(`Unauthorized request for ${path}: ${problem.message}`);
    return errorAnswer(401, "Unauthorized");
  }

  #badRequest(target: string, error: unknown): Answer {
    return this.#refuse(400, `Cannot read the path ${JSON.stringify(target)}: ${messageOf(error)}`);
  }
}

function acceptedBy(handler: HandlerComponent): Invoke {
  return new Map(
    SERVICE_PROTOCOL_VERSIONS.map((version) => {
      const headers = { "content-type": invocationContentType(version), "x-restate-server": SERVER_HEADER };
      return [version, { kind: "attempt", handler, version, headers }];
    }),
  );
}

function unknownPath(path: string): Answer {
  const known = [
    "/health",
    "/discover",
    "/invoke/{service}/{handler}",
    "/serdes/{service}/decode/{serde}",
    "/serdes/{service}/encode/{serde}",
  ];
  return errorAnswer(404, `Invalid path ${path}: this Restate endpoint answers ${known.join(", ")}`);
}

function unsupported(contentType: string): string {
  const spoken = `this SDK speaks v${SERVICE_PROTOCOL_VERSIONS.join(", v")}`;
  if (isInvocationContentType(contentType)) {
    return `Unsupported service protocol version "${contentType}": ${spoken}. Register the deployment again, so that the server learns which it may use.`;
  }
  return `"${contentType}" is no content type of Restate's service protocol: call the handler through a Restate server, not the endpoint itself`;
}

/** Only `set-cookie` can come in several values. */
function singleValued(headers: RequestHeaders): Readonly<Record<string, string>> {
  const cookies = headers["set-cookie"];
  if (typeof cookies !== "object") return headers as Record<string, string>;
  return { ...(headers as Record<string, string>), "set-cookie": cookies[0] ?? "" };
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
