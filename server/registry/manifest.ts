import { ServerError } from "../errors.ts";
import { schemaProblem } from "./json-schema.ts";
import type {
  GivenSettings,
  Handler,
  HandlerSettings,
  HandlerType,
  ProtocolMode,
  RetryPolicy,
  Service,
  ServiceEdit,
  ServiceType,
} from "./types.ts";

/** A service as discovered: neither revision nor deployment yet. */
export type DiscoveredService = Omit<Service, "revision" | "deploymentId">;

export interface DiscoveredManifest {
  readonly protocolMode: ProtocolMode;
  readonly minProtocolVersion: number;
  readonly maxProtocolVersion: number;
  readonly services: readonly DiscoveredService[];
}

/** Settings that the server applies where neither handler nor service says anything, and the most it allows. */
export interface ServiceDefaults extends HandlerSettings {
  /** RT0022: a longer journal retention is cut to this, and so with the others. */
  readonly maxJournalRetentionMs: number | undefined;
  readonly maxIdempotencyRetentionMs?: number | undefined;
  readonly maxWorkflowRetentionMs?: number | undefined;
  /** More attempts, endless ones among them, are cut to this. */
  readonly maxRetryAttempts?: number | undefined;
}

/** No service may have one of these names, in any case: the ingress has routes under them. */
const RESERVED_NAMES = /^(restate|openapi$)/i;

const MAX_VERSION = 2 ** 31 - 1;

/** What no header value may hold: control characters other than the tab (RFC 9110, 5.5). */
// biome-ignore lint/suspicious/noControlCharactersInRegex: it looks for them
const NO_HEADER_VALUE = /[\0-\x08\x0a-\x1f\x7f]/;

const SERVICE_TYPES = { SERVICE: "Service", VIRTUAL_OBJECT: "VirtualObject", WORKFLOW: "Workflow" } as const;
const HANDLER_TYPES = { EXCLUSIVE: "Exclusive", SHARED: "Shared", WORKFLOW: "Workflow" } as const;

/**
 * The manifest's JSON, versions 1 to 4 (endpoint_manifest_schema.json of the protocol): later ones only add members.
 * What is `null`, and that unknown members are refused, is as in restate-server 1.7.12.
 */
async function manifestSchema() {
  const [{ z }, { named }] = await Promise.all([import("zod"), import("../named.ts")]);
  const millis = z.number().int().nonnegative();
  const settings = {
    documentation: z.string().nullish(),
    metadata: named(z.string(), z.string()).optional(),
    inactivityTimeout: millis.nullish(),
    abortTimeout: millis.nullish(),
    journalRetention: millis.nullish(),
    idempotencyRetention: millis.nullish(),
    enableLazyState: z.boolean().nullish(),
    ingressPrivate: z.boolean().nullish(),
    retryPolicyInitialInterval: millis.nullish(),
    retryPolicyMaxInterval: millis.nullish(),
    retryPolicyMaxAttempts: z.number().int().nonnegative().nullish(),
    retryPolicyExponentiationFactor: z.number().nullish(),
    retryPolicyOnMaxAttempts: z.enum(["PAUSE", "KILL"]).nullish(),
  };
  const handler = z.strictObject({
    name: z.string().regex(/^([a-zA-Z]|_[a-zA-Z0-9])[a-zA-Z0-9_]*$/),
    ty: z.enum(["EXCLUSIVE", "SHARED", "WORKFLOW"]).nullish(),
    input: z
      .strictObject({
        required: z.boolean().nullish(),
        contentType: z.string().nullish(),
        jsonSchema: z.unknown().optional(),
      })
      .nullish(),
    output: z
      .strictObject({
        contentType: z.string().nullish(),
        setContentTypeIfEmpty: z.boolean().nullish(),
        jsonSchema: z.unknown().optional(),
      })
      .nullish(),
    workflowCompletionRetention: millis.nullish(),
    ...settings,
  });
  return z.strictObject({
    protocolMode: z.enum(["BIDI_STREAM", "REQUEST_RESPONSE"]).nullish(),
    lambdaCompression: z.enum(["zstd"]).nullish(),
    minProtocolVersion: z.number().int().positive(),
    maxProtocolVersion: z.number().int().positive(),
    services: z.array(
      z.strictObject({
        name: z.string().regex(/^([a-zA-Z]|_[a-zA-Z0-9])[a-zA-Z0-9._-]*$/),
        ty: z.enum(["VIRTUAL_OBJECT", "SERVICE", "WORKFLOW"]),
        handlers: z.array(handler),
        ...settings,
      }),
    ),
  });
}

