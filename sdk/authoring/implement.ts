import {
  type Any,
  type HandlerDescriptor,
  type InferInput,
  type InferOutput,
  type ObjectDescriptor,
  SdkError,
  type ServiceDefinition,
  type ServiceDescriptor,
  type VirtualObjectDefinition,
  type WorkflowDefinition,
  type WorkflowDescriptor,
} from "../core/index.ts";
import type { Context, ObjectContext, ObjectSharedContext, WorkflowContext, WorkflowSharedContext } from "./context.ts";
import { object, service, workflow } from "./definition.ts";
import { type HandlerFunction, type HandlerKind, type HandlerOptions, toHandler } from "./handler.ts";
import type {
  ObjectHandlerOpts,
  ObjectOptions,
  ServiceHandlerOpts,
  ServiceOptions,
  WorkflowHandlerOpts,
  WorkflowOptions,
} from "./options.ts";

/** A handler with a context `C`, without the argument that it does not take. */
// biome-ignore lint/suspicious/noConfusingVoidType: reason: a handler without input is one whose input is void
export type FnOf<C, I, O> = [I] extends [void] ? (ctx: C) => Promise<O> : (ctx: C, input: I) => Promise<O>;

export type ServiceImplHandlers<H extends Record<string, HandlerDescriptor>> = {
  [K in keyof H]: FnOf<Context, InferInput<H[K]>, InferOutput<H[K]>>;
};

export type ObjectImplHandlers<H extends Record<string, HandlerDescriptor>> = {
  [K in keyof H]: H[K] extends HandlerDescriptor<Any, Any, infer Shared>
    ? FnOf<Shared extends true ? ObjectSharedContext : ObjectContext, InferInput<H[K]>, InferOutput<H[K]>>
    : never;
};

export type WorkflowImplHandlers<H extends Record<string, HandlerDescriptor>> = {
  [K in keyof H]: K extends "run"
    ? FnOf<WorkflowContext, InferInput<H[K]>, InferOutput<H[K]>>
    : FnOf<WorkflowSharedContext, InferInput<H[K]>, InferOutput<H[K]>>;
};

/** A handler's options, without those that the interface sets. */
export type ServicePerHandlerOpts = Omit<ServiceHandlerOpts<unknown, unknown>, "input" | "output">;
export type ObjectPerHandlerOpts = Omit<ObjectHandlerOpts<unknown, unknown>, "input" | "output">;
export type WorkflowPerHandlerOpts = Omit<WorkflowHandlerOpts<unknown, unknown>, "input" | "output">;

interface Implementation {
  handlers: Record<string, unknown>;
  description?: string;
  metadata?: Record<string, string>;
  options?: ServiceOptions & { handlers?: Record<string, Any> };
}

/**
 * Gives an interface (`iface`) its code. The interface sets names, serdes and kinds of the handlers.
 *
 * @returns a definition to bind, which is still the interface
 * @throws SdkError `RL_SDK_HANDLER_MISSING` when a handler of the interface has no function,
 *   `RL_SDK_HANDLER_UNKNOWN` when there is a function or options for one that the interface does not have
 */
export function implement<P extends string, H extends Record<string, HandlerDescriptor>>(
  serviceInterface: ServiceDescriptor<P, H>,
  config: {
    handlers: ServiceImplHandlers<H>;
    description?: string;
    metadata?: Record<string, string>;
    options?: ServiceOptions & { handlers?: Partial<Record<keyof H, ServicePerHandlerOpts>> };
  },
): ServiceDefinition<P, ServiceImplHandlers<H>> & ServiceDescriptor<P, H>;
export function implement<P extends string, H extends Record<string, HandlerDescriptor>>(
  objectInterface: ObjectDescriptor<P, H>,
  config: {
    handlers: ObjectImplHandlers<H>;
    description?: string;
    metadata?: Record<string, string>;
    options?: ObjectOptions & { handlers?: Partial<Record<keyof H, ObjectPerHandlerOpts>> };
  },
): VirtualObjectDefinition<P, ObjectImplHandlers<H>> & ObjectDescriptor<P, H>;
export function implement<P extends string, H extends Record<string, HandlerDescriptor>>(
  workflowInterface: WorkflowDescriptor<P, H>,
  config: {
    handlers: WorkflowImplHandlers<H>;
    description?: string;
    metadata?: Record<string, string>;
    options?: WorkflowOptions & { handlers?: Partial<Record<keyof H, WorkflowPerHandlerOpts>> };
  },
): WorkflowDefinition<P, WorkflowImplHandlers<H>> & WorkflowDescriptor<P, H>;
export function implement(
  descriptor: ServiceDescriptor | ObjectDescriptor | WorkflowDescriptor,
  { handlers, description, metadata, options: { handlers: handlerOptions = {}, ...options } = {} }: Implementation,
): Any {
  const { name, _kind, _handlers, _description, _metadata } = descriptor;
  for (const key of [...Object.keys(handlers), ...Object.keys(handlerOptions)]) {
    if (!Object.hasOwn(_handlers, key)) {
      throw new SdkError(
        "RL_SDK_HANDLER_UNKNOWN",
        `implement() was given a handler "${key}" that the interface of "${name}" does not have (it has ${Object.keys(_handlers).join(", ")}). Declare it there, or correct the name.`,
      );
    }
  }
  const routes: [string, HandlerFunction][] = [];
  for (const [key, declared] of Object.entries(_handlers)) {
    // What every object has is no handler; the method of a class is.
    const fn = handlers[key] === (Object.prototype as Any)[key] ? undefined : handlers[key];
    if (typeof fn !== "function") {
      throw new SdkError(
        "RL_SDK_HANDLER_MISSING",
        `implement() was given no function for the handler "${key}" of "${name}". Add it to \`handlers\`.`,
      );
    }
    const declaredOptions = {
      input: declared._inputSerde,
      output: declared._outputSerde,
      description: declared._description,
      metadata: declared._metadata,
      ...handlerOptions[key],
    } as HandlerOptions;
    routes.push([key, toHandler(kindOf(_kind, key, declared), fn as HandlerFunction, declaredOptions)]);
  }
  const define: Any = { service, object, workflow }[_kind];
  const definition = define({
    name,
    handlers: Object.fromEntries(routes),
    description: description ?? _description,
    metadata: metadata ?? _metadata,
    options,
  });
  return Object.assign(definition, { _kind, _handlers });
}

function kindOf(kind: "service" | "object" | "workflow", name: string, declared: HandlerDescriptor): HandlerKind {
  if (kind === "service") return "SERVICE";
  if (kind === "workflow") return name === "run" ? "WORKFLOW" : "SHARED";
  return declared._shared ? "SHARED" : "EXCLUSIVE";
}
