import { type RequestHandler, Router } from "express";
import { z } from "zod";
import { isIssuedVersion, type Queued, type StateMutation } from "../engine/index.ts";
import { ServerError } from "../errors.ts";
import type { Service } from "../registry/index.ts";
import { answerDurably, badField, methodsOf, readBody, readQuery, requireJson } from "./answers.ts";
import type { AdminParts } from "./parts.ts";

export const SCOPE = /^[a-zA-Z0-9_.-]{1,36}$/;

/** Which object or workflow; in the query, because keys may be empty, and may look like steps of a path. */
const instanceQuery = z.object({
  service: z.string().min(1),
  key: z.string(),
  scope: z.string().regex(SCOPE).optional(),
});

const base64 = z.base64();

const replaceState = z.object({
  /** Names and values are bytes. */
  entries: z.array(z.object({ name: base64, value: base64 })),
  /** What `GET` has said; without it the state is replaced whatever it is. */
  version: z.string().refine(isIssuedVersion, "is no version that GET /restate-lite/state gives").optional(),
});

/**
 * A service that is gone leaves its state behind, and that can be emptied; nothing new is written for nobody.
 *
 * @throws ServerError 400 for a plain service, 404 for entries of a service that is not registered
 */
export function checkMayHaveState(service: Service | undefined, name: string, entries: number): void {
  if (service?.type === "Service") {
    throw new ServerError(400, "RL_NO_STATE", "Cannot modify state for service type Service");
  }
  if (service === undefined && entries > 0) {
    const rest = "what it may have left behind can only be cleared, by an empty state";
    throw new ServerError(404, "RL_UNKNOWN_SERVICE", `The requested service '${name}' does not exist: ${rest}`);
  }
}

/** What these routes need of the server. */
export type StateParts = Pick<AdminParts, "engine" | "turns"> & {
  readonly registry: Pick<AdminParts["registry"], "service">;
};

/**
 * Beyond the real API, `/restate-lite/state?service=…&key=…[&scope=…]`: the state of an object or workflow with a
 * version, who holds its key and who waits (`GET`), and its replacement on condition that it has that version still
 * (`PUT`): 200 `applied`, 202 `queued` behind the invocation that holds the key, 409 when it has another version.
 */
export function stateRoutes({ engine, registry, turns }: StateParts): Router {
  const router = Router();

  function instanceOf(query: unknown) {
    const instance = readQuery(instanceQuery, query);
    const service = registry.service(instance.service);
    if (service?.type === "Service") {
      throw badField("service", `${instance.service} is a plain service, which has neither keys nor state`);
    }
    return { ...instance, served: service };
  }

  router.get("/", (request, response) => {
    const { service, scope, key } = instanceOf(request.query);
    // Durably, because what the open turn wrote is visible to it.
    answerDurably(
      turns,
      response,
      () => engine.describeInstance(service, scope, key),
      ({ version, entries, holder, queue, waiting }) =>
        response.json({
          version,
          entries: entries.map(({ name, value }) => ({
            name: name.toString("base64"),
            value: value.toString("base64"),
          })),
          ...(holder === undefined ? {} : { holder }),
          queue: queue.map(queuedJson),
          waiting,
        }),
    );
  });

  const replace: RequestHandler = (request, response, next) => {
    const { service, scope, key, served } = instanceOf(request.query);
    const { entries, version } = readBody(replaceState, request.body);
    checkMayHaveState(served, service, entries.length);
    const mutation: StateMutation = {
      entries: entries.map(({ name, value }) => [name, value]),
      ...(version === undefined ? {} : { version }),
    };
    answerDurably(
      turns,
      response,
      () => {
        const result = engine.mutateState(service, scope, key, mutation);
        if (result.outcome !== "applied") return { result, version: undefined };
        return { result, version: engine.describeInstance(service, scope, key).version };
      },
      ({ result, version: current }) => {
        if (result.outcome === "dropped") next(conflict(service, key));
        else if (result.outcome === "queued") response.status(202).json(result);
        else response.json({ ...result, version: current });
      },
    );
  };
  router.put("/", requireJson, replace);
  router.all("/", methodsOf("GET", "HEAD", "PUT"));
  return router;
}

function conflict(service: string, key: string): ServerError {
  return new ServerError(
    409,
    "RL_STATE_CONFLICT",
    `The state of '${service}/${key}' has changed since it was read, so nothing was written. Read it again, then decide.`,
  );
}

function queuedJson(queued: Queued): object {
  if ("id" in queued) return queued;
  const { position, mutation, leadsTo } = queued;
  const entries = mutation.entries.map(([name, value]) => ({ name, value }));
  const version = mutation.version === undefined ? {} : { version: mutation.version };
  return { position, change: { entries, ...version, leads_to: leadsTo } };
}
