import {
  type Any,
  type HandlerDescriptor,
  makeHandlerDescriptor,
  type ObjectHandler,
  SdkError,
  type ServiceDefinition,
  type ServiceHandler,
  type VirtualObjectDefinition,
  type WorkflowDefinition,
  type WorkflowHandler,
  type WorkflowSharedHandler,
} from "../core/index.ts";
import type { Context, ObjectContext, ObjectSharedContext, WorkflowContext, WorkflowSharedContext } from "./context.ts";
import { type HandlerFunction, type HandlerKind, handlerOf, isOfficialHandler, toHandler } from "./handler.ts";
import type { ObjectOptions, ServiceOptions, WorkflowOptions } from "./options.ts";

/** What the handlers of a service must look like. */
export type ServiceOpts<U> = {
  [K in keyof U]: U[K] extends ServiceHandler<U[K], Context> ? U[K] : ServiceHandler<U[K], Context>;
};

/** What the handlers of a virtual object must look like. */
export type ObjectOpts<U> = {
  [K in keyof U]: U[K] extends ObjectHandler<U[K], ObjectContext<Any>>
    ? U[K]
    : U[K] extends ObjectHandler<U[K], ObjectSharedContext<Any>>
      ? U[K]
      : ObjectHandler<U[K], ObjectContext<Any>> | ObjectHandler<U[K], ObjectSharedContext<Any>>;
};

/**
 * What the handlers of a workflow must look like: `run`, which gets a `WorkflowContext`, and others, which get a
 * `WorkflowSharedContext`. The names of the client's own methods are taken.
 */
export type WorkflowOpts<U> = {
  run: (ctx: WorkflowContext<Any>, argument: Any) => Promise<Any>;
} & {
  [K in keyof U]: K extends "workflowSubmit" | "workflowAttach" | "workflowOutput"
    ? `${K} is a reserved keyword`
    : K extends "run"
      ? U[K] extends WorkflowHandler<U[K], WorkflowContext<Any>>
        ? U[K]
        : "An handler named 'run' must take as a first argument a WorkflowContext, and must return a Promise"
      : U[K] extends WorkflowSharedHandler<U[K], WorkflowSharedContext<Any>>
        ? U[K]
        : "An handler other then 'run' must accept as a first argument a WorkflowSharedContext";
};

interface Authored {
  name: string;
  handlers: unknown;
  description?: string;
  metadata?: Record<string, string>;
  options?: ServiceOptions;
}

/**
 * Defines a service: handlers without a key, any number at a time.
 *
 * @example
 * const greeter = service({
 *   name: "greeter",
 *   handlers: { greet: async (ctx: Context, name: string) => `Hello ${name}` },
 * });
 * export type Greeter = typeof greeter; // all that a client needs
 */
export const service = <P extends string, M>(service: {
  name: P;
  handlers: ServiceOpts<M> & ThisType<M>;
  description?: string;
  metadata?: Record<string, string>;
  options?: ServiceOptions;
}): ServiceDefinition<P, M> => define("service", service, () => "SERVICE");

/**
 * Defines a virtual object: handlers for a key with state, one at a time for each key. `handlers.object.shared` makes
 * a handler that only reads and runs beside others.
 *
 * @example
 * const counter = object({
 *   name: "counter",
 *   handlers: {
 *     add: async (ctx: ObjectContext, amount: number) => ctx.set("count", ((await ctx.get<number>("count")) ?? 0) + amount),
 *     get: handlers.object.shared(async (ctx: ObjectSharedContext) => ctx.get<number>("count")),
 *   },
 * });
 */
export const object = <P extends string, M>(object: {
  name: P;
  handlers: ObjectOpts<M> & ThisType<M>;
  description?: string;
  metadata?: Record<string, string>;
  options?: ObjectOptions;
}): VirtualObjectDefinition<P, M> => define("object", object, () => "EXCLUSIVE");