type ManifestJson = Awaited<ReturnType<typeof manifestSchema>>["_output"];
type ServiceJson = ManifestJson["services"][number];
type HandlerJson = ServiceJson["handlers"][number];

/**
 * Reads what an endpoint answered to discovery.
 * @throws ServerError 500 when it is no manifest: META0012 when its protocol versions are none of ours, META0013 when
 * its members contradict each other; 400 when a service makes no sense
 */
export async function parseManifest(body: Buffer, defaults: ServiceDefaults): Promise<DiscoveredManifest> {
  const schema = await manifestSchema();
  let json: unknown;
  try {
    json = JSON.parse(body.toString("utf8"));
  } catch (error) {
    throw undecodable((error as Error).message);
  }
  const parsed = schema.safeParse(json);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    const place = issue === undefined || issue.path.length === 0 ? "" : `${issue.path.join(".")}: `;
    throw undecodable(`${place}${issue?.message ?? "not a manifest"}`);
  }
  const manifest = parsed.data;
  const { protocolMode, minProtocolVersion, maxProtocolVersion } = manifest;
  if (protocolMode == null) throw badManifest("protocolMode is missing");
  if (maxProtocolVersion > MAX_VERSION) throw badManifest(`maxProtocolVersion is not in [1, ${MAX_VERSION}]`);
  if (minProtocolVersion > maxProtocolVersion) {
    throw badManifest(`minProtocolVersion ${minProtocolVersion} is above maxProtocolVersion ${maxProtocolVersion}`);
  }
  if (minProtocolVersion > 7 || maxProtocolVersion < 5) {
    throw new ServerError(
      500,
      "META0012",
      `[META0012] the endpoint supports service protocol v${minProtocolVersion} to v${maxProtocolVersion}, this server v5 to v7`,
    );
  }
  const names = new Set<string>();
  for (const { name } of manifest.services) {
    if (names.has(name)) throw badManifest(`there are two services called ${name}`);
    names.add(name);
  }
  return {
    protocolMode,
    minProtocolVersion,
    maxProtocolVersion,
    services: manifest.services.map((service) => serviceOf(service, defaults)),
  };
}

/** The manifest is one, but what it says makes no sense. Statuses follow restate-server 1.7.12. */
function contradiction(reason: string): ServerError {
  return new ServerError(400, "RL_CONTRADICTORY_MANIFEST", reason);
}

function undecodable(reason: string): ServerError {
  return new ServerError(
    500,
    "RL_UNDECODABLE_MANIFEST",
    `The endpoint's answer to discovery is not an endpoint manifest: ${reason}`,
  );
}

function badManifest(reason: string): ServerError {
  return new ServerError(500, "META0013", `[META0013] received a bad response from the SDK: ${reason}`);
}

function serviceOf(json: ServiceJson, defaults: ServiceDefaults): DiscoveredService {
  if (RESERVED_NAMES.test(json.name)) {
    throw new ServerError(
      400,
      "META0005",
      `[META0005] '${json.name}' is a reserved name; give the service another one`,
    );
  }
  const type: ServiceType = SERVICE_TYPES[json.ty];
  const isPublic = json.ingressPrivate !== true;
  const own = given(json);
  const settings = merged(defaults, own, defaults);
  const handlers = new Map<string, Handler>();
  for (const handler of json.handlers) {
    if (handlers.has(handler.name)) throw badManifest(`${json.name} has two handlers called ${handler.name}`);
    checkHandler(json, handler);
    handlers.set(handler.name, handlerOf(handler, type, isPublic, settings, defaults));
  }
  return {
    name: json.name,
    type,
    isPublic,
    documentation: json.documentation ?? undefined,
    metadata: json.metadata ?? {},
    settings,
    given: own,
    handlers,
  };
}

