import type { Any } from "./any.ts";
import type { ServiceDefinition, VirtualObjectDefinition, WorkflowDefinition } from "./definitions.ts";
import { schema } from "./serde/index.ts";
import type { Serde } from "./serde/serde.ts";
import type { StandardSchemaV1 } from "./standard-schema.ts";

/*
 * Interfaces of services: names and serdes of handlers as a value, without the code behind them. Callers and
 * `implement()` share it. Definitions made by `service`, `object` and `workflow` are such descriptors, too.
 */

/** What an interface says about itself. Shown in discovery once it is implemented. */
export type DescriptorOpts = {
  description?: string;
  metadata?: Record<string, string>;
};

/** A handler of an interface: input `I`, output `O`, shared or not. */
export type HandlerDescriptor<I = Any, O = Any, Shared extends boolean = boolean> = {
  readonly _inputSerde?: Serde<I>;
  readonly _outputSerde?: Serde<O>;
  readonly _shared?: Shared;
  readonly _description?: string;
  readonly _metadata?: Record<string, string>;
};

type HandlerDescriptors = Record<string, HandlerDescriptor>;
type Kind = "service" | "object" | "workflow";

export type InferInput<D> = D extends HandlerDescriptor<infer I, Any, Any> ? I : Any;
export type InferOutput<D> = D extends HandlerDescriptor<Any, infer O, Any> ? O : Any;
/** The values of a serde. */
export type SerdeType<S> = S extends Serde<infer T> ? T : never;

/** The interface of something named `P`, with handlers `H`. */
export type Descriptor<
  P extends string = string,
  H extends Record<string, HandlerDescriptor> = Record<string, HandlerDescriptor>,
  K extends Kind = Kind,
> = {
  readonly name: P;
  readonly _kind: K;
  readonly _handlers: H;
  readonly _description?: string;
  readonly _metadata?: Record<string, string>;
};
export type ServiceDescriptor<
  P extends string = string,
  H extends Record<string, HandlerDescriptor> = Record<string, HandlerDescriptor>,
> = Descriptor<P, H, "service">;
export type ObjectDescriptor<
  P extends string = string,
  H extends Record<string, HandlerDescriptor> = Record<string, HandlerDescriptor>,
> = Descriptor<P, H, "object">;
export type WorkflowDescriptor<
  P extends string = string,
  H extends Record<string, HandlerDescriptor> = Record<string, HandlerDescriptor>,
> = Descriptor<P, H, "workflow">;

/** An interface with code behind it: can be bound to an endpoint. */
export type ImplementedServiceDefinition<
  P extends string,
  H extends Record<string, HandlerDescriptor>,
> = ServiceDefinition<P, Any> & ServiceDescriptor<P, H>;
export type ImplementedObjectDefinition<
  P extends string,
  H extends Record<string, HandlerDescriptor>,
> = VirtualObjectDefinition<P, Any> & ObjectDescriptor<P, H>;
export type ImplementedWorkflowDefinition<
  P extends string,
  H extends Record<string, HandlerDescriptor>,
> = WorkflowDefinition<P, Any> & WorkflowDescriptor<P, H>;
export type ImplementedDefinition<
  P extends string,
  H extends Record<string, HandlerDescriptor>,
  K extends Kind,
> = K extends "service"
  ? ImplementedServiceDefinition<P, H>
  : K extends "object"
    ? ImplementedObjectDefinition<P, H>
    : ImplementedWorkflowDefinition<P, H>;

/** The ways of declaring a handler, with input and output as types, serdes or schemas. */
interface HandlerDeclarations<Shared extends boolean> {
  /** By types; values travel as the default serde has it, JSON. */
  json<I = void, O = void>(opts?: DescriptorOpts): HandlerDescriptor<I, O, Shared>;
  serdes<SI extends Serde<Any>, SO extends Serde<Any>>(
    opts: { input?: SI; output?: SO } & DescriptorOpts,
  ): HandlerDescriptor<SerdeType<SI>, SerdeType<SO>, Shared>;
  schemas<SI extends StandardSchemaV1<Any>, SO extends StandardSchemaV1<Any>>(
    opts: { input?: SI; output?: SO } & DescriptorOpts,
  ): HandlerDescriptor<
    StandardSchemaV1.InferOutput<NonNullable<SI>>,
    StandardSchemaV1.InferOutput<NonNullable<SO>>,
    Shared
  >;
}

export interface ServiceInterface extends HandlerDeclarations<false> {
  service<P extends string, H extends Record<string, HandlerDescriptor>>(
    name: P,
    handlers: H,
    opts?: DescriptorOpts,
  ): ServiceDescriptor<P, H>;
  object<P extends string, H extends Record<string, HandlerDescriptor>>(
    name: P,
    handlers: H,
    opts?: DescriptorOpts,
  ): ObjectDescriptor<P, H>;
  workflow<P extends string, H extends Record<string, HandlerDescriptor>>(
    name: P,
    handlers: H,
    opts?: DescriptorOpts,
  ): WorkflowDescriptor<P, H>;
  /** For handlers of virtual objects that only read. */
  shared: HandlerDeclarations<true>;
}

export function makeHandlerDescriptor<I, O, Shared extends boolean = false>(
  inputSerde?: Serde<I>,
  outputSerde?: Serde<O>,
  shared?: Shared,
  opts?: DescriptorOpts,
): HandlerDescriptor<I, O, Shared> {
  return {
    _inputSerde: inputSerde,
    _outputSerde: outputSerde,
    _shared: shared,
    _description: opts?.description,
    _metadata: opts?.metadata,
  } as HandlerDescriptor<I, O, Shared>;
}

function describe<P extends string, H extends HandlerDescriptors, K extends Kind>(
  kind: K,
  name: P,
  handlers: H,
  opts: DescriptorOpts | undefined,
): Descriptor<P, H, K> {
  return {
    name,
    _kind: kind,
    _handlers: handlers,
    _description: opts?.description,
    _metadata: opts?.metadata,
  } as Descriptor<P, H, K>;
}

function declarations<Shared extends boolean>(shared: Shared): HandlerDeclarations<Shared> {
  return {
    json: (opts) => makeHandlerDescriptor<Any, Any, Shared>(undefined, undefined, shared, opts),
    serdes: (opts) => makeHandlerDescriptor<Any, Any, Shared>(opts.input, opts.output, shared, opts),
    schemas: ({ input, output, ...opts }) =>
      makeHandlerDescriptor<Any, Any, Shared>(input && schema(input), output && schema(output), shared, opts),
  };
}

/**
 * Declares the interface of a service, virtual object or workflow.
 *
 * @example
 * const greeter = iface.service("greeter", {
 *   greet: iface.schemas({ input: GreetRequest, output: GreetResponse }),
 *   ping: iface.json<void, string>(),
 * });
 */
export const iface: ServiceInterface = {
  service: (name, handlers, opts) => describe("service", name, handlers, opts),
  object: (name, handlers, opts) => describe("object", name, handlers, opts),
  workflow: (name, handlers, opts) => describe("workflow", name, handlers, opts),
  ...declarations(false),
  shared: declarations(true),
};
