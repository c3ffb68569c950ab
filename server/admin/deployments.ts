import { type RequestHandler, Router } from "express";
import { ServerError } from "../errors.ts";
import { normalUri, type RegistrationRequest } from "../registration.ts";
import {
  answerDurably,
  badField,
  checkDeploymentId,
  methodsOf,
  notFound,
  readBody,
  readQuery,
  requireJson,
  sendError,
} from "./answers.ts";
import { googleAuth, registerDeployment, updateDeployment } from "./bodies.ts";
import type { AdminParts } from "./parts.ts";
import { deleteDeploymentQuery } from "./queries.ts";
import { deploymentDetail, deploymentSummary, registeredJson } from "./shapes.ts";

/**
 * `/deployments`. Under `/v2` a second registration of an address overwrites by default (and is 201), and PUT updates;
 * later versions change nothing by default, answer 200 to whatever was known before, and update with PATCH only.
 */
export function deploymentRoutes({ registry, registrar, turns }: AdminParts, apiVersion: number | undefined): Router {
  const router = Router();
  const overwritesByDefault = apiVersion === 2;

  function find(id: string) {
    checkDeploymentId(id);
    const deployment = registry.deployment(id);
    if (deployment === undefined) throw notFound("deployment", id);
    return deployment;
  }

  router.get("/", (_request, response) => {
    const deployments = registry.deployments();
    response.json({
      deployments: deployments.map((deployment) => deploymentSummary(deployment, registry.servicesOf(deployment.id))),
    });
  });

  router.post("/", requireJson, async (request, response) => {
    refuseLambda(request.body);
    const body = readBody(registerDeployment, request.body);
    refuseGoogle(request.body as object);
    const uri = absoluteUri(body.uri);
    const force = body.force ?? overwritesByDefault;
    const [known] = registry.deploymentsAt(normalUri(uri));
    if (known !== undefined && !force && overwritesByDefault) {
      throw new ServerError(409, "RL_DEPLOYMENT_EXISTS", `Conflict: deployment ${known.id} already exists`);
    }
    const { deployment, services } = await registrar.register({
      uri,
      useHttp11: body.use_http_11 ?? false,
      additionalHeaders: lowerCase(body.additional_headers),
      metadata: body.metadata ?? {},
      force,
      breaking: body.breaking ?? false,
      dryRun: body.dry_run ?? false,
    });
    response.setHeader("location", `deployments/${deployment.id}`);
    response.status(known === undefined || overwritesByDefault ? 201 : 200).json(registeredJson(deployment, services));
  });

  router.get("/:id", (request, response) => {
    const deployment = find(request.params.id);
    response.json(deploymentDetail(deployment, registry.servicesOf(deployment.id)));
  });

  const update: RequestHandler = async (request, response) => {
    const id = String(request.params.id);
    checkDeploymentId(id);
    refuseLambda(request.body);
    const body = readBody(updateDeployment, request.body);
    const uri = body.uri == null ? undefined : absoluteUri(body.uri);
    const known = find(id);
    const changed: RegistrationRequest = {
      uri: uri ?? known.uri,
      useHttp11: body.use_http_11 ?? known.httpVersion === "HTTP/1.1",
      additionalHeaders: body.additional_headers == null ? known.additionalHeaders : lowerCase(body.additional_headers),
      metadata: known.metadata,
      force: true,
      breaking: true,
      dryRun: body.dry_run ?? false,
    };
    const { deployment, services } = await registrar.update(known.id, changed, body.overwrite ?? false);
    response.json(deploymentDetail(deployment, services));
  };
  router.patch("/:id", requireJson, update);
  if (apiVersion === 2) router.put("/:id", requireJson, update);
  else {
    router.put("/:id", (_request, response) => {
      sendError(
        response,
        new ServerError(405, "RL_METHOD_NOT_ALLOWED", "PUT updates a deployment under /v2 only; use PATCH"),
      );
    });
  }

  router.delete("/:id", (request, response) => {
    const { force } = readQuery(deleteDeploymentQuery, request.query);
    if (force !== "true") {
      // The real server does not implement a graceful removal either, not even to look for the deployment.
      checkDeploymentId(request.params.id);
      response.status(501).end();
      return;
    }
    const deployment = find(request.params.id);
    answerDurably(
      turns,
      response,
      () => registry.remove(deployment.id),
      () => response.status(202).end(),
    );
  });

  router.all("/", methodsOf("GET", "HEAD", "POST"));
  router.all("/:id", methodsOf("GET", "HEAD", "DELETE", "PATCH"));

  return router;
}

/** Header names as they travel; that is also how the real server shows them. */
function lowerCase(headers: Readonly<Record<string, string>> | null | undefined): Record<string, string> {
  return Object.fromEntries(Object.entries(headers ?? {}).map(([name, value]) => [name.toLowerCase(), value]));
}

function absoluteUri(text: string): string {
  if (!/^[a-z][a-z0-9+.-]*:\/\//i.test(text)) {
    throw badField("uri", `The provided uri ${text} is not absolute, only absolute URIs can be used.`);
  }
  return text;
}

/** Endpoints that the real server can reach and restate-lite cannot. */
function refuseLambda(body: unknown): void {
  if (typeof body !== "object" || body === null) return;
  const { arn, uri } = body as { arn?: unknown; uri?: unknown };
  if (typeof arn === "string" && typeof uri !== "string") {
    throw new ServerError(
      501,
      "RL_NOT_IMPLEMENTED",
      "restate-lite does not invoke AWS Lambda functions. Serve the endpoint over HTTP and register its `uri`.",
    );
  }
}

function refuseGoogle({ auth }: { readonly auth?: unknown }): void {
  if (auth != null) {
    readBody(googleAuth, auth);
    throw new ServerError(
      501,
      "RL_NOT_IMPLEMENTED",
      "restate-lite mints no Google ID tokens. Leave `auth` out, or send a token of your own with `additional_headers`.",
    );
  }
}
