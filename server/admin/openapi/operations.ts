/** Every operation of the admin API: the table that its document is made from. */
import { type ZodObject, type ZodType, z } from "zod";
import * as bodies from "../bodies.ts";
import * as queries from "../queries.ts";
import * as responses from "./responses.ts";

export interface Operation {
  readonly method: "get" | "post" | "put" | "patch" | "delete";
  /** Without a version; `{name}` is a parameter. */
  readonly path: string;
  readonly tag: string;
  readonly id: string;
  readonly summary: string;
  readonly query?: ZodObject;
  readonly body?: ZodType;
  /** By status. */
  readonly answers: Readonly<Record<number, Answer>>;
  readonly isDeprecated?: boolean;
}

interface Answer {
  readonly description: string;
  /** Without one there is no body. */
  readonly schema?: ZodType;
}

export const TAGS = {
  deployment: "Endpoints that are registered",
  service: "Services, and what they are configured to",
  service_handler: "Handlers of services",
  invocation: "Invocations",
  rule: "Concurrency limits by scope and limit key",
  vqueue: "Virtual queues",
  kafka_cluster: "Kafka clusters",
  subscription: "Subscriptions to Kafka topics",
  introspection: "SQL over everything",
  cluster_health: "Health of the cluster",
  health: "Health of the admin API",
  version: "Version of the admin API",
} as const satisfies Record<string, string>;

const problem = (description: string): Answer => ({ description, schema: responses.error });

const BAD_REQUEST = { 400: problem("The request makes no sense"), 422: problem("The body has another shape") };
const NOT_FOUND = { 404: problem("There is no such thing") };
const CONFLICT = { 409: problem("It cannot be done as things stand") };
const DISCOVERY = { 500: problem("The endpoint does not answer, or not as an endpoint") };

const sqlQuery = z.object({ query: z.string() }).meta({ id: "QueryRequest" });

export const operations: readonly Operation[] = [
  ...deploymentOperations(),
  ...serviceOperations(),
  ...invocationOperations(),
  ...limitOperations(),
  ...kafkaOperations(),
  ...serverOperations(),
];

function deploymentOperations(): Operation[] {
  const tag = "deployment";
  const path = "/deployments/{deployment}";
  return [
    {
      method: "get",
      path: "/deployments",
      tag,
      id: "list_deployments",
      summary: "List deployments",
      answers: { 200: { description: "All deployments", schema: responses.deployments } },
    },
    {
      method: "post",
      path: "/deployments",
      tag,
      id: "create_deployment",
      summary: "Register a deployment",
      body: bodies.registerDeployment,
      answers: {
        200: { description: "It was registered before", schema: responses.registered },
        201: { description: "Registered", schema: responses.registered },
        ...BAD_REQUEST,
        ...CONFLICT,
        ...DISCOVERY,
      },
    },
    {
      method: "get",
      path,
      tag,
      id: "get_deployment",
      summary: "Get a deployment",
      answers: { 200: { description: "The deployment", schema: responses.deploymentDetail }, ...NOT_FOUND },
    },
    {
      method: "patch",
      path,
      tag,
      id: "update_deployment",
      summary: "Move a deployment, or replace what it serves",
      body: bodies.updateDeployment,
      answers: {
        200: { description: "The deployment as it is now", schema: responses.deploymentDetail },
        ...BAD_REQUEST,
        ...NOT_FOUND,
        ...DISCOVERY,
      },
    },
    {
      method: "delete",
      path,
      tag,
      id: "delete_deployment",
      summary: "Remove a deployment",
      query: queries.deleteDeploymentQuery,
      answers: {
        202: { description: "Removed" },
        ...NOT_FOUND,
        501: { description: "Only a forced removal is implemented" },
      },
    },
  ];
}

