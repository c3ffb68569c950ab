import { Router } from "express";
import { ServerError } from "../errors.ts";
import type { Handler, Service, ServiceEdit } from "../registry/index.ts";
import { answerDurably, badField, methodsOf, notFound, readBody, requireJson } from "./answers.ts";
import { modifyService, modifyState } from "./bodies.ts";
import type { AdminParts } from "./parts.ts";
import { serviceDocument } from "./service-document.ts";
import { handlerJson, serviceJson } from "./shapes.ts";
import { checkMayHaveState, SCOPE } from "./state.ts";

/** `/services`. */
export function serviceRoutes({ registry, registrar, engine, turns, advertisedIngress }: AdminParts): Router {
  const router = Router();

  function find(name: string) {
    const service = registry.service(name);
    if (service === undefined) throw notFound("service", name);
    return service;
  }

  /** A deployment's services go with it, so there always is one. */
  function modeOf(service: Service) {
    return registry.deployment(service.deploymentId)?.protocolMode ?? "BIDI_STREAM";
  }

  function shown(service: Service) {
    return serviceJson(service, modeOf(service));
  }

  function shownHandler(service: Service, handler: Handler) {
    return handlerJson(handler, modeOf(service));
  }

  router.get("/", (_request, response) => {
    response.json({ services: registry.services().map(shown) });
  });

  router.get("/:service", (request, response) => {
    response.json(shown(find(request.params.service)));
  });

  router.patch("/:service", requireJson, async (request, response) => {
    // An empty array is an edit without members, on the real server, too.
    const isEmpty = Array.isArray(request.body) && request.body.length === 0;
    const body = readBody(modifyService, isEmpty ? {} : request.body);
    const service = find(String(request.params.service));
    if (body.workflow_completion_retention != null && service.type !== "Workflow") {
      throw new ServerError(
        400,
        "RL_NO_WORKFLOW",
        `'${service.name}' is a ${service.type}; only a workflow has a workflow_completion_retention`,
      );
    }
    const edit = editOf(body);
    const isEdit = Object.keys(edit).length > 0;
    response.json(shown((isEdit ? await registrar.edit(service.name, edit) : undefined) ?? service));
  });

  router.get("/:service/openapi", (request, response) => {
    response.json(serviceDocument(find(request.params.service), advertisedIngress));
  });

  router.get("/:service/handlers", (request, response) => {
    const service = find(request.params.service);
    response.json({ handlers: [...service.handlers.values()].map((handler) => shownHandler(service, handler)) });
  });

  router.get("/:service/handlers/:handler", (request, response) => {
    const service = find(request.params.service);
    const handler = service.handlers.get(request.params.handler);
    if (handler === undefined) throw notFound("handler", request.params.handler, ` on service '${service.name}'`);
    response.json(shownHandler(service, handler));
  });

  router.post("/:service/state", requireJson, (request, response) => {
    const { service } = request.params;
    const body = readBody(modifyState, request.body);
    checkMayHaveState(registry.service(String(service)), String(service), Object.keys(body.new_state).length);
    if (body.scope != null && !SCOPE.test(body.scope)) {
      throw badField("scope", "1 to 36 of the characters a-z A-Z 0-9 _ . - are allowed");
    }
    const entries = Object.entries(body.new_state).map(
      ([name, bytes]) => [Buffer.from(name).toString("base64"), Buffer.from(bytes).toString("base64")] as const,
    );
    answerDurably(
      turns,
      response,
      () =>
        engine.mutateState(String(service), body.scope ?? undefined, body.object_key, {
          entries,
          ...(body.version == null ? {} : { version: body.version }),
        }),
      () => response.status(202).end(),
    );
  });

  for (const path of ["/", "/:service/handlers", "/:service/handlers/:handler", "/:service/openapi"]) {
    router.all(path, methodsOf("GET", "HEAD"));
  }
  router.all("/:service", methodsOf("GET", "HEAD", "PATCH"));
  router.all("/:service/state", methodsOf("POST"));

  return router;
}

/** What the body changes; what it does not name, or names as `null`, stays. */
function editOf(body: (typeof modifyService)["_output"]): ServiceEdit {
  const edit = {
    isPublic: body.public,
    idempotencyRetentionMs: body.idempotency_retention,
    workflowRetentionMs: body.workflow_completion_retention,
    journalRetentionMs: body.journal_retention,
    inactivityTimeoutMs: body.inactivity_timeout,
    abortTimeoutMs: body.abort_timeout,
  };
  return Object.fromEntries(Object.entries(edit).filter(([, value]) => value != null)) as ServiceEdit;
}
