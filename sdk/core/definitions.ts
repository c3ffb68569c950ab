import type { Any } from "./any.ts";

/*
 * What the types of services look like from outside. A definition carries the types of its handlers (`_M`) without
 * having them as a member: the compiler takes them from the type arguments of the alias, so the aliases have to be
 * used by name, and a definition's type can be exported to clients without the code behind it.
 */

/** Marks the contexts of handlers, so that this package needs to know no more of them. */
// biome-ignore lint/suspicious/noEmptyInterface: reason: a marker, as in the official package
export interface RestateContext {}
// biome-ignore lint/suspicious/noEmptyInterface: reason: a marker, as in the official package
export interface RestateObjectContext {}
// biome-ignore lint/suspicious/noEmptyInterface: reason: a marker, as in the official package
export interface RestateObjectSharedContext {}
export interface RestateWorkflowSharedContext extends RestateObjectSharedContext {}
export interface RestateWorkflowContext extends RestateObjectContext, RestateWorkflowSharedContext {}

/** The input type of a handler function; `void` without input. */
// biome-ignore lint/suspicious/noConfusingVoidType: reason: a handler without input is one whose input is void
export type ArgType<T> = T extends (ctx: Any) => Any ? void : T extends (ctx: Any, input: infer I) => Any ? I : never;

/** What a handler function promises. */
export type HandlerReturnType<T> = T extends (ctx: Any, input: Any) => Promise<infer R> ? R : never;

/** `F` when it can be a handler of a service, else what such a handler looks like. */
export type ServiceHandler<F, C = RestateContext> = F extends (ctx: C) => Promise<Any>
  ? F
  : F extends (ctx: C, input: Any) => Promise<Any>
    ? F
    : (ctx: C, input?: Any) => Promise<Any>;

/** A service named `P` whose handlers have the types `_M`. */
export type ServiceDefinition<P extends string, _M> = {
  name: P;
};

/** The handler types of a service, from its definition or given themselves. */
export type Service<M> = M extends ServiceDefinition<string, infer S> ? S : M;
export type ServiceDefinitionFrom<M> = M extends ServiceDefinition<string, unknown> ? M : ServiceDefinition<string, M>;

/** `F` when it can be a shared handler of a virtual object, else what such a handler looks like. */
export type ObjectSharedHandler<F, SC = RestateObjectSharedContext> = F extends (ctx: SC, param: Any) => Promise<Any>
  ? F
  : F extends (ctx: SC) => Promise<Any>
    ? F
    : (ctx: SC, param?: Any) => Promise<Any>;

/** `F` when it can be a handler of a virtual object, else what such a handler looks like. */
export type ObjectHandler<F, C = RestateObjectContext> = F extends (ctx: C, param: Any) => Promise<Any>
  ? F
  : F extends (ctx: C) => Promise<Any>
    ? F
    : (ctx: C, param?: Any) => Promise<Any>;

/** A virtual object named `P` whose handlers have the types `_M`. */
export type VirtualObjectDefinition<P extends string, _M> = {
  name: P;
};

/** The handler types of a virtual object, from its definition or given themselves. */
export type VirtualObject<M> = M extends VirtualObjectDefinition<string, infer O> ? O : M;
export type VirtualObjectDefinitionFrom<M> = M extends VirtualObjectDefinition<string, unknown>
  ? M
  : VirtualObjectDefinition<string, M>;

/** `F` when it can be a shared handler of a workflow, else what such a handler looks like. */
export type WorkflowSharedHandler<F, SC = RestateWorkflowSharedContext> = F extends (
  ctx: SC,
  param: Any,
) => Promise<Any>
  ? F
  : F extends (ctx: SC) => Promise<Any>
    ? F
    : (ctx: SC, param?: Any) => Promise<Any>;

/** `F` when it can be the `run` handler of a workflow, else what such a handler looks like. */
export type WorkflowHandler<F, C = RestateWorkflowContext> = F extends (ctx: C, param: Any) => Promise<Any>
  ? F
  : F extends (ctx: C) => Promise<Any>
    ? F
    : (ctx: C, param?: Any) => Promise<Any>;

/** A workflow named `P` whose handlers have the types `_M`. */
export type WorkflowDefinition<P extends string, _M> = {
  name: P;
};

/** The handler types of a workflow, from its definition or given themselves. */
export type Workflow<M> = M extends WorkflowDefinition<string, infer W> ? W : M;
export type WorkflowDefinitionFrom<M> = M extends WorkflowDefinition<string, unknown>
  ? M
  : WorkflowDefinition<string, M>;
