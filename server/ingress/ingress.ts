import type { Completion, InvocationReference, InvokeRequest, Outcome } from "../engine/types.ts";
import { ServerError } from "../errors.ts";
import type { HttpLog, HttpRequest, HttpResponse, RequestHandler } from "../http/index.ts";
import type { RegistryView } from "../registry/types.ts";
import type { Clock } from "../seams.ts";
import { answerAccepted, answerCompletion, answerEmpty, answerError, answerJson, LAST_TIME_MS } from "./answers.ts";
import { readBody } from "./body.ts";
import { parseDelay } from "./delay.ts";
import type { IngressEngine, IngressTurns } from "./engine-view.ts";
import { badPath, IngressError, methodNotAllowed, notFound } from "./errors.ts";
import { readHeaders } from "./headers.ts";
import { checkInput } from "./input.ts";
import { decodeSegment } from "./percent.ts";
import { NO_PARAMETERS, parseQuery, type QueryParameters } from "./query.ts";
import { checkedId, operationOf, parseReference, referenceById, referenceByTarget } from "./references.ts";
import { parsePath, pathAndQuery, type ResultOperation, type Route } from "./routes.ts";
import { parseLimitKey, parseScope } from "./scope.ts";
import { decodeKey, type Resolved, resolveTarget } from "./target.ts";
import { shuttingDown, WaitingClients } from "./waiting.ts";

export interface IngressOptions {
  readonly engine: IngressEngine;
  readonly registry: RegistryView;
  /** Names of all services, for `/restate/health`. */
  readonly serviceNames: () => readonly string[];
  readonly turns: IngressTurns;
  readonly clock: Pick<Clock, "nowMs">;
  readonly limits: IngressLimits;
  readonly log: HttpLog;
}

export interface IngressLimits {
  readonly bodyBytes: number;
}

export interface Ingress {
  /** Takes requests of both HTTP versions; give it to `listen`. */
  readonly onRequest: RequestHandler;
  /** Clients that wait for a result now. */
  readonly waiting: number;
  /** Answers waiting clients and later requests with 503. Call it before the listener's `close`. */
  close(): void;
}

/** Status of an output that is not there yet. */
const NOT_READY = 470;
/** Code of a failure that a rejected awakeable or signal gives its handler. */
const REJECTED = 500;