/** @throws ServerError 400 for what restate-server 1.7.12 refuses too */
function checkHandler(service: ServiceJson, handler: HandlerJson): void {
  const name = `${service.name}/${handler.name}`;
  const isWorkflowRun = service.ty === "WORKFLOW" && handler.ty === "WORKFLOW";
  if (!isPossible(service.ty, handler.ty))
    throw contradiction(`${name}: a ${service.ty} has no ${handler.ty} handlers`);
  if (service.ingressPrivate === true && handler.ingressPrivate === false) {
    throw contradiction(`${name} is public in a private service; make the service public and hide its other handlers`);
  }
  if (handler.workflowCompletionRetention != null && !isWorkflowRun) {
    throw contradiction(`${name} sets workflowCompletionRetention, which only a WORKFLOW handler of a workflow has`);
  }
  if (handler.idempotencyRetention != null && isWorkflowRun) {
    throw contradiction(`${name} sets idempotencyRetention, which a WORKFLOW handler does not have`);
  }
  const inputType = handler.input?.contentType?.trim();
  if (inputType != null && !/^[^/]+\/[^/]+/.test(inputType)) {
    throw contradiction(`${name}: '${inputType}' is not a content type`);
  }
  const outputType = handler.output?.contentType;
  if (outputType != null && NO_HEADER_VALUE.test(outputType)) {
    throw contradiction(
      `${name}: the content type of its output, ${JSON.stringify(outputType)}, cannot be a header: it holds control characters`,
    );
  }
  for (const side of ["input", "output"] as const) {
    const problem = schemaProblem(handler[side]?.jsonSchema ?? true);
    if (problem !== undefined) throw contradiction(`the JSON schema of the ${side} of ${name} is invalid: ${problem}`);
  }
}

function isPossible(service: ServiceJson["ty"], handler: HandlerJson["ty"]): boolean {
  switch (handler) {
    case "EXCLUSIVE":
      return service === "VIRTUAL_OBJECT";
    case "WORKFLOW":
      return service === "WORKFLOW";
    default:
      return true;
  }
}

function handlerOf(
  json: HandlerJson,
  serviceType: ServiceType,
  isServicePublic: boolean,
  settings: HandlerSettings,
  defaults: ServiceDefaults,
): Handler {
  const own = given(json);
  const { input, output } = json;
  return {
    ...merged(settings, own, defaults),
    name: json.name,
    type: handlerType(json.ty ?? undefined, serviceType),
    isPublic:
      json.ingressPrivate === null || json.ingressPrivate === undefined ? isServicePublic : !json.ingressPrivate,
    documentation: json.documentation ?? undefined,
    metadata: json.metadata ?? {},
    input:
      input == null
        ? undefined
        : {
            required: input.required ?? false,
            contentType: input.contentType?.trim() ?? undefined,
            jsonSchema: input.jsonSchema ?? undefined,
          },
    output:
      output == null
        ? undefined
        : {
            contentType: output.contentType ?? undefined,
            setContentTypeIfEmpty: output.setContentTypeIfEmpty ?? false,
            jsonSchema: output.jsonSchema ?? undefined,
          },
    given: own,
  };
}

/** Unspecified: exclusive in a virtual object; shared in a workflow, whatever its name (seen in 1.7.12). */
function handlerType(ty: keyof typeof HANDLER_TYPES | undefined, serviceType: ServiceType): HandlerType | undefined {
  if (serviceType === "Service") return undefined;
  if (ty !== undefined) return HANDLER_TYPES[ty];
  return serviceType === "VirtualObject" ? "Exclusive" : "Shared";
}

