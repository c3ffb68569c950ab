import { Router } from "express";
import { decodeResourceId } from "../../sdk/protocol/index.ts";
import { ServerError } from "../errors.ts";
import type { KafkaCluster, Subscription } from "../registry/index.ts";
import { answerDurably, badField, methodsOf, notFound, readBody, readQuery, requireJson } from "./answers.ts";
import { createKafkaCluster, createSubscription, updateKafkaCluster } from "./bodies.ts";
import type { AdminParts } from "./parts.ts";
import { deleteKafkaClusterQuery, kafkaClusterQuery, subscriptionsQuery } from "./queries.ts";
import { timestamp } from "./shapes.ts";

const BROKERS = ["bootstrap.servers", "metadata.broker.list"];

/** What restate-server 1.7.12 shows as `***`. */
const SECRET =
  /password|secret|passphrase|private\.key|^ssl\.key\.|^sasl\.(username|jaas\.config|oauthbearer\.config)$/i;

const NOT_CONSUMED =
  "restate-lite keeps this subscription but does not consume from Kafka yet: no message of the topic invokes the handler";

/** `/kafka-clusters`: kept for the day on which subscriptions are consumed. */
export function kafkaClusterRoutes({ kafka, turns }: AdminParts): Router {
  const router = Router();

  router.get("/", (_request, response) => {
    response.json({ clusters: kafka.clusters().map(clusterJson) });
  });

  router.post("/", requireJson, (request, response) => {
    const { name, properties } = readBody(createKafkaCluster, request.body);
    checkBrokers(name, properties);
    if (kafka.cluster(name) !== undefined) {
      throw new ServerError(409, "RL_CLUSTER_EXISTS", `There is a Kafka cluster '${name}' already`);
    }
    answerDurably(
      turns,
      response,
      () => kafka.putCluster(name, properties),
      (cluster) => {
        response.setHeader("location", `kafka-clusters/${name}`);
        response.status(201).json(clusterJson(cluster));
      },
    );
  });

  router.get("/:cluster", (request, response) => {
    const query = readQuery(kafkaClusterQuery, request.query);
    const name = String(request.params.cluster);
    const cluster = find(name);
    const subscriptions = query.include_subscriptions === "true" ? kafka.subscriptionsTo(name) : [];
    response.json({ ...clusterJson(cluster), subscriptions: subscriptions.map(subscriptionJson) });
  });

  router.patch("/:cluster", requireJson, (request, response) => {
    const name = String(request.params.cluster);
    const { properties } = readBody(updateKafkaCluster, request.body);
    checkBrokers(name, properties);
    find(name);
    answerDurably(
      turns,
      response,
      () => kafka.putCluster(name, properties),
      (cluster) => response.json(clusterJson(cluster)),
    );
  });

  router.delete("/:cluster", (request, response) => {
    const { force } = readQuery(deleteKafkaClusterQuery, request.query);
    const name = String(request.params.cluster);
    if (!createKafkaCluster.shape.name.safeParse(name).success) throw badField("cluster_name", "invalid character");
    find(name);
    const [subscription] = kafka.subscriptionsTo(name);
    if (subscription !== undefined && force !== "true") {
      throw new ServerError(
        409,
        "RL_CLUSTER_IN_USE",
        `The subscription '${subscription.id}' is to a topic of '${name}'. Remove it first, or use 'force'.`,
      );
    }
    answerDurably(
      turns,
      response,
      () => kafka.removeCluster(name),
      () => response.status(202).end(),
    );
  });

  function find(name: string): KafkaCluster {
    const cluster = kafka.cluster(name);
    if (cluster === undefined) throw notFound("Kafka cluster", name);
    return cluster;
  }

  router.all("/", methodsOf("POST", "GET", "HEAD"));
  router.all("/:cluster", methodsOf("GET", "HEAD", "PATCH", "DELETE"));

  return router;
}

