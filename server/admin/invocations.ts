import { type RequestHandler, type Response, Router } from "express";
import { decodeInvocationId } from "../../sdk/protocol/index.ts";
import { ServerError } from "../errors.ts";
import {
  answerDurably,
  badField,
  methodsOf,
  notFound,
  readBody,
  readQuery,
  requireJson,
  sendError,
} from "./answers.ts";
import { invocationBatch } from "./bodies.ts";
import {
  type Done,
  deploymentOf,
  invocationOperations,
  OPERATIONS,
  type OperationName,
  type OperationOptions,
} from "./operations.ts";
import type { AdminParts } from "./parts.ts";
import { deleteInvocationQuery, restartQuery, resumeQuery } from "./queries.ts";

const COMMANDS = {
  Cancel: "cancel",
  cancel: "cancel",
  Kill: "kill",
  kill: "kill",
  Purge: "purge",
  purge: "purge",
} as const;

/** `/invocations`. */
export function invocationRoutes(parts: AdminParts): Router {
  const { engine, turns } = parts;
  const operations = invocationOperations(parts);
  const router = Router();

  for (const name of OPERATIONS) {
    router.patch(`/:id/${name}`, (request, response) => {
      const { id } = request.params;
      checkId(id);
      const options = optionsOf(name, request.query);
      answerDurably(
        turns,
        response,
        () => operations[name](id, options),
        (result) => answer(response, result),
      );
    });
    router.all(`/:id/${name}`, methodsOf("PATCH"));
  }

  router.delete("/:id", (request, response) => {
    const id = String(request.params.id);
    const { mode = "cancel" } = readQuery(deleteInvocationQuery, request.query);
    checkId(id);
    answerDurably(
      turns,
      response,
      () => engine[COMMANDS[mode]](id),
      () => response.status(202).end(),
    );
  });
  router.all("/:id", methodsOf("DELETE"));

  return router;
}

function optionsOf(name: OperationName, query: unknown): OperationOptions {
  if (name === "resume") return { deployment: deploymentOf(readQuery(resumeQuery, query).deployment) };
  if (name !== "restart-as-new") return {};
  const { from, deployment } = readQuery(restartQuery, query);
  return { from: Number(from ?? 0), deployment: deploymentOf(deployment) };
}

function answer(response: Response, result: Done | ServerError): void {
  if (result instanceof ServerError) sendError(response, result);
  else if (result.newId !== undefined) response.json({ new_invocation_id: result.newId });
  else response.status(result.status).end();
}

/** Of one batch, as on the real server. */
const BATCH_LIMIT = 1000;
/** So that calls get their turns in between. */
const OPERATIONS_PER_TURN = 50;

/**
 * `/internal/invocations_batch_operations/{operation}`, which the real server's web UI asks for and its API document
 * does not list: the operations of {@link invocationRoutes} on many invocations, each done or refused by itself.
 */
export function batchRoutes(parts: AdminParts): Router {
  const { registry, turns } = parts;
  const operations = invocationOperations(parts);
  const router = Router();

  for (const name of OPERATIONS) {
    router.post(`/${name}`, requireJson, (request, response) => {
      const { invocation_ids: ids, deployment } = readBody(invocationBatch, request.body);
      const options: OperationOptions = { deployment: deploymentOf(deployment) };
      if (ids.length > BATCH_LIMIT) {
        const message = `Batch size ${ids.length} exceeds maximum allowed size of ${BATCH_LIMIT}`;
        throw new ServerError(400, "RL_BATCH_TOO_BIG", message);
      }
      const succeeded: unknown[] = [];
      const failed: unknown[] = [];
      // A restart of a whole invocation goes to the latest deployment, whatever is named; but it has to exist.
      const isLost = typeof options.deployment === "object" && registry.deployment(options.deployment.id) === undefined;
      const operate = (id: string): void => {
        const result =
          name === "restart-as-new" && isLost
            ? notFound("deployment", deployment ?? "")
            : operations[name](id, options);
        if (result instanceof ServerError) failed.push({ invocation_id: id, error: result.message });
        else if (result.newId === undefined) succeeded.push(id);
        else succeeded.push({ old_invocation_id: id, new_invocation_id: result.newId });
      };
      const operateFrom = (first: number): void => {
        const next = first + OPERATIONS_PER_TURN;
        for (const id of ids.slice(first, next)) operate(id);
        if (next < ids.length) turns.afterCommit(() => turns.apply(() => operateFrom(next)));
        else turns.afterFlush(() => response.json({ succeeded, failed }));
      };
      turns.apply(() => operateFrom(0));
    });
    router.all(`/${name}`, methodsOf("POST"));
  }
  return router;
}

/** Beyond the real API: how an invocation stands and why it is not further. */
export function describeRoute({ engine, turns }: LookedAt): RequestHandler {
  return looking(turns, (id) => engine.describe(id));
}

/** Beyond the real API: how many attempts run, how many may, and how many invocations wait for a place. */
export function placesRoute({ engine, turns }: LookedAt): RequestHandler {
  return (_request, response) => {
    answerDurably(
      turns,
      response,
      () => engine.places(),
      (places) => response.json(places),
    );
  };
}

/** `GET /restate-lite/invocations/{id}/suspensions`: when it was suspended and for what. Beyond the real API. */
export function suspensionsRoute({ engine, turns }: LookedAt): RequestHandler {
  return looking(turns, (id) => engine.suspensions(id));
}

type LookedAt = Pick<AdminParts, "engine" | "turns">;

function looking(turns: AdminParts["turns"], look: (id: string) => object | undefined): RequestHandler {
  return (request, response) => {
    const id = String(request.params.id);
    checkId(id);
    // Durably, because what the open turn wrote is visible to it.
    answerDurably(
      turns,
      response,
      () => look(id),
      (seen) => {
        if (seen === undefined) sendError(response, notFound("invocation", id));
        else response.json(seen);
      },
    );
  };
}

function checkId(id: string): void {
  if (decodeInvocationId(id) === undefined) throw badField("invocation_id", "bad format");
}