function given(json: ServiceJson | HandlerJson): GivenSettings {
  const settings: { -readonly [K in keyof GivenSettings]: GivenSettings[K] } = {};
  if (json.inactivityTimeout != null) settings.inactivityTimeoutMs = json.inactivityTimeout;
  if (json.abortTimeout != null) settings.abortTimeoutMs = json.abortTimeout;
  if (json.journalRetention != null) settings.journalRetentionMs = json.journalRetention;
  if (json.idempotencyRetention != null) settings.idempotencyRetentionMs = json.idempotencyRetention;
  if (json.enableLazyState != null) settings.enableLazyState = json.enableLazyState;
  if (json.ingressPrivate != null) settings.isPublic = !json.ingressPrivate;
  if ("workflowCompletionRetention" in json && json.workflowCompletionRetention != null) {
    settings.workflowRetentionMs = json.workflowCompletionRetention;
  }
  const policy: { -readonly [K in keyof RetryPolicy]?: RetryPolicy[K] } = {};
  if (json.retryPolicyInitialInterval != null) policy.initialIntervalMs = json.retryPolicyInitialInterval;
  if (json.retryPolicyMaxInterval != null) policy.maxIntervalMs = json.retryPolicyMaxInterval;
  // The first attempt counts, so there is always one.
  if (json.retryPolicyMaxAttempts != null) policy.maxAttempts = Math.max(1, json.retryPolicyMaxAttempts);
  if (json.retryPolicyExponentiationFactor != null) policy.factor = json.retryPolicyExponentiationFactor;
  if (json.retryPolicyOnMaxAttempts != null) {
    policy.onMaxAttempts = json.retryPolicyOnMaxAttempts === "KILL" ? "Kill" : "Pause";
  }
  if (Object.keys(policy).length > 0) settings.retryPolicy = policy;
  return settings;
}

/** A service edit cut to what the server allows. */
export function clampedEdit(edit: ServiceEdit, defaults: ServiceDefaults): ServiceEdit {
  const { idempotencyRetentionMs, workflowRetentionMs, journalRetentionMs } = edit;
  return {
    ...edit,
    ...(idempotencyRetentionMs === undefined
      ? {}
      : { idempotencyRetentionMs: atMost(idempotencyRetentionMs, defaults.maxIdempotencyRetentionMs) }),
    ...(workflowRetentionMs === undefined
      ? {}
      : { workflowRetentionMs: atMost(workflowRetentionMs, defaults.maxWorkflowRetentionMs) }),
    ...(journalRetentionMs === undefined
      ? {}
      : { journalRetentionMs: atMost(journalRetentionMs, defaults.maxJournalRetentionMs) }),
  };
}

function merged(base: HandlerSettings, own: GivenSettings, defaults: ServiceDefaults): HandlerSettings {
  const retryPolicy = { ...base.retryPolicy, ...own.retryPolicy };
  const { maxRetryAttempts } = defaults;
  return {
    inactivityTimeoutMs: own.inactivityTimeoutMs ?? base.inactivityTimeoutMs,
    abortTimeoutMs: own.abortTimeoutMs ?? base.abortTimeoutMs,
    idempotencyRetentionMs: atMost(
      own.idempotencyRetentionMs ?? base.idempotencyRetentionMs,
      defaults.maxIdempotencyRetentionMs,
    ),
    workflowRetentionMs: atMost(own.workflowRetentionMs ?? base.workflowRetentionMs, defaults.maxWorkflowRetentionMs),
    journalRetentionMs: atMost(own.journalRetentionMs ?? base.journalRetentionMs, defaults.maxJournalRetentionMs),
    enableLazyState: own.enableLazyState ?? base.enableLazyState,
    retryPolicy: {
      ...retryPolicy,
      maxAttempts:
        maxRetryAttempts === undefined
          ? retryPolicy.maxAttempts
          : atMost(retryPolicy.maxAttempts ?? maxRetryAttempts, maxRetryAttempts),
    },
  };
}

function atMost(value: number, limit: number | undefined): number {
  return limit === undefined ? value : Math.min(value, limit);
}