function serviceOperations(): Operation[] {
  const tag = "service";
  const path = "/services/{service}";
  return [
    {
      method: "get",
      path: "/services",
      tag,
      id: "list_services",
      summary: "List services",
      answers: { 200: { description: "The latest revision of every service", schema: responses.services } },
    },
    {
      method: "get",
      path,
      tag,
      id: "get_service",
      summary: "Get a service",
      answers: { 200: { description: "Its latest revision", schema: responses.service }, ...NOT_FOUND },
    },
    {
      method: "patch",
      path,
      tag,
      id: "modify_service",
      summary: "Change the configuration of a service until its next revision",
      body: bodies.modifyService,
      answers: {
        200: { description: "The service as it is now", schema: responses.service },
        ...BAD_REQUEST,
        ...NOT_FOUND,
      },
    },
    {
      method: "post",
      path: `${path}/state`,
      tag,
      id: "modify_service_state",
      summary: "Replace the state of a virtual object or workflow",
      body: bodies.modifyState,
      answers: {
        202: { description: "Done after the invocation that holds the key" },
        ...BAD_REQUEST,
        ...NOT_FOUND,
      },
    },
    {
      method: "get",
      path: `${path}/openapi`,
      tag,
      id: "get_service_openapi",
      summary: "Get the OpenAPI document of a service",
      answers: { 200: { description: "OpenAPI 3.1", schema: responses.openApi }, ...NOT_FOUND },
    },
    {
      method: "get",
      path: `${path}/handlers`,
      tag: "service_handler",
      id: "list_service_handlers",
      summary: "List the handlers of a service",
      answers: { 200: { description: "Its handlers", schema: responses.handlers }, ...NOT_FOUND },
    },
    {
      method: "get",
      path: `${path}/handlers/{handler}`,
      tag: "service_handler",
      id: "get_service_handler",
      summary: "Get a handler",
      answers: { 200: { description: "The handler", schema: responses.handler }, ...NOT_FOUND },
    },
  ];
}

function invocationOperations(): Operation[] {
  const path = "/invocations/{invocation_id}";
  const action = (name: string, id: string, summary: string, more: Partial<Operation> = {}): Operation => ({
    method: "patch",
    path: `${path}/${name}`,
    tag: "invocation",
    id,
    summary,
    ...more,
    answers: {
      200: { description: "Done" },
      ...more.answers,
      400: BAD_REQUEST[400],
      ...NOT_FOUND,
      ...CONFLICT,
    },
  });
  const later = { 202: { description: "It ends when its code has noticed" } };
  const notBegun = { 425: problem("It has not begun") };
  return [
    {
      method: "delete",
      path,
      tag: "invocation",
      id: "delete_invocation",
      summary: "Cancel, kill or purge an invocation, whether or not there is one",
      query: queries.deleteInvocationQuery,
      isDeprecated: true,
      answers: { 202: { description: "Accepted" }, 400: BAD_REQUEST[400] },
    },
    action("cancel", "cancel_invocation", "Cancel an invocation", { answers: later }),
    action("kill", "kill_invocation", "End an invocation without running its code"),
    action("pause", "pause_invocation", "Stop an invocation until it is resumed", {
      answers: { 202: { description: "Its running attempt is over: the SDK is asked to suspend" } },
    }),
    action("resume", "resume_invocation", "Let an invocation go on", {
      query: queries.resumeQuery,
      answers: notBegun,
    }),
    action("restart-as-new", "restart_as_new_invocation", "Make a new invocation out of a completed one", {
      query: queries.restartQuery,
      answers: {
        200: { description: "Restarted", schema: responses.restarted },
        410: problem("Its journal is gone"),
        422: problem("It belongs to a workflow"),
        ...notBegun,
      },
    }),
    action("purge", "purge_invocation", "Forget a completed invocation"),
    action("purge-journal", "purge_journal", "Forget the journal of a completed invocation"),
  ];
}

function limitOperations(): Operation[] {
  const answers = (description: string, schema: ZodType) => ({
    200: { description, schema },
    ...CONFLICT,
    422: problem("The body has another shape, or there would be too many rules"),
  });
  const queue = (name: "pause" | "resume", summary: string): Operation => ({
    method: "post",
    path: `/vqueues/{vqueue_id}/${name}`,
    tag: "vqueue",
    id: `${name}_vqueue`,
    summary,
    answers: { 202: { description: "Accepted" }, 400: BAD_REQUEST[400] },
  });
  return [
    {
      method: "put",
      path: "/limits/rules",
      tag: "rule",
      id: "upsert_rules",
      summary: "Make or replace rules, all or none",
      body: bodies.upsertRules,
      answers: answers("The rules as they are now", responses.rules),
    },
    {
      method: "post",
      path: "/limits/rules/bulk-delete",
      tag: "rule",
      id: "bulk_delete_rules",
      summary: "Delete rules, all or none",
      body: bodies.deleteRules,
      answers: answers("The patterns of the rules that were there", responses.patterns),
    },
    queue("pause", "Stop a virtual queue"),
    queue("resume", "Let a virtual queue go on"),
  ];
}

