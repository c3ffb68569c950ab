import type { Any } from "../core/index.ts";
import { SdkError } from "../core/index.ts";
import type { HandlerFunction } from "./handler.ts";
import { handlerOf, isOfficialHandler } from "./handler.ts";
import { HandlerComponent } from "./handler-component.ts";
import type { DefaultOptions } from "./options.ts";

export type ServiceType = "SERVICE" | "VIRTUAL_OBJECT" | "WORKFLOW";

/** A definition as `service`, `object` and `workflow` make it: one of the three members holds the handlers. */
interface BoundDefinition {
  readonly name: string;
  readonly service?: Record<string, HandlerFunction>;
  readonly object?: Record<string, HandlerFunction>;
  readonly workflow?: Record<string, HandlerFunction>;
  readonly description?: string;
  readonly metadata?: Record<string, string>;
  readonly options?: DefaultOptions;
}

/** What servers accept; with another name, a registration fails. */
const SERVICE_NAME = /^([a-zA-Z]|_[a-zA-Z0-9])[a-zA-Z0-9._-]*$/;
const HANDLER_NAME = /^([a-zA-Z]|_[a-zA-Z0-9])[a-zA-Z0-9_]*$/;

/** A service, virtual object or workflow that an endpoint serves. */
export class ServiceComponent {
  readonly name: string;
  readonly type: ServiceType;
  readonly handlers: ReadonlyMap<string, HandlerComponent>;
  readonly description: string | undefined;
  readonly metadata: Record<string, string> | undefined;
  /** With the endpoint's defaults for those that the definition does not have. */
  readonly options: DefaultOptions;

  /**
   * @throws SdkError `RL_SDK_NOT_A_DEFINITION`, `RL_SDK_NOT_A_HANDLER`, `RL_SDK_FOREIGN_DEFINITION`,
   *   `RL_SDK_BAD_SERVICE_NAME`, `RL_SDK_BAD_HANDLER_NAME`
   */
  constructor(value: unknown, defaults: DefaultOptions) {
    const { definition, type, routes } = parse(value);
    this.name = definition.name;
    this.type = type;
    this.description = definition.description;
    this.metadata = definition.metadata;
    this.options = { ...defaults, ...definition.options };
    const handlers = new Map<string, HandlerComponent>();
    for (const [name, route] of Object.entries(routes)) {
      checkHandlerName(this.name, name);
      const handler = handlerOf(route) ?? rejectHandler(this.name, name, route);
      handlers.set(name, new HandlerComponent(this.name, this.options, name, handler, routes));
    }
    this.handlers = handlers;
  }
}

function parse(value: unknown): {
  definition: BoundDefinition;
  type: ServiceType;
  routes: Record<string, HandlerFunction>;
} {
  if (typeof value !== "object" || value === null) {
    throw notADefinition(`${value === null ? "null" : `a ${typeof value}`} was bound to an endpoint`);
  }
  const definition = value as BoundDefinition;
  if (typeof definition.name !== "string") {
    throw notADefinition("An object without a name was bound to an endpoint");
  }
  checkServiceName(definition.name);
  for (const [member, type] of MEMBERS) {
    const routes = definition[member];
    if (typeof routes === "object" && routes !== null) return { definition, type, routes };
  }
  throw notADefinition(`"${definition.name}", which has no handlers, was bound to an endpoint`);
}

const MEMBERS = [
  ["service", "SERVICE"],
  ["object", "VIRTUAL_OBJECT"],
  ["workflow", "WORKFLOW"],
] as const;

function notADefinition(what: string): SdkError {
  return new SdkError(
    "RL_SDK_NOT_A_DEFINITION",
    `${what}. Bind what \`service\`, \`object\`, \`workflow\` or \`implement\` returned; a bare name or an interface is for clients only.`,
  );
}

function checkServiceName(name: string): void {
  if (SERVICE_NAME.test(name)) return;
  throw new SdkError(
    "RL_SDK_BAD_SERVICE_NAME",
    `${JSON.stringify(name)} cannot be the name of a service. A name starts with a letter (or "_" and a letter or digit) and goes on with letters, digits, ".", "_" and "-"; a slash would split the path of a call.`,
  );
}

function checkHandlerName(service: string, name: string): void {
  if (HANDLER_NAME.test(name)) return;
  throw new SdkError(
    "RL_SDK_BAD_HANDLER_NAME",
    `${JSON.stringify(name)} of "${service}" cannot be the name of a handler. A name starts with a letter (or "_" and a letter or digit) and goes on with letters, digits and "_".`,
  );
}

function rejectHandler(service: string, name: string, route: Any): never {
  if (isOfficialHandler(route)) {
    throw new SdkError(
      "RL_SDK_FOREIGN_DEFINITION",
      `"${service}" was defined with @restatedev/restate-sdk, whose definitions only its own endpoints can serve. Define it with this SDK, or serve it by an endpoint of that one; the two call each other as they are.`,
    );
  }
  throw new SdkError(
    "RL_SDK_NOT_A_HANDLER",
    `"${name}" of "${service}" is no handler. Define the service by \`service\`, \`object\` or \`workflow\`, which make handlers of functions.`,
  );
}

/** Whether an endpoint of the official SDK is needed to serve this definition. */
export function isOfficialDefinition(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return false;
  const { service, object, workflow } = value as BoundDefinition;
  return Object.values(service ?? object ?? workflow ?? {}).some(isOfficialHandler);
}
