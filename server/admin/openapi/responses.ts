/** What the admin API answers, as schemas: for its document, and for the tests that hold the answers against them. */
import { z } from "zod";

const duration = z.string().describe("Such as `1m 30s`.");
const time = z.iso.datetime();
const text = z.record(z.string(), z.string());

export const error = z
  .strictObject({
    message: z.string(),
    restate_code: z.string().nullable().describe("The code of a documented error of Restate, such as META0006."),
  })
  .meta({ id: "ErrorDescriptionResponse" });

const onMaxAttempts = z.enum(["Pause", "Kill"]).meta({ id: "OnMaxAttempts" });

const retryPolicy = z
  .strictObject({
    initial_interval: duration.optional(),
    exponentiation_factor: z.number().optional(),
    max_attempts: z.number().int().positive().nullish().describe("With the first one; `null`: without end."),
    max_interval: duration.optional(),
    on_max_attempts: onMaxAttempts.optional(),
  })
  .meta({ id: "RetryPolicyMetadata" });

const info = z
  .array(z.strictObject({ code: z.string().optional(), message: z.string() }))
  .optional()
  .describe("What about these settings has no effect.");

export const handler = z
  .strictObject({
    name: z.string(),
    ty: z.enum(["Exclusive", "Shared", "Workflow"]).optional(),
    documentation: z.string().optional(),
    metadata: text.optional(),
    idempotency_retention: duration.optional(),
    journal_retention: duration.optional(),
    inactivity_timeout: duration.optional(),
    abort_timeout: duration.optional(),
    enable_lazy_state: z.boolean().optional(),
    public: z.boolean(),
    input_description: z.string(),
    output_description: z.string(),
    input_json_schema: z.unknown().optional(),
    output_json_schema: z.unknown().optional(),
    retry_policy: retryPolicy,
    info,
  })
  .meta({ id: "HandlerMetadata" });

export const service = z
  .strictObject({
    name: z.string(),
    ty: z.enum(["Service", "VirtualObject", "Workflow"]),
    handlers: z.array(handler),
    deployment_id: z.string(),
    revision: z.number().int(),
    public: z.boolean(),
    documentation: z.string().optional(),
    metadata: text.optional(),
    idempotency_retention: duration,
    workflow_completion_retention: duration.optional(),
    journal_retention: duration,
    inactivity_timeout: duration,
    abort_timeout: duration,
    enable_lazy_state: z.boolean(),
    retry_policy: retryPolicy,
    info,
  })
  .meta({ id: "ServiceMetadata" });

const deploymentFields = {
  id: z.string(),
  uri: z.string(),
  protocol_type: z.enum(["BidiStream", "RequestResponse"]),
  http_version: z.string(),
  additional_headers: text.optional(),
  metadata: text.optional(),
  created_at: time,
  min_protocol_version: z.number().int(),
  max_protocol_version: z.number().int(),
  sdk_version: z.string().optional(),
};

const deployment = z
  .strictObject({
    ...deploymentFields,
    services: z.array(z.strictObject({ name: z.string(), revision: z.number().int() })),
  })
  .meta({ id: "DeploymentResponse" });

export const deploymentDetail = z
  .strictObject({ ...deploymentFields, services: z.array(service) })
  .meta({ id: "DetailedDeploymentResponse" });

export const deployments = z.strictObject({ deployments: z.array(deployment) }).meta({ id: "ListDeploymentsResponse" });

export const registered = z
  .strictObject({
    id: z.string(),
    services: z.array(service),
    min_protocol_version: z.number().int(),
    max_protocol_version: z.number().int(),
    sdk_version: z.string().optional(),
  })
  .meta({ id: "RegisterDeploymentResponse" });

export const services = z.strictObject({ services: z.array(service) }).meta({ id: "ListServicesResponse" });

export const handlers = z.strictObject({ handlers: z.array(handler) }).meta({ id: "ListServiceHandlersResponse" });

export const restarted = z
  .strictObject({ new_invocation_id: z.string() })
  .meta({ id: "RestartAsNewInvocationResponse" });

export const rules = z.array(
  z
    .strictObject({
      pattern: z.string(),
      limits: z.strictObject({ concurrency: z.number().int().positive().optional() }),
      description: z.string().optional(),
      disabled: z.boolean(),
      version: z.number().int().positive(),
      last_modified_millis_since_epoch: z.number().int(),
    })
    .meta({ id: "RuleResponse" }),
);

export const patterns = z.array(z.string());

export const subscription = z
  .strictObject({
    id: z.string(),
    source: z.string(),
    sink: z.string(),
    options: text,
    info: z.array(z.strictObject({ message: z.string() })).optional(),
  })
  .meta({ id: "SubscriptionResponse" });

export const subscriptions = z
  .strictObject({ subscriptions: z.array(subscription) })
  .meta({ id: "ListSubscriptionsResponse" });

const clusterFields = { name: z.string(), properties: text, created_at: time };

export const kafkaCluster = z.strictObject(clusterFields).meta({ id: "SimpleKafkaClusterResponse" });

export const kafkaClusterDetail = z
  .strictObject({ ...clusterFields, subscriptions: z.array(subscription) })
  .meta({ id: "KafkaClusterResponse" });

export const kafkaClusters = z
  .strictObject({ clusters: z.array(kafkaCluster) })
  .meta({ id: "ListKafkaClustersResponse" });

export const clusterHealth = z
  .strictObject({
    cluster_name: z.string(),
    metadata_cluster_health: z.strictObject({ members: z.array(z.number().int()) }),
  })
  .meta({ id: "ClusterHealthResponse" });

export const version = z
  .strictObject({
    version: z.string(),
    min_admin_api_version: z.number().int(),
    max_admin_api_version: z.number().int(),
    ingress_endpoint: z.string(),
    features: z.record(z.string(), z.boolean()),
    restate_lite: z.boolean().describe("Tells restate-lite from restate-server."),
    restate_lite_version: z
      .string()
      .describe("The version of restate-lite; `version` is that of Restate whose API it has."),
  })
  .meta({ id: "VersionInformation" });

/** An OpenAPI document. */
export const openApi = z.record(z.string(), z.unknown());

/** Rows as objects. */
export const rows = z.strictObject({ rows: z.array(z.record(z.string(), z.unknown())) });
