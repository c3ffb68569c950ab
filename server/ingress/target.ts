import type { Target } from "../engine/types.ts";
import type { Handler, RegistryView, Service } from "../registry/types.ts";
import { badPath, handlerNotFound, IngressError, serviceNotFound } from "./errors.ts";
import { decodeSegment } from "./percent.ts";
import { EXPECTED_CALL, EXPECTED_OLD_CALL, type Route } from "./routes.ts";

export interface Resolved {
  readonly target: Target;
  readonly service: Service;
  readonly handler: Handler;
  readonly isSend: boolean;
}

type InvokeRoute = Extract<Route, { kind: "invoke" }>;

/**
 * Finds the handler that a path names. The service's type says how many segments there must be; the order of the
 * checks is the real server's.
 * @param path for messages
 * @throws IngressError 400 or 404
 */
export function resolveTarget(registry: RegistryView, route: InvokeRoute, path: string): Resolved {
  const { verb, scope } = route;
  const { rest } = route.target;
  const service = registry.service(route.target.service);
  if (service === undefined) throw serviceNotFound(route.target.service);
  const isKeyed = service.type !== "Service";
  const length = isKeyed ? 2 : 1;
  const hasSuffix = verb === undefined && rest.length === length + 1 && rest[length] === "send";
  if (rest.length !== length && !hasSuffix) throw badPath(path, verb === undefined ? EXPECTED_OLD_CALL : EXPECTED_CALL);
  const key = isKeyed ? decodeKey(rest[0] as string) : undefined;
  const name = rest[length - 1] as string;
  const handler = service.handlers.get(name);
  if (handler === undefined) throw handlerNotFound(service.name, name);
  if (!service.isPublic || !handler.isPublic) {
    throw new IngressError(400, "RL_PRIVATE", "the handler is private: only other handlers may call it");
  }
  const target = { service: service.name, handler: name, key, scope };
  return { target, service, handler, isSend: verb === "send" || hasSuffix };
}

/** @throws IngressError 400 when the segment is not UTF-8 */
export function decodeKey(segment: string): string {
  const key = decodeSegment(segment);
  if (key === undefined) {
    throw new IngressError(400, "RL_BAD_PATH", "bad path: the percent-encoded key is not valid UTF-8");
  }
  return key;
}
