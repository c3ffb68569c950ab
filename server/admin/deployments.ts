import { Router } from "express";
import { ServerError } from "../errors.ts";
import type { RegistrationRequest } from "../registration.ts";
import { answerDurably, badField, notFound, readBody, requireJson } from "./answers.ts";
import { registerDeployment, updateDeployment } from "./bodies.ts";
import type { AdminParts } from "./parts.ts";
import { deploymentDetail, deploymentSummary, registeredJson } from "./shapes.ts";

/**
 * `/deployments`. Under `/v2` a second registration of an address overwrites by default and an update is a PUT; later
 * versions change nothing by default and update with PATCH (FACTS).
 */
export function deploymentRoutes({ registry, registrar, turns }: AdminParts, apiVersion: number | undefined): Router {
  const router = Router();
  const overwritesByDefault = apiVersion === 2;

  function find(id: string) {
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
    const body = readBody(registerDeployment, request.body);
    const uri = absoluteUri(body.uri);
    const force = body.force ?? overwritesByDefault;
    const [known] = registry.deploymentsAt(uri.replace(/\/+$/, ""));
    if (known !== undefined && body.force === false && overwritesByDefault) {
      throw new ServerError(409, "RL_DEPLOYMENT_EXISTS", `Conflict: deployment ${known.id} already exists`);
    }
    const { deployment, services, isNew } = await registrar.register({
      uri,
      useHttp11: body.use_http_11 ?? false,
      additionalHeaders: body.additional_headers ?? {},
      metadata: body.metadata ?? {},
      force,
      breaking: body.breaking ?? false,
      dryRun: body.dry_run ?? false,
    });
    if (isNew && body.dry_run !== true) response.location(`/deployments/${deployment.id}`);
    response.status(isNew && body.dry_run !== true ? 201 : 200).json(registeredJson(deployment, services));
  });

  router.get("/:id", (request, response) => {
    const deployment = find(request.params.id);
    response.json(deploymentDetail(deployment, registry.servicesOf(deployment.id)));
  });

  router[apiVersion === 2 ? "put" : "patch"]("/:id", requireJson, async (request, response) => {
    const { id } = request.params;
    const known = find(String(id));
    const body = readBody(updateDeployment, request.body);
    const update: RegistrationRequest = {
      uri: body.uri === undefined ? known.uri : absoluteUri(body.uri),
      useHttp11: body.use_http_11 ?? known.httpVersion === "HTTP/1.1",
      additionalHeaders: body.additional_headers ?? known.additionalHeaders,
      metadata: known.metadata,
      force: body.overwrite ?? false,
      breaking: false,
      dryRun: body.dry_run ?? false,
    };
    const { deployment, services } = await registrar.replace(known.id, update);
    response.json(deploymentDetail(deployment, services));
  });

  router.delete("/:id", (request, response) => {
    const deployment = find(request.params.id);
    if (request.query.force !== "true") {
      // The real server does not implement a graceful removal either.
      response.status(501).end();
      return;
    }
    answerDurably(
      turns,
      () => registry.remove(deployment.id),
      () => response.status(202).end(),
    );
  });

  return router;
}

function absoluteUri(text: string): string {
  if (!/^[a-z][a-z0-9+.-]*:\/\//i.test(text)) {
    throw badField("uri", `The provided uri ${text} is not absolute, only absolute URIs can be used.`);
  }
  return text;
}