/** `/subscriptions`: kept and listed, not yet consumed. */
export function subscriptionRoutes({ kafka, registry, turns, newSubscriptionId, log }: AdminParts): Router {
  const router = Router();

  router.get("/", (request, response) => {
    const { source, sink } = readQuery(subscriptionsQuery, request.query);
    const subscriptions = kafka
      .subscriptions()
      .filter(
        (subscription) =>
          (source === undefined || subscription.source === source) &&
          (sink === undefined || subscription.sink === sink),
      );
    response.json({ subscriptions: subscriptions.map(subscriptionJson) });
  });

  router.post("/", requireJson, (request, response) => {
    const body = readBody(createSubscription, request.body);
    const { source, cluster } = sourceOf(body.source);
    const sink = sinkOf(body.sink);
    const id = newSubscriptionId();
    const clientId = "client.id" in cluster.properties ? {} : { "client.id": "restate" };
    const options = { ...clientId, "group.id": id, ...body.options };
    const subscription: Subscription = { id, source, sink, options };
    answerDurably(
      turns,
      response,
      () => kafka.putSubscription(subscription),
      () => {
        log("warn", NOT_CONSUMED, { subscription: id, source, sink });
        response.setHeader("location", `subscriptions/${id}`);
        response.status(201).json({ ...subscriptionJson(subscription), info: [{ message: NOT_CONSUMED }] });
      },
    );
  });

  router.get("/:subscription", (request, response) => {
    response.json(subscriptionJson(find(String(request.params.subscription))));
  });

  router.delete("/:subscription", (request, response) => {
    const { id } = find(String(request.params.subscription));
    answerDurably(
      turns,
      response,
      () => kafka.removeSubscription(id),
      () => response.status(202).end(),
    );
  });

  function find(id: string): Subscription {
    if (decodeResourceId("sub", id) === undefined) throw badField("subscription", "bad format");
    const subscription = kafka.subscription(id);
    if (subscription === undefined) throw notFound("subscription", id);
    return subscription;
  }

  function sourceOf(text: string): { source: string; cluster: KafkaCluster } {
    const [, name, topic = ""] = /^kafka:\/\/([^/?#]+)(?:\/([^?#]*))?/.exec(text) ?? [];
    if (name === undefined) throw badSubscription(`the source '${text}' is not kafka://cluster/topic`);
    const cluster = kafka.cluster(name);
    if (cluster === undefined) {
      throw new ServerError(400, "RL_UNKNOWN_CLUSTER", `There is no Kafka cluster '${name}'. Create it first.`);
    }
    return { source: `kafka://${name}/${topic}`, cluster };
  }

  function sinkOf(text: string): string {
    const [, service, handler = ""] = /^service:\/\/([^/?#]+)(?:\/([^?#]*))?/.exec(text) ?? [];
    if (service === undefined) throw badSubscription(`the sink '${text}' is not service://service/handler`);
    if (registry.service(service)?.handlers.get(handler) === undefined) {
      throw badSubscription(`there is no handler '${handler}' of a service '${service}'`);
    }
    return `service://${service}/${handler}`;
  }

  router.all("/", methodsOf("POST", "GET", "HEAD"));
  router.all("/:subscription", methodsOf("GET", "HEAD", "DELETE"));

  return router;
}

function badSubscription(reason: string): ServerError {
  return new ServerError(400, "META0009", `[META0009] ${reason}`);
}

function checkBrokers(name: string, properties: Readonly<Record<string, string>>): void {
  if (BROKERS.some((property) => property in properties)) return;
  throw new ServerError(400, "RL_NO_BROKERS", `The Kafka cluster '${name}' has no ${BROKERS.join(" or ")}`);
}

function clusterJson({ name, properties, createdAtMs }: KafkaCluster) {
  return { name, properties: withoutSecrets(properties), created_at: timestamp(createdAtMs) };
}

function subscriptionJson({ id, source, sink, options }: Subscription) {
  return { id, source, sink, options: withoutSecrets(options) };
}

function withoutSecrets(properties: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(properties).map(([name, value]) => [name, SECRET.test(name) ? "***" : value]),
  );
}
