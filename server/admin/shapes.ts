/** The admin API's JSON, as restate-server 1.7.12 writes it. */
import type {
  Deployment,
  Handler,
  InputRule,
  OutputRule,
  ProtocolMode,
  RetryPolicy,
  Service,
} from "../registry/index.ts";

const UNITS = [
  ["d", 86_400_000],
  ["h", 3_600_000],
  ["m", 60_000],
  ["s", 1000],
  ["ms", 1],
] as const;

/** `1m 30s`: the friendly form of the jiff library, which the real server prints. */
export function friendlyDuration(durationMs: number): string {
  let restMs = Math.round(durationMs);
  const parts: string[] = [];
  for (const [unit, unitMs] of UNITS) {
    const count = Math.floor(restMs / unitMs);
    if (count > 0) parts.push(`${count}${unit}`);
    restMs -= count * unitMs;
  }
  return parts.length === 0 ? "0s" : parts.join(" ");
}

/** A time with nine decimals, as the real server prints it. */
export function timestamp(epochMs: number): string {
  return new Date(epochMs).toISOString().replace("Z", "000000Z");
}

const PROTOCOL_TYPES = { BIDI_STREAM: "BidiStream", REQUEST_RESPONSE: "RequestResponse" } as const;

function deploymentFields(deployment: Deployment) {
  const { additionalHeaders, metadata } = deployment;
  return {
    id: deployment.id,
    uri: shownUri(deployment.uri),
    protocol_type: PROTOCOL_TYPES[deployment.protocolMode],
    http_version: deployment.httpVersion,
    ...(Object.keys(additionalHeaders).length === 0 ? {} : { additional_headers: additionalHeaders }),
    ...(Object.keys(metadata).length === 0 ? {} : { metadata }),
    created_at: timestamp(deployment.createdAtMs),
    min_protocol_version: deployment.minProtocolVersion,
    max_protocol_version: deployment.maxProtocolVersion,
    ...(deployment.sdkVersion === undefined ? {} : { sdk_version: deployment.sdkVersion }),
  };
}

/** A path of its own stays as it is; without one the URI ends with a slash. */
function shownUri(uri: string): string {
  return new URL(uri).pathname === "/" ? `${uri}/` : uri;
}

export function deploymentSummary(deployment: Deployment, services: readonly Service[]) {
  return {
    ...deploymentFields(deployment),
    services: services.map(({ name, revision }) => ({ name, revision })),
  };
}

export function deploymentDetail(deployment: Deployment, services: readonly Service[]) {
  return { ...deploymentFields(deployment), services: servicesJson(deployment, services) };
}

export function registeredJson(deployment: Deployment, services: readonly Service[]) {
  return {
    id: deployment.id,
    services: servicesJson(deployment, services),
    min_protocol_version: deployment.minProtocolVersion,
    max_protocol_version: deployment.maxProtocolVersion,
    ...(deployment.sdkVersion === undefined ? {} : { sdk_version: deployment.sdkVersion }),
  };
}

function servicesJson({ protocolMode }: Deployment, services: readonly Service[]) {
  return services.map((service) => serviceJson(service, protocolMode));
}

/** RT0021: an attempt in request/response mode cannot be asked to suspend, so that timeout is shown as none. */
function withoutEffect(timeoutMs: number | undefined, mode: ProtocolMode, what: "service" | "handler") {
  if (mode === "BIDI_STREAM" || timeoutMs === undefined) return {};
  const message = `The configured inactivity_timeout ${friendlyDuration(timeoutMs)} will not be applied because the ${what} is exposed in Request/Response mode.`;
  return { info: [{ code: "RT0021", message }] };
}

