import express, { Router } from "express";
import { methodsOf, notFound } from "./answers.ts";
import type { AdminParts } from "./parts.ts";

/**
 * `/internal/services/{service}/serdes/{encode|decode}/{serde}`: the body, converted by the endpoint that serves the
 * service now. User interfaces show payloads by it that are no JSON; services say in their metadata which serdes can
 * (`dev.restate.serde.preview.{serde}`). Not in the real server's API document.
 */
export function serdeRoutes({ registry, convert }: Pick<AdminParts, "registry" | "convert">): Router {
  const router = Router();
  // Bytes, also where they call themselves JSON: this has to come before the parser of bodies.
  const raw = express.raw({ limit: "32mb", type: () => true });
  for (const operation of ["encode", "decode"] as const) {
    router.post(`/:service/serdes/${operation}/*serde`, raw, async (request, response) => {
      const { service: name, serde } = request.params as unknown as { service: string; serde: string[] };
      const service = registry.service(name);
      const deployment = service === undefined ? undefined : registry.deployment(service.deploymentId);
      if (deployment === undefined) throw notFound("service", name);
      const body = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
      const converted = await convert(deployment, { service: name, operation, serde: serde.join("/"), body });
      response.status(200).end(converted);
    });
    router.all(`/:service/serdes/${operation}/*serde`, methodsOf("POST"));
  }
  return router;
}
