/**
 * What the SDK's rooms and its ingress client share. Nothing here knows of contexts, endpoints or protocols.
 *
 * - `serde` turns values into bytes; `standard-schema` is what schema libraries agree on; `journal-value-codec`
 *   changes the bytes on their way into the journal, to encrypt them, say.
 * - `definitions` has the types of definitions, `interface` those of interfaces that are implemented elsewhere;
 *   `interop` lets the official SDK's types fit ours. `any` is their `any`.
 * - `errors` are those that mean something to Restate. `sdk-error` is a mistake in a program, with a code of
 *   `sdk-error-codes`; `misuse` finds unknown options and arguments.
 * - `duration` is a span of time.
 */
export type { Any } from "./any.ts";
export type {
  ArgType,
  HandlerReturnType,
  ObjectHandler,
  ObjectSharedHandler,
  RestateContext,
  RestateObjectContext,
  RestateObjectSharedContext,
  RestateWorkflowContext,
  RestateWorkflowSharedContext,
  Service,
  ServiceDefinition,
  ServiceDefinitionFrom,
  ServiceHandler,
  VirtualObject,
  VirtualObjectDefinition,
  VirtualObjectDefinitionFrom,
  Workflow,
  WorkflowDefinition,
  WorkflowDefinitionFrom,
  WorkflowHandler,
  WorkflowSharedHandler,
} from "./definitions.ts";
export { type Duration, durationToMillis, millisOrDurationToMillis } from "./duration.ts";
export {
  CancelledError,
  PauseError,
  RestateError,
  RetryableError,
  type RetryableErrorOptions,
  TerminalError,
  TimeoutError,
  toError,
} from "./errors.ts";
export {
  type Descriptor,
  type DescriptorOpts,
  type HandlerDescriptor,
  type ImplementedDefinition,
  type ImplementedObjectDefinition,
  type ImplementedServiceDefinition,
  type ImplementedWorkflowDefinition,
  type InferInput,
  type InferOutput,
  iface,
  makeHandlerDescriptor,
  type ObjectDescriptor,
  type SerdeType,
  type ServiceDescriptor,
  type ServiceInterface,
  type WorkflowDescriptor,
} from "./interface.ts";
export type { Comparable, OtherSdk } from "./interop.ts";
export type { JournalValueCodec } from "./journal-value-codec.ts";
export { checkOptions, expectNoMore, type OptionNames } from "./misuse.ts";
export { SdkError } from "./sdk-error.ts";
export type { SdkErrorCode } from "./sdk-error-codes.ts";
export * as serde from "./serde/index.ts";
export type { Serde } from "./serde/serde.ts";
export type { StandardJSONSchemaV1, StandardSchemaV1, StandardTypedV1 } from "./standard-schema.ts";