/** The HTTP API in front of the engine: calls, sends, results, awakeables and signals. */
export function createIngress(options: IngressOptions): Ingress {
  const { engine, registry, turns, log } = options;
  const waiting = new WaitingClients(engine, registry, attempt);
  let isClosed = false;

  function onRequest(request: HttpRequest, response: HttpResponse): void {
    attempt(response, () => {
      if (isClosed) throw shuttingDown(undefined);
      const target = pathAndQuery(request.url ?? "/");
      const question = target.indexOf("?");
      const path = question < 0 ? target : target.slice(0, question);
      // The listener has answered preflights of allowed pages; this is the real server's answer to any other.
      if (request.method === "OPTIONS") answerEmpty(response, 200);
      else dispatch(request, response, parsePath(path), path, target);
    });
  }

  /** Answers with the error that `action` throws, be it the writing of another answer. */
  function attempt(response: HttpResponse, action: () => void): void {
    try {
      action();
    } catch (error) {
      if (!(error instanceof ServerError)) {
        log("error", "a request failed inside the server", { error: stackOf(error) });
      }
      if (response.headersSent) return;
      answerError(response, error instanceof ServerError ? error : INTERNAL_ERROR);
    }
  }

  /** Runs `answer` when what it says is durable: the caller gets it, or the error that it is. */
  function answerDurably(response: HttpResponse, answer: () => void): void {
    turns.afterFlush(() => attempt(response, answer));
  }

  function dispatch(request: HttpRequest, response: HttpResponse, route: Route, path: string, target: string): void {
    switch (route.kind) {
      case "invoke":
        invoke(request, response, resolveTarget(registry, route, path), target, target.slice(path.length + 1));
        break;
      case "result":
        resultRoute(request, response, route.operation, route.id);
        break;
      case "invocationById": {
        const operation = operationOf(route.operation);
        requireMethod(request, "GET");
        result(request, response, operation, referenceById(route.id));
        break;
      }
      case "invocationByTarget": {
        const { reference, operation } = referenceByTarget(registry, route.service, route.rest, path);
        requireMethod(request, "GET");
        result(request, response, operation, reference);
        break;
      }
      case "workflow": {
        const key = decodeKey(route.key);
        const operation = operationOf(route.operation);
        requireMethod(request, "GET");
        result(request, response, operation, { kind: "workflow", service: route.name, key, scope: undefined });
        break;
      }
      case "lookup":
        requireMethod(request, "POST");
        withBody(request, response, (body) => {
          answerJson(response, 200, { invocationId: engine.lookup(parseReference(body)) });
        });
        break;
      case "awakeable":
        complete(request, response, route.operation, (outcome) => engine.completeAwakeable(route.id, outcome));
        break;
      case "signal":
        signal(request, response, route);
        break;
      case "health":
        requireMethod(request, "GET");
        answerJson(response, 200, { services: options.serviceNames() });
        break;
      case "notFound":
        throw notFound();
      case "badPath":
        throw badPath(path, route.expected);
    }
  }

  function invoke(
    request: HttpRequest,
    response: HttpResponse,
    resolved: Resolved,
    target: string,
    query: string,
  ): void {
    if (request.method !== "POST" && request.method !== "GET") throw methodNotAllowed();
    const { handler, isSend } = resolved;
    const headers = readHeaders(request, target);
    if (handler.type === "Workflow" && headers.idempotencyKey !== undefined) {
      const message =
        "a workflow takes no idempotency key: its own key makes it run once; leave the idempotency-key header out";
      throw new IngressError(400, "RL_WORKFLOW_IDEMPOTENCY_KEY", message);
    }
    withBody(request, response, (body) => {
      checkInput(handler, headers.contentType, body.length);
      const parameters = query === "" ? NO_PARAMETERS : parseQuery(query);
      const { scope } = resolved.target;
      if (scope !== undefined) parseScope(scope);
      const invokeRequest: InvokeRequest = {
        target: resolved.target,
        headers: headers.journal,
        body,
        idempotencyKey: headers.idempotencyKey,
        limitKey: parseLimitKey(headers.limitKey || parameters.limitKey, scope),
        executeAtMs: executionTime(parameters, isSend),
      };
      if (isSend) send(response, invokeRequest);
      else
        waiting.add(
          request,
          response,
          (onCompletion) => turns.apply(() => engine.call(invokeRequest, onCompletion)).id,
        );
    });
  }

  function executionTime(parameters: QueryParameters, isSend: boolean): number | undefined {
    if (parameters.delay === undefined) return undefined;
    const delay = parseDelay(parameters.delay);
    if ("problem" in delay) throw badDelay(delay.problem);
    if (!isSend) {
      throw new IngressError(
        400,
        "RL_DELAYED_CALL",
        "only a send can be delayed: use /restate/send/ or leave ?delay= out",
      );
    }
    const timeMs = options.clock.nowMs() + delay.ms;
    if (timeMs > LAST_TIME_MS) throw badDelay("it ends after the year 9999");
    return timeMs;
  }

  function send(response: HttpResponse, request: InvokeRequest): void {
    turns.apply(() => {
      const accepted = engine.send(request);
      answerDurably(response, () => answerAccepted(response, accepted));
    });
  }

  function resultRoute(
    request: HttpRequest,
    response: HttpResponse,
    operation: ResultOperation,
    id: string | undefined,
  ): void {
    requireMethod(request, id === undefined ? "POST" : "GET");
    if (id !== undefined) result(request, response, operation, referenceById(id));
    else withBody(request, response, (body) => result(request, response, operation, parseReference(body)));
  }

  function result(
    request: HttpRequest,
    response: HttpResponse,
    operation: ResultOperation,
    reference: InvocationReference,
  ): void {
    if (operation === "output") {
      turns.apply(() => {
        const state = engine.output(reference);
        answerDurably(response, () => {
          if (state.kind === "done") answerStored(request, response, state.completion);
          else answerError(response, state.kind === "pending" ? notReady() : unknownOutput());
        });
      });
      return;
    }
    waiting.add(request, response, (onCompletion) =>
      turns.apply(() => {
        const attached = engine.attach(reference, onCompletion);
        if (attached.kind === "attached") return attached.id;
        const error = unknownInvocation(engine.lookup(reference));
        answerDurably(response, () => answerError(response, error, "invocation"));
        return undefined;
      }),
    );
  }

  function answerStored(request: HttpRequest, response: HttpResponse, completion: Completion): void {
    const handler = registry.service(completion.service)?.handlers.get(completion.handler);
    answerCompletion(request, response, completion, handler?.output);
  }

  function signal(request: HttpRequest, response: HttpResponse, route: Extract<Route, { kind: "signal" }>): void {
    const name = decodeSegment(route.name);
    if (name === undefined || name === "") {
      throw new IngressError(400, "RL_BAD_SIGNAL_NAME", "a signal's name must be valid UTF-8 and not empty");
    }
    complete(request, response, route.operation, (outcome) => engine.signal(checkedId(route.id), name, outcome));
  }

  /** `resolve` gives the body as it is, `reject` makes it the message of a failure. Never says whether somebody waits. */
  function complete(
    request: HttpRequest,
    response: HttpResponse,
    operation: string,
    deliver: (outcome: Outcome) => void,
  ): void {
    if (operation !== "resolve" && operation !== "reject") throw notFound();
    requireMethod(request, "POST");
    withBody(request, response, (body) => {
      const outcome: Outcome =
        operation === "resolve"
          ? { kind: "value", value: body }
          : { kind: "failure", failure: { code: REJECTED, message: body.toString("utf8"), metadata: [] } };
      turns.apply(() => {
        deliver(outcome);
        answerDurably(response, () => answerEmpty(response, 202));
      });
    });
  }

  function withBody(request: HttpRequest, response: HttpResponse, use: (body: Buffer) => void): void {
    readBody(request, options.limits.bodyBytes, (body) =>
      attempt(response, () => {
        if (body === undefined) throw bodyTooLarge(options.limits.bodyBytes);
        use(body);
      }),
    );
  }

  return {
    onRequest,
    get waiting() {
      return waiting.size;
    },
    close() {
      isClosed = true;
      waiting.close();
    },
  };
}

const INTERNAL_ERROR = new ServerError(500, "RL_INTERNAL", "internal error; the server's log says more");

function requireMethod(request: HttpRequest, method: "GET" | "POST"): void {
  if (request.method !== method) throw methodNotAllowed();
}

function badDelay(problem: string): IngressError {
  const message = `bad delay query parameter: ${problem}; write for example 10s, 1h 30m or PT10S`;
  return new IngressError(400, "RL_BAD_DELAY", message);
}

function bodyTooLarge(limitBytes: number): IngressError {
  return new IngressError(413, "RL_BODY_TOO_LARGE", `the body is longer than the limit of ${limitBytes} bytes`);
}

function notReady(): IngressError {
  return new IngressError(
    NOT_READY,
    "RL_NOT_READY",
    "the invocation has not completed yet: attach to it, or ask again",
  );
}

function unknownOutput(): IngressError {
  return new IngressError(404, "RL_UNKNOWN_INVOCATION", "invocation not found");
}

function unknownInvocation(id: string): ServerError {
  return new ServerError(404, "RL_UNKNOWN_INVOCATION", "not found", { "x-restate-id": id });
}

function stackOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
