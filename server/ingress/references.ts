import { decodeInvocationId } from "../../sdk/protocol/index.ts";
import type { InvocationReference } from "../engine/types.ts";
import type { RegistryView } from "../registry/types.ts";
import { badPath, IngressError, notFound, serviceNotFound } from "./errors.ts";
import { EXPECTED_INVOCATION, type ResultOperation } from "./routes.ts";
import { parseScope } from "./scope.ts";
import { decodeKey } from "./target.ts";

/** @throws IngressError 400 when the text is no invocation id */
export function referenceById(id: string): InvocationReference {
  return { kind: "id", id: checkedId(id) };
}

/** @throws IngressError 400 when the text is no invocation id */
export function checkedId(id: string): string {
  if (decodeInvocationId(id) === undefined) {
    const message = `bad invocation id '${id.slice(0, 100)}': expected inv_1 and 33 letters and digits`;
    throw new IngressError(400, "RL_BAD_INVOCATION_ID", message);
  }
  return id;
}

export function operationOf(text: string): ResultOperation {
  if (text === "attach" || text === "output") return text;
  throw notFound();
}

/**
 * Reads `{service}/[{key}/]{handler}/{idempotencyKey}/attach|output`. The idempotency key is taken as it stands, as on
 * the real server; whether the handler exists does not matter.
 */
export function referenceByTarget(
  registry: RegistryView,
  serviceName: string,
  rest: readonly string[],
  path: string,
): { reference: InvocationReference; operation: ResultOperation } {
  const service = registry.service(serviceName);
  if (service === undefined) throw serviceNotFound(serviceName);
  const isKeyed = service.type !== "Service";
  const [first, ...others] = rest;
  const [handler, idempotencyKey, operation] = isKeyed ? others : rest;
  if (handler === undefined || idempotencyKey === undefined || operation === undefined) {
    throw badPath(path, EXPECTED_INVOCATION);
  }
  const key = isKeyed ? decodeKey(first as string) : undefined;
  return {
    reference: { kind: "idempotent", service: serviceName, handler, key, idempotencyKey, scope: undefined },
    operation: operationOf(operation),
  };
}

/**
 * Reads the JSON body of `/restate/attach`, `/restate/output` and `/restate/lookup`. Unknown members are ignored.
 * @throws IngressError 400
 */
export function parseReference(body: Buffer): InvocationReference {
  const members = new Members(parseObject(body));
  switch (members.text("target")) {
    case "invocation":
      return referenceById(members.text("invocationId"));
    case "workflow":
      return {
        kind: "workflow",
        service: members.text("workflowName"),
        key: members.text("workflowKey"),
        scope: members.scope(),
      };
    case "idempotentInvocation":
      return {
        kind: "idempotent",
        service: members.text("service"),
        key: members.optionalText("key"),
        handler: members.text("handler"),
        idempotencyKey: members.text("idempotencyKey"),
        scope: members.scope(),
      };
    default:
      throw badBody("'target' must be workflow, idempotentInvocation or invocation");
  }
}

function parseObject(body: Buffer): object {
  let value: unknown;
  try {
    value = JSON.parse(body.toString("utf8"));
  } catch {
    throw badBody("it is not JSON");
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw badBody("it is not a JSON object");
  return value;
}

class Members {
  readonly #members: ReadonlyMap<string, unknown>;

  constructor(object: object) {
    this.#members = new Map(Object.entries(object));
  }

  text(name: string): string {
    const value = this.optionalText(name);
    if (value === undefined) throw badBody(`'${name}' is missing`);
    return value;
  }

  optionalText(name: string): string | undefined {
    const value = this.#members.get(name);
    if (value === undefined || value === null) return undefined;
    if (typeof value !== "string") throw badBody(`'${name}' must be a string`);
    return value;
  }

  scope(): string | undefined {
    const scope = this.optionalText("scope");
    return scope === undefined ? undefined : parseScope(scope);
  }
}

function badBody(problem: string): IngressError {
  const message = `bad request body: ${problem}; expected for example {"target":"workflow","workflowName":"Signup","workflowKey":"jane"}`;
  return new IngressError(400, "RL_BAD_REFERENCE", message);
}
