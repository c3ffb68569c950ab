/**
 * The ingress client: calls handlers from outside, over HTTP, with nothing but `fetch`. Its API is that of
 * `@restatedev/restate-sdk-clients`.
 *
 * A typed client (`ingress.ts`, `workflow.ts`) turns `client.handler(argument, options)` into an invocation
 * (`invocation.ts`): path, headers, bytes. The connection (`connection.ts`) sends it and, where `retry.ts` says so,
 * repeats it. What goes wrong becomes an error in `errors.ts`.
 */
export type {
  Duration,
  JournalValueCodec,
  Serde,
  Service,
  ServiceDefinition,
  ServiceDefinitionFrom,
  VirtualObject,
  VirtualObjectDefinition,
  VirtualObjectDefinitionFrom,
  Workflow,
  WorkflowDefinition,
  WorkflowDefinitionFrom,
} from "../core/index.ts";
export { serde } from "../core/index.ts";
export type {
  InferArgType,
  IngressClient,
  IngressClientFromDescriptors,
  IngressSendClient,
  IngressSendClientFromDescriptors,
  IngressWorkflowClient,
  Output,
  Send,
  WorkflowSubmission,
} from "./client-types.ts";
export { HttpCallError } from "./errors.ts";
export { connect } from "./ingress.ts";
export { type IngressCallOptions, type IngressSendOptions, Opts, SendOpts } from "./options.ts";
export { defaultShouldRetry, type RetryFailure, type RetryPolicy } from "./retry.ts";
export * as rpc from "./rpc.ts";
export type { ConnectionOpts, Ingress, ScopedIngress } from "./types.ts";