function kafkaOperations(): Operation[] {
  const cluster = { tag: "kafka_cluster", path: "/kafka-clusters/{cluster_name}" } as const;
  const one = { tag: "subscription", path: "/subscriptions/{subscription}" } as const;
  return [
    {
      ...cluster,
      method: "get",
      path: "/kafka-clusters",
      id: "list_kafka_clusters",
      summary: "List Kafka clusters",
      answers: { 200: { description: "All clusters", schema: responses.kafkaClusters } },
    },
    {
      ...cluster,
      method: "post",
      path: "/kafka-clusters",
      id: "create_kafka_cluster",
      summary: "Create a Kafka cluster",
      body: bodies.createKafkaCluster,
      answers: { 201: { description: "Created", schema: responses.kafkaCluster }, ...BAD_REQUEST, ...CONFLICT },
    },
    {
      ...cluster,
      method: "get",
      id: "get_kafka_cluster",
      summary: "Get a Kafka cluster",
      query: queries.kafkaClusterQuery,
      answers: { 200: { description: "The cluster", schema: responses.kafkaClusterDetail }, ...NOT_FOUND },
    },
    {
      ...cluster,
      method: "patch",
      id: "update_kafka_cluster",
      summary: "Give a Kafka cluster other properties",
      body: bodies.updateKafkaCluster,
      answers: {
        200: { description: "The cluster as it is now", schema: responses.kafkaCluster },
        ...BAD_REQUEST,
        ...NOT_FOUND,
      },
    },
    {
      ...cluster,
      method: "delete",
      id: "delete_kafka_cluster",
      summary: "Remove a Kafka cluster",
      query: queries.deleteKafkaClusterQuery,
      answers: { 202: { description: "Removed" }, ...NOT_FOUND, ...CONFLICT },
    },
    {
      ...one,
      method: "get",
      path: "/subscriptions",
      id: "list_subscriptions",
      summary: "List subscriptions",
      query: queries.subscriptionsQuery,
      answers: { 200: { description: "The subscriptions", schema: responses.subscriptions } },
    },
    {
      ...one,
      method: "post",
      path: "/subscriptions",
      id: "create_subscription",
      summary: "Keep a subscription, which restate-lite does not consume yet",
      body: bodies.createSubscription,
      answers: { 201: { description: "Kept", schema: responses.subscription }, ...BAD_REQUEST },
    },
    {
      ...one,
      method: "get",
      id: "get_subscription",
      summary: "Get a subscription",
      answers: { 200: { description: "The subscription", schema: responses.subscription }, ...NOT_FOUND },
    },
    {
      ...one,
      method: "delete",
      id: "delete_subscription",
      summary: "Remove a subscription",
      answers: { 202: { description: "Removed" }, ...NOT_FOUND },
    },
  ];
}

function serverOperations(): Operation[] {
  return [
    {
      method: "post",
      path: "/query",
      tag: "introspection",
      id: "query",
      summary: "Run an SQL query",
      body: sqlQuery,
      answers: {
        200: { description: "Its rows: as JSON or as an Arrow stream, by the Accept header", schema: responses.rows },
        400: problem("It is no query"),
        500: problem("It cannot be run"),
      },
    },
    {
      method: "get",
      path: "/health",
      tag: "health",
      id: "health",
      summary: "Whether the admin API answers",
      answers: { 200: { description: "It does" } },
    },
    {
      method: "get",
      path: "/version",
      tag: "version",
      id: "version",
      summary: "The versions that are spoken here",
      answers: { 200: { description: "Versions and features", schema: responses.version } },
    },
    {
      method: "get",
      path: "/cluster-health",
      tag: "cluster_health",
      id: "cluster_health",
      summary: "The health of the cluster, which is one node",
      isDeprecated: true,
      answers: { 200: { description: "One node", schema: responses.clusterHealth } },
    },
  ];
}
