import type { ErrorCode } from "../error-codes/index.ts";
import { ServerError } from "../errors.ts";

/** What the ingress itself has against a request: answered with `"source":"ingress"`, and no stack, since it is expected. */
export class IngressError extends ServerError {
  constructor(status: number, code: ErrorCode, message: string) {
    const limit = Error.stackTraceLimit;
    Error.stackTraceLimit = 0;
    super(status, code, message);
    Error.stackTraceLimit = limit;
    this.name = "IngressError";
  }
}

export function notFound(): IngressError {
  return new IngressError(404, "RL_NOT_FOUND", "not found");
}

export function methodNotAllowed(): IngressError {
  return new IngressError(405, "RL_METHOD_NOT_ALLOWED", "method not allowed");
}

export function badPath(path: string, expected: string): IngressError {
  return new IngressError(400, "RL_BAD_PATH", `bad path: ${shown(path)}; expected ${expected}`);
}

export function serviceNotFound(service: string): IngressError {
  const message = `service '${shown(service)}' not found: register the deployment that serves it, then call again`;
  return new IngressError(404, "RL_UNKNOWN_SERVICE", message);
}

export function handlerNotFound(service: string, handler: string): IngressError {
  const message = `service '${service}' has no handler '${shown(handler)}' in its latest revision: check the name, or register the new deployment`;
  return new IngressError(404, "RL_UNKNOWN_HANDLER", message);
}

/** What a client sent, short enough to be sent back. */
function shown(text: string): string {
  return text.length > 200 ? `${text.slice(0, 200)}...` : text;
}
