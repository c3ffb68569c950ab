/**
 * What users write services with. Nothing here runs an invocation; `sdk/context` does.
 *
 * - A definition is made by `definition`, or by `implement` from an interface. `handler` is a function with its
 *   options; `handler-makers` makes those of another kind, exported as modules by `handlers`, `object-handlers`,
 *   `workflow-handlers`.
 * - `options` are those of services and handlers, `execution-options` what is left of them once all levels are
 *   merged.
 * - What a handler gets: `context` with `state`, `run`, `promise`, `invocation`, `request`, `deterministic` (random
 *   values, dates); `hooks` are code around it, `logger` and `log-level` what it says.
 * - Typed clients: `client` has their types, `call-proxy` makes them, `call-options` are those of one call, exported
 *   as `rpc`; `generic-call` is a call without types.
 * - Once a definition is bound to an endpoint: `components` are all services, `service-component` is one,
 *   `handler-component` a handler of it; `manifest` is the discovery document.
 */
export { type ClientCallOptions, type ClientSendOptions, Opts, SendOpts } from "./call-options.ts";
export { type CallTarget, makeCallProxy, makeHandlerProxy, makeSendProxy } from "./call-proxy.ts";
export type { Client, ClientFromDescriptors, InferArg, SendClient, SendClientFromDescriptors } from "./client.ts";
export { Components } from "./components.ts";
export type {
  Context,
  ObjectContext,
  ObjectSharedContext,
  ScopedContext,
  WorkflowContext,
  WorkflowSharedContext,
} from "./context.ts";
export { type ObjectOpts, object, type ServiceOpts, service, type WorkflowOpts, workflow } from "./definition.ts";
export type { ContextDate, Rand } from "./deterministic.ts";
export type { ExecutionOptions } from "./execution-options.ts";
export type { GenericCall, GenericSend } from "./generic-call.ts";
export type { HandlerKind } from "./handler.ts";
export type { HandlerComponent } from "./handler-component.ts";
export type { Handlers, RemoveVoidArgument } from "./handler-makers.ts";
export * as handlers from "./handlers.ts";
export type { Hooks, HooksProvider, Interceptor } from "./hooks.ts";
export {
  type FnOf,
  implement,
  type ObjectImplHandlers,
  type ObjectPerHandlerOpts,
  type ServiceImplHandlers,
  type ServicePerHandlerOpts,
  type WorkflowImplHandlers,
  type WorkflowPerHandlerOpts,
} from "./implement.ts";
export type {
  InvocationHandle,
  InvocationId,
  InvocationPromise,
  InvocationReference,
  SignalReference,
} from "./invocation.ts";
export { LoggerContext, type LoggerTransport, type LogMetadata, LogSource, RestateLogLevel } from "./logger.ts";
export type { HandlerManifest, Manifest, ManifestRequest, ServiceManifest } from "./manifest.ts";
export type {
  DefaultOptions,
  ObjectHandlerOpts,
  ObjectOptions,
  RetryPolicy,
  ServiceHandlerOpts,
  ServiceOptions,
  WorkflowHandlerOpts,
  WorkflowOptions,
} from "./options.ts";
export type { DurablePromise, RestatePromise, RestatePromiseConstructor } from "./promise.ts";
export type { Request, Target } from "./request.ts";
export * as rpc from "./rpc.ts";
export { RUN_OPTIONS, type RunAction, type RunOptions } from "./run.ts";
export { isOfficialDefinition, type ServiceComponent, type ServiceType } from "./service-component.ts";
export type { KeyValueStore, TypedState, UntypedState } from "./state.ts";
