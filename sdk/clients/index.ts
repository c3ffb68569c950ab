/**
 * The ingress client: calls handlers from outside, over HTTP, with nothing but `fetch`. Its API is that of
 * `@restatedev/restate-sdk-clients`.
 *
 * - `ingress` connects and makes typed clients, `workflow` that of a workflow; `component` is what a client is for,
 *   `types` and `client-types` are the types of it all.
 * - A client turns `client.handler(argument, options)` into an `invocation`: path, headers, bytes. `options` are
 *   those of one call, exported as `rpc`. `awakeable` completes an awakeable.
 * - `connection` sends it and, where `retry` says so, repeats it, with the clock and the dice of `environment`.
 * - What goes wrong becomes an error in `errors`.
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
