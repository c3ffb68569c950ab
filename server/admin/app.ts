import express, { type Express, type Response, type Router } from "express";
import { ServerError } from "../errors.ts";
import { errorHandler, methodsOf } from "./answers.ts";
import { deploymentRoutes } from "./deployments.ts";
import { editRoutes } from "./edits.ts";
import { batchRoutes, describeRoute, invocationRoutes, placesRoute, suspensionsRoute } from "./invocations.ts";
import { parseJson } from "./json-body.ts";
import { kafkaClusterRoutes, subscriptionRoutes } from "./kafka.ts";
import { limitRoutes } from "./limits.ts";
import type { AdminParts } from "./parts.ts";
import { queryRoute } from "./query/index.ts";
import { serdeRoutes } from "./serdes.ts";
import { serviceRoutes } from "./services.ts";
import { stateRoutes } from "./state.ts";
import { MAX_ADMIN_VERSION, MIN_ADMIN_VERSION, VERSION, versionJson } from "./version.ts";
import { vqueueRoutes } from "./vqueues.ts";

const VERSIONS = Array.from({ length: MAX_ADMIN_VERSION - MIN_ADMIN_VERSION + 1 }, (_, i) => MIN_ADMIN_VERSION + i);

/** The Express application of the admin port: every version of the API, and what is beyond it. */
export function createApp(parts: AdminParts): Express {
  const app = express();
  app.disable("x-powered-by");
  app.disable("etag");
  app.response.json = sendJson;
  for (const prefix of ["", ...VERSIONS.map((version) => `/v${version}`)]) {
    app.use(`${prefix}/internal/services`, serdeRoutes(parts));
  }
  app.use(parseJson);
  // A slash at the end makes it another path, as on the real server.
  app.use((request, response, next) => {
    if (/^\/.+\/$/.test(request.path)) response.status(404).end();
    else next();
  });
  app.use("/", versionRoutes(parts, undefined));
  for (const version of VERSIONS) app.use(`/v${version}`, versionRoutes(parts, version));
  // The one version that was, and is no more; numbers that never were are unknown paths.
  app.use("/v1", () => {
    throw new ServerError(
      400,
      "RL_UNSUPPORTED_VERSION",
      `Unsupported Admin API version V1. This server supports versions between V${MIN_ADMIN_VERSION} and V${MAX_ADMIN_VERSION}.`,
    );
  });
  app.get("/", (_request, response) => response.status(308).setHeader("location", "/ui/").end());
  app.get("/restate-lite/places", placesRoute(parts));
  app.all("/", methodsOf("GET", "HEAD"));
  app.get("/restate-lite/invocations/:id", describeRoute(parts));
  app.get("/restate-lite/invocations/:id/suspensions", suspensionsRoute(parts));
  app.use("/restate-lite/invocations", editRoutes(parts));
  app.use("/restate-lite/state", stateRoutes(parts));
  app.post("/restate-lite/dashboard-link", (_request, response) =>
    response.json({ path: parts.access?.link() ?? "/ui/" }),
  );
  app.use((_request, response) => response.status(404).end());
  app.use(errorHandler(parts.log));
  return app;
}

/** Without the `charset` that Express adds: the real server writes none, and JSON is always UTF-8 (RFC 8259). */
function sendJson(this: Response, body: unknown): Response {
  const text = JSON.stringify(body);
  this.setHeader("content-type", "application/json");
  this.setHeader("content-length", Buffer.byteLength(text));
  this.end(text);
  return this;
}

function versionRoutes(parts: AdminParts, version: number | undefined): Router {
  const router = express.Router();
  router.get("/health", (_request, response) => response.status(200).end());
  router.get("/version", (_request, response) => response.json(versionJson(parts.advertisedIngress)));
  router.use("/deployments", deploymentRoutes(parts, version));
  router.use("/services", serviceRoutes(parts));
  router.use("/invocations", invocationRoutes(parts));
  router.use("/internal/invocations_batch_operations", batchRoutes(parts));
  router.post("/query", queryRoute(parts.query, parts.turns));
  router.all("/query", methodsOf("POST"));
  router.use("/limits", limitRoutes(parts));
  router.use("/vqueues", vqueueRoutes(parts));
  router.use("/kafka-clusters", kafkaClusterRoutes(parts));
  router.use("/subscriptions", subscriptionRoutes(parts));
  router.get("/cluster-health", (_request, response) => {
    // One node, which is what a single-node cluster of the real server says.
    response.json({ cluster_name: parts.clusterName, metadata_cluster_health: { members: [1] } });
  });
  router.get("/openapi", async (_request, response) => {
    const { adminDocument } = await import("./openapi/document.ts");
    response.json(adminDocument(VERSION));
  });
  for (const path of ["/health", "/version", "/cluster-health", "/openapi"]) router.all(path, methodsOf("GET", "HEAD"));
  return router;
}
