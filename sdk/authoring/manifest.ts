import { millisOrDurationToMillis, SdkError, type Serde } from "../core/index.ts";
import { type ManifestVersion, SERVICE_PROTOCOL_VERSIONS } from "../protocol/index.ts";
import type { HandlerComponent } from "./handler-component.ts";
import type { DefaultOptions } from "./options.ts";
import type { ServiceComponent, ServiceType } from "./service-component.ts";

export interface ManifestRequest {
  readonly version: ManifestVersion;
  readonly protocolMode: "BIDI_STREAM" | "REQUEST_RESPONSE";
}

/** What an endpoint tells a server at registration. Durations are whole milliseconds. */
export interface Manifest {
  readonly minProtocolVersion: number;
  readonly maxProtocolVersion: number;
  readonly services: readonly ServiceManifest[];
  readonly protocolMode: "BIDI_STREAM" | "REQUEST_RESPONSE";
}

/** Options that a service and each of its handlers may have. */
interface OptionsManifest {
  readonly journalRetention?: number | undefined;
  readonly idempotencyRetention?: number | undefined;
  readonly inactivityTimeout?: number | undefined;
  readonly abortTimeout?: number | undefined;
  readonly ingressPrivate?: boolean | undefined;
  readonly enableLazyState?: boolean | undefined;
  readonly retryPolicyExponentiationFactor?: number | undefined;
  readonly retryPolicyInitialInterval?: number | undefined;
  readonly retryPolicyMaxInterval?: number | undefined;
  readonly retryPolicyMaxAttempts?: number | undefined;
  readonly retryPolicyOnMaxAttempts?: "PAUSE" | "KILL" | undefined;
}

export interface ServiceManifest extends OptionsManifest {
  readonly name: string;
  readonly ty: ServiceType;
  readonly handlers: readonly HandlerManifest[];
  readonly documentation?: string | undefined;
  readonly metadata?: Record<string, string> | undefined;
}

export interface HandlerManifest extends OptionsManifest {
  readonly name: string;
  /** Absent for handlers of plain services. */
  readonly ty?: "EXCLUSIVE" | "SHARED" | "WORKFLOW" | undefined;
  readonly workflowCompletionRetention?: number | undefined;
  readonly input: PayloadManifest & { readonly required?: boolean };
  readonly output: PayloadManifest & { readonly setContentTypeIfEmpty: boolean };
  readonly documentation?: string | undefined;
  readonly metadata?: Record<string, string> | undefined;
}

interface PayloadManifest {
  /** Absent: no payload. */
  readonly contentType?: string | undefined;
  readonly jsonSchema?: object | undefined;
}

/** Tells tools that the endpoint shows payloads of this serde as JSON. */
const PREVIEW = "dev.restate.serde.preview";

/** Since which version of the manifest a field exists. Those not named always have. */
const SINCE: Readonly<Record<string, ManifestVersion>> = {
  journalRetention: 3,
  idempotencyRetention: 3,
  workflowCompletionRetention: 3,
  inactivityTimeout: 3,
  abortTimeout: 3,
  enableLazyState: 3,
  ingressPrivate: 3,
  retryPolicyExponentiationFactor: 4,
  retryPolicyInitialInterval: 4,
  retryPolicyMaxAttempts: 4,
  retryPolicyMaxInterval: 4,
  retryPolicyOnMaxAttempts: 4,
};

/** @throws SdkError `RL_SDK_MANIFEST_TOO_OLD` */
export function manifestOf(services: readonly ServiceManifest[], { version, protocolMode }: ManifestRequest): Manifest {
  for (const service of services) {
    checkFields(service, service.name, version);
    for (const handler of service.handlers) checkFields(handler, `${service.name}/${handler.name}`, version);
  }
  return {
    minProtocolVersion: SERVICE_PROTOCOL_VERSIONS[0],
    maxProtocolVersion: SERVICE_PROTOCOL_VERSIONS[SERVICE_PROTOCOL_VERSIONS.length - 1] as number,
    services,
    protocolMode,
  };
}

/** A field that an old server does not know would be lost silently: better say so. */
function checkFields(fields: object, place: string, version: ManifestVersion): void {
  for (const [field, value] of Object.entries(fields)) {
    if (value !== undefined && (SINCE[field] ?? 0) > version) {
      throw new SdkError(
        "RL_SDK_MANIFEST_TOO_OLD",
        `${place} sets "${field}", which a server that reads discovery documents up to version ${version} does not know (it needs ${SINCE[field]}). Remove the option, or upgrade the server.`,
      );
    }
  }
}

