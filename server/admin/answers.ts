import type { IncomingMessage } from "node:http";
import type { ErrorRequestHandler, Request, RequestHandler, Response } from "express";
import type { ZodType } from "zod";
import { decodeResourceId } from "../../sdk/protocol/index.ts";
import { ServerError } from "../errors.ts";
import type { Log } from "../log.ts";
import type { Turns } from "../storage/index.ts";

const RESTATE_CODE = /^(META|RT)\d{4}$/;

/** The error body of the admin API: `{message, restate_code}`; codes of our own are not the real server's. */
export function sendError(response: Response, error: ServerError): void {
  const restateCode = RESTATE_CODE.test(error.code) ? error.code : null;
  response.status(error.status).json({ message: error.message, restate_code: restateCode });
}

const UNKNOWN = {
  deployment: "RL_UNKNOWN_DEPLOYMENT",
  handler: "RL_UNKNOWN_HANDLER",
  invocation: "RL_UNKNOWN_INVOCATION",
  "Kafka cluster": "RL_UNKNOWN_CLUSTER",
  service: "RL_UNKNOWN_SERVICE",
  subscription: "RL_UNKNOWN_SUBSCRIPTION",
} as const;

export function notFound(what: keyof typeof UNKNOWN, name: string, within = ""): ServerError {
  return new ServerError(404, UNKNOWN[what], `The requested ${what} '${name}'${within} does not exist`);
}

export function badField(field: string, reason: string): ServerError {
  return new ServerError(400, "RL_BAD_FIELD", `The request field '${field}' is invalid. Reason: ${reason}`);
}

export function isDeploymentId(text: string): boolean {
  return decodeResourceId("dp", text) !== undefined;
}

/** @throws ServerError 400 when the text cannot be the id of a deployment */
export function checkDeploymentId(text: string): void {
  if (!isDeploymentId(text)) throw badField("deployment", "bad format");
}

/** Reads a JSON body. @throws ServerError 422, as the real server answers to JSON of another shape */
export function readBody<T>(schema: ZodType<T>, body: unknown): T {
  const parsed = schema.safeParse(body);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  const place = issue === undefined || issue.path.length === 0 ? "" : `${issue.path.join(".")}: `;
  throw new ServerError(
    422,
    "RL_BAD_BODY",
    `Failed to deserialize the JSON body into the target type: ${place}${issue?.message ?? "unexpected shape"}`,
  );
}

/** Reads a query string. @throws ServerError 400 */
export function readQuery<T>(schema: ZodType<T>, query: unknown): T {
  const parsed = schema.safeParse(query);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  throw new ServerError(
    400,
    "RL_BAD_QUERY",
    `Failed to deserialize query string: ${issue?.path.join(".")}: ${issue?.message}`,
  );
}

/** Runs an engine command and answers with its result once that is durable; an answer that cannot be written is a 500. */
export function answerDurably<T>(
  turns: Turns,
  response: Response,
  command: () => T,
  answer: (result: T) => void,
): void {
  turns.apply(() => {
    const result = command();
    turns.afterFlush(() => {
      try {
        answer(result);
      } catch (error) {
        // The command took effect, and its caller waits for an answer of whatever kind.
        if (!response.headersSent) sendError(response, unwritable(error));
        throw error;
      }
    });
  });
}

function unwritable(error: unknown): ServerError {
  const reason = error instanceof Error ? error.message : String(error);
  return new ServerError(
    500,
    "RL_UNWRITABLE_ANSWER",
    `The request took effect, but its answer cannot be written: ${reason}`,
  );
}

/** The answer to a method that a path does not have: no body, as on the real server. */
export function methodsOf(...methods: string[]): RequestHandler {
  return (_request, response) => {
    response.setHeader("allow", methods.join(","));
    response.status(405).end();
  };
}

/** Requests whose body has no bytes, which the parser takes for `{}`. */
export const empty = new WeakSet<IncomingMessage>();

/** `application/json` and `application/…+json`, as on the real server. */
export function isJson({ headers }: IncomingMessage): boolean {
  return /^\s*application\/([\w.!#$&^-]+\+)?json\s*(;|$)/i.test(headers["content-type"] ?? "");
}

/** Why the body of a request, which `parseJson` has seen, is no JSON. */
export function notJson(request: Request): ServerError | undefined {
  if (!isJson(request)) {
    return new ServerError(415, "RL_NOT_JSON", "Expected request with `Content-Type: application/json`");
  }
  // reason: Express has the body as any.
  if ((request.body as unknown) !== undefined && !empty.has(request)) return undefined;
  return new ServerError(400, "RL_NO_BODY", "Failed to parse the request body as JSON: there is no body");
}

export const requireJson: RequestHandler = (request, _response, next) => next(notJson(request));

/** The last handler: turns whatever was thrown into an answer. */
export function errorHandler(log: Log): ErrorRequestHandler {
  return (error: unknown, _request, response, _next) => {
    if (error instanceof ServerError) {
      sendError(response, error);
    } else if (error instanceof Error && "status" in error && typeof error.status === "number" && error.status < 500) {
      sendError(response, new ServerError(error.status, "RL_UNREADABLE_REQUEST", error.message));
    } else {
      log("error", "a request to the admin API failed", { error });
      sendError(response, new ServerError(500, "RL_INTERNAL", error instanceof Error ? error.message : String(error)));
    }
  };
}
