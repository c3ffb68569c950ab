import * as bodies from "../../bodies.ts";
import * as queries from "../../queries.ts";
import * as responses from "../responses.ts";
import { BAD_REQUEST, CONFLICT, NOT_FOUND, type Operation } from "./operation.ts";

export function kafkaOperations(): Operation[] {
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