/**
 * Defines a workflow: `run`, executed once for each key, and handlers that read its state and settle its promises.
 *
 * @example
 * const signup = workflow({
 *   name: "signup",
 *   handlers: {
 *     run: async (ctx: WorkflowContext, user: User) => ctx.promise<boolean>("confirmed"),
 *     confirm: async (ctx: WorkflowSharedContext) => ctx.promise<boolean>("confirmed").resolve(true),
 *   },
 * });
 */
export const workflow = <P extends string, M>(workflow: {
  name: P;
  handlers: WorkflowOpts<M> & ThisType<M>;
  description?: string;
  metadata?: Record<string, string>;
  options?: WorkflowOptions;
}): WorkflowDefinition<P, M> => {
  const { run, ...others } = workflow.handlers ?? {};
  if (run === undefined) {
    throw wrongHandler(`The workflow "${workflow.name}" has no handler "run": it is what a workflow does. Add one.`);
  }
  // The main handler first, in discovery as well.
  const definition = define("workflow", { ...workflow, handlers: { run, ...others } }, (name) =>
    name === "run" ? "WORKFLOW" : "SHARED",
  );
  const { workflow: routes } = definition as unknown as { workflow: Record<string, HandlerFunction> };
  for (const [name, handler] of Object.entries(routes)) {
    const isMain = handlerOf(handler)?.kind === "WORKFLOW";
    if (name === "run" && !isMain) {
      throw wrongHandler(
        `"run" of the workflow "${workflow.name}" was made as a shared handler. Make it with handlers.workflow.workflow, or give the plain function.`,
      );
    }
    if (name !== "run" && isMain) {
      throw wrongHandler(
        `"${name}" of the workflow "${workflow.name}" was made with handlers.workflow.workflow, as only "run" can be. Make it with handlers.workflow.shared, or give the plain function.`,
      );
    }
  }
  return definition;
};

type Member = "service" | "object" | "workflow";

/**
 * A definition is an interface, too (`_kind`, `_handlers`): callers that have it use its serdes.
 */
function define<P extends string>(
  member: Member,
  authored: Authored & { name: P },
  kindOf: (handler: string) => HandlerKind,
): { name: P } {
  const { name, description, metadata, options } = authored;
  if (typeof authored.handlers !== "object" || authored.handlers === null) {
    throw wrongHandler(`The ${member} "${name}" has no handlers: give it an object of functions as \`handlers\`.`);
  }
  const routes: [string, HandlerFunction][] = [];
  for (const [handlerName, fn] of Object.entries(authored.handlers)) {
    if (typeof fn !== "function") {
      throw wrongHandler(
        `"${handlerName}" of the ${member} "${name}" is ${fn === null ? "null" : typeof fn}, not a function. Look for a handler that is not defined yet when the ${member} is.`,
      );
    }
    if (isOfficialHandler(fn)) {
      throw wrongHandler(
        `"${handlerName}" of the ${member} "${name}" was made with a function of @restatedev/restate-sdk. Make it with the same function of this SDK.`,
      );
    }
    const route = handlerOf(fn) === undefined ? toHandler(kindOf(handlerName), fn) : fn;
    routes.push([handlerName, route]);
  }
  return {
    name,
    [member]: Object.fromEntries(routes),
    metadata,
    description,
    options,
    _kind: member,
    _handlers: Object.fromEntries(routes.map(([handler, route]) => [handler, descriptorOf(route, options?.serde)])),
  } as unknown as { name: P };
}

function descriptorOf(route: HandlerFunction, serviceSerde: ServiceOptions["serde"]): HandlerDescriptor {
  const handler = handlerOf(route);
  const fallback = handler?.options.serde ?? serviceSerde;
  return makeHandlerDescriptor<Any, Any, boolean>(
    handler?.options.input ?? fallback,
    handler?.options.output ?? fallback,
    handler?.kind === "SHARED",
  );
}

function wrongHandler(message: string): SdkError {
  return new SdkError("RL_SDK_NOT_A_HANDLER", message);
}
