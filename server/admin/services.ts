import { Router } from "express";
import { ServerError } from "../errors.ts";
import { answerDurably, methodsOf, notFound, readBody, requireJson } from "./answers.ts";
import { modifyState } from "./bodies.ts";
import type { AdminParts } from "./parts.ts";
import { handlerJson, serviceJson } from "./shapes.ts";

function badType(type: string): ServerError {
  return new ServerError(400, "RL_NO_STATE", `Cannot modify state for service type ${type}`);
}

/** `/services`. */
export function serviceRoutes({ registry, engine, turns }: AdminParts): Router {
  const router = Router();

  function find(name: string) {
    const service = registry.service(name);
    if (service === undefined) throw notFound("service", name);
    return service;
  }

  router.get("/", (_request, response) => {
    response.json({ services: registry.services().map(serviceJson) });
  });

  router.get("/:service", (request, response) => {
    response.json(serviceJson(find(request.params.service)));
  });

  router.get("/:service/handlers", (request, response) => {
    response.json({ handlers: [...find(request.params.service).handlers.values()].map(handlerJson) });
  });

  router.get("/:service/handlers/:handler", (request, response) => {
    const service = find(request.params.service);
    const handler = service.handlers.get(request.params.handler);
    if (handler === undefined) throw notFound("handler", request.params.handler, ` on service '${service.name}'`);
    response.json(handlerJson(handler));
  });

  router.post("/:service/state", requireJson, (request, response) => {
    const { service } = request.params;
    const body = readBody(modifyState, request.body);
    const { type } = find(String(service));
    if (type === "Service") throw badType(type);
    if (body.version != null) {
      throw new ServerError(
        501,
        "RL_NOT_IMPLEMENTED",
        "restate-lite cannot check the version of the state yet; leave `version` out to replace the state unseen",
      );
    }
    const entries = Object.entries(body.new_state).map(
      ([name, bytes]) => [Buffer.from(name).toString("base64"), Buffer.from(bytes).toString("base64")] as const,
    );
    answerDurably(
      turns,
      () => engine.mutateState(String(service), body.scope ?? undefined, body.object_key, { entries }),
      () => response.status(202).end(),
    );
  });

  for (const path of ["/", "/:service", "/:service/handlers", "/:service/handlers/:handler"]) {
    router.all(path, methodsOf("GET", "HEAD"));
  }
  router.all("/:service/state", methodsOf("POST"));

  return router;
}