/** @param mode of the deployment that serves it */
export function serviceJson(service: Service, mode: ProtocolMode) {
  const { settings } = service;
  return {
    name: service.name,
    ty: service.type,
    handlers: [...service.handlers.values()].map((handler) => handlerJson(handler, mode)),
    deployment_id: service.deploymentId,
    revision: service.revision,
    public: service.isPublic,
    ...(service.documentation === undefined ? {} : { documentation: service.documentation }),
    ...(Object.keys(service.metadata).length === 0 ? {} : { metadata: service.metadata }),
    idempotency_retention: friendlyDuration(settings.idempotencyRetentionMs),
    ...(service.type === "Workflow"
      ? { workflow_completion_retention: friendlyDuration(workflowRetentionMs(service)) }
      : {}),
    journal_retention: friendlyDuration(settings.journalRetentionMs),
    inactivity_timeout: friendlyDuration(mode === "REQUEST_RESPONSE" ? 0 : settings.inactivityTimeoutMs),
    abort_timeout: friendlyDuration(settings.abortTimeoutMs),
    enable_lazy_state: settings.enableLazyState,
    retry_policy: retryPolicyJson(settings.retryPolicy),
    ...withoutEffect(service.given.inactivityTimeoutMs, mode, "service"),
  };
}

/** The run handler's, which is where discovery says it. */
function workflowRetentionMs({ handlers, settings }: Service): number {
  const run = [...handlers.values()].find(({ type }) => type === "Workflow");
  return run?.workflowRetentionMs ?? settings.workflowRetentionMs;
}

/** Only what the handler itself sets; the rest is the service's. */
export function handlerJson(handler: Handler, mode: ProtocolMode) {
  const { given } = handler;
  const duration = (name: string, valueMs: number | undefined) =>
    valueMs === undefined ? {} : { [name]: friendlyDuration(valueMs) };
  return {
    name: handler.name,
    ...(handler.type === undefined ? {} : { ty: handler.type }),
    ...(handler.documentation === undefined ? {} : { documentation: handler.documentation }),
    ...(Object.keys(handler.metadata).length === 0 ? {} : { metadata: handler.metadata }),
    ...duration("idempotency_retention", given.idempotencyRetentionMs),
    ...duration("journal_retention", given.journalRetentionMs),
    ...(mode === "REQUEST_RESPONSE" ? {} : duration("inactivity_timeout", given.inactivityTimeoutMs)),
    ...duration("abort_timeout", given.abortTimeoutMs),
    ...(given.enableLazyState === undefined ? {} : { enable_lazy_state: given.enableLazyState }),
    public: handler.isPublic,
    input_description: inputDescription(handler.input),
    output_description: outputDescription(handler.output),
    ...(handler.input?.contentType === undefined || handler.input.jsonSchema === undefined
      ? {}
      : { input_json_schema: handler.input.jsonSchema }),
    ...(handler.output?.contentType === undefined || handler.output.jsonSchema === undefined
      ? {}
      : { output_json_schema: handler.output.jsonSchema }),
    retry_policy: { max_attempts: null, ...retryPolicyJson(given.retryPolicy ?? {}) },
    ...withoutEffect(given.inactivityTimeoutMs, mode, "handler"),
  };
}

/** What is allowed when discovery says nothing: any input, JSON as output. */
function inputDescription(input: InputRule | undefined): string {
  if (input === undefined) return "*/*";
  if (input.contentType === undefined) return input.required ? "<invalid rules>" : "none";
  return schemaDescription(input.jsonSchema) ?? input.contentType;
}

function outputDescription(output: OutputRule | undefined): string {
  if (output === undefined) return "application/json";
  if (output.contentType === undefined) return "none";
  const description = schemaDescription(output.jsonSchema) ?? output.contentType;
  return output.setContentTypeIfEmpty ? `optional ${description}` : description;
}

/** A schema by its title, or by its type when it has just one. */
function schemaDescription(schema: unknown): string | undefined {
  if (typeof schema !== "object" || schema === null) return undefined;
  const { title, type } = schema as { title?: unknown; type?: unknown };
  if (typeof title === "string") return `JSON '${title}'`;
  return typeof type === "string" ? `JSON ${type}` : undefined;
}

function retryPolicyJson(policy: Partial<RetryPolicy>) {
  return {
    ...(policy.initialIntervalMs === undefined ? {} : { initial_interval: friendlyDuration(policy.initialIntervalMs) }),
    ...(policy.factor === undefined ? {} : { exponentiation_factor: policy.factor }),
    ...(policy.maxAttempts === undefined ? {} : { max_attempts: policy.maxAttempts }),
    ...(policy.maxIntervalMs === undefined ? {} : { max_interval: friendlyDuration(policy.maxIntervalMs) }),
    ...(policy.onMaxAttempts === undefined ? {} : { on_max_attempts: policy.onMaxAttempts }),
  };
}