/** @throws SdkError `RL_SDK_BAD_DURATION` */
export function serviceManifest(service: ServiceComponent): ServiceManifest {
  const handlers = [...service.handlers.values()];
  return {
    name: service.name,
    ty: service.type,
    handlers: handlers.map((handler) => handlerManifest(service, handler)),
    documentation: service.description,
    metadata: withPreviews(service.metadata, handlers),
    ...optionsManifest(service.options, service.name),
  };
}

function handlerManifest(service: ServiceComponent, handler: HandlerComponent): HandlerManifest {
  const { name } = handler;
  const { options } = handler.handler;
  const { workflowRetention } = service.options;
  const ty = handlerType(service, handler);
  const place = `${service.name}/${name}`;
  return {
    name,
    ty,
    workflowCompletionRetention: ty === "WORKFLOW" ? millis(workflowRetention, "workflowRetention", place) : undefined,
    input: inputManifest(handler),
    output: outputManifest(handler),
    ...optionsManifest(options, place),
    documentation: options.description,
    metadata: options.metadata,
  };
}

/** A handler made for another kind of service counts as shared in an object or workflow. */
function handlerType(service: ServiceComponent, { kind }: HandlerComponent): HandlerManifest["ty"] {
  switch (service.type) {
    case "SERVICE":
      return undefined;
    case "VIRTUAL_OBJECT":
      return kind === "EXCLUSIVE" ? "EXCLUSIVE" : "SHARED";
    case "WORKFLOW":
      return kind === "WORKFLOW" ? "WORKFLOW" : "SHARED";
  }
}

function inputManifest({ inputSerde, handler }: HandlerComponent): HandlerManifest["input"] {
  const contentType = handler.options.accept ?? inputSerde.contentType;
  const jsonSchema = schemaOf(inputSerde);
  if (contentType === undefined && jsonSchema === undefined) return {};
  return { required: false, contentType, jsonSchema };
}

function outputManifest({ outputSerde, handler }: HandlerComponent): HandlerManifest["output"] {
  const setContentTypeIfEmpty = handler.options.setOutputContentTypeIfEmpty ?? false;
  const jsonSchema = schemaOf(outputSerde);
  const contentType = outputSerde.contentType ?? (jsonSchema && "application/json");
  return { setContentTypeIfEmpty, jsonSchema, contentType };
}

function schemaOf({ jsonSchema }: Serde<unknown>): object | undefined {
  return jsonSchema || undefined;
}

function withPreviews(
  metadata: Record<string, string> | undefined,
  handlers: readonly HandlerComponent[],
): Record<string, string> | undefined {
  const previews: Record<string, string> = {};
  for (const { name, inputSerde, outputSerde } of handlers) {
    if (inputSerde.preview) previews[`${PREVIEW}.${name}/input`] = "true";
    if (outputSerde.preview) previews[`${PREVIEW}.${name}/output`] = "true";
  }
  return Object.keys(previews).length === 0 ? metadata : { ...metadata, ...previews };
}

function optionsManifest(options: DefaultOptions, place: string): OptionsManifest {
  const { retryPolicy = {} } = options;
  const { onMaxAttempts } = retryPolicy;
  const interval = (name: "initialInterval" | "maxInterval") => millis(retryPolicy[name], `retryPolicy.${name}`, place);
  return {
    journalRetention: millis(options.journalRetention, "journalRetention", place),
    idempotencyRetention: millis(options.idempotencyRetention, "idempotencyRetention", place),
    inactivityTimeout: millis(options.inactivityTimeout, "inactivityTimeout", place),
    abortTimeout: millis(options.abortTimeout, "abortTimeout", place),
    ingressPrivate: options.ingressPrivate,
    enableLazyState: options.enableLazyState,
    retryPolicyExponentiationFactor: retryPolicy.exponentiationFactor,
    retryPolicyInitialInterval: interval("initialInterval"),
    retryPolicyMaxInterval: interval("maxInterval"),
    retryPolicyMaxAttempts: retryPolicy.maxAttempts,
    retryPolicyOnMaxAttempts: onMaxAttempts === "kill" ? "KILL" : onMaxAttempts === "pause" ? "PAUSE" : undefined,
  };
}

function millis(
  duration: Parameters<typeof millisOrDurationToMillis>[0] | undefined,
  option: string,
  place: string,
): number | undefined {
  if (duration === undefined) return undefined;
  const value = millisOrDurationToMillis(duration);
  if (Number.isSafeInteger(value) && value >= 0) return value;
  throw new SdkError(
    "RL_SDK_BAD_DURATION",
    `"${option}" of ${place} is ${JSON.stringify(duration)}, which is no span of time. Give milliseconds from 0 on, or a duration such as { seconds: 30 }.`,
  );
}
