/**
 * Every operation of the admin API: the table that its document is made from, one file for each kind of thing:
 * `deployments`, `services`, `invocations`, `limits`, `kafka`, and `server` for what concerns the whole (SQL,
 * health, versions). `operation` says what an operation is.
 */
import { deploymentOperations } from "./deployments.ts";
import { invocationOperations } from "./invocations.ts";
import { kafkaOperations } from "./kafka.ts";
import { limitOperations } from "./limits.ts";
import type { Operation } from "./operation.ts";
import { serverOperations } from "./server.ts";
import { serviceOperations } from "./services.ts";

export type { Operation } from "./operation.ts";

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

export const operations: readonly Operation[] = [
  ...deploymentOperations(),
  ...serviceOperations(),
  ...invocationOperations(),
  ...limitOperations(),
  ...kafkaOperations(),
  ...serverOperations(),
];
