import { type RequestHandler, type Response, Router } from "express";
import { decodeInvocationId } from "../../sdk/protocol/index.ts";
import type { RestartResult } from "../engine/index.ts";
import { ServerError } from "../errors.ts";
import { answerDurably, badField, isDeploymentId, methodsOf, notFound, readQuery, sendError } from "./answers.ts";
import type { AdminParts } from "./parts.ts";
import { deleteInvocationQuery, restartQuery } from "./queries.ts";

type Result = "unknown" | "completed" | "not-completed" | "not-started" | "done" | "appended" | "paused" | "resumed";

/** As the real server spells them. */
const KEEP = /^[Kk]eep$/;
const LATEST = /^[Ll]atest$/;
const COMMANDS = {
  Cancel: "cancel",
  cancel: "cancel",
  Kill: "kill",
  kill: "kill",
  Purge: "purge",
  purge: "purge",
} as const;

/** `/invocations`. Codes and sentences of restate-server 1.7.12. */
export function invocationRoutes({ engine, registry, turns }: AdminParts): Router {
  const router = Router();

  /** Runs `command` on the invocation of the path and answers with the status that `success` gives. */
  function action(
    command: (id: string, query: Record<string, unknown>) => Result,
    refusals: Partial<Record<Result, (id: string) => ServerError>>,
  ): RequestHandler {
    return (request, response) => {
      const id = String(request.params.id);
      checkId(id);
      answerDurably(
        turns,
        response,
        () => command(id, request.query),
        (result) => {
          const refusal = result === "unknown" ? notFound("invocation", id) : refusals[result]?.(id);
          if (refusal !== undefined) sendError(response, refusal);
          else succeed(response, result);
        },
      );
    };
  }

  const wasCompleted = (id: string) => refused(409, `The invocation '${id}' was already completed.`);
  const isNotCompleted = (id: string) => refused(409, `The invocation '${id}' is not yet completed.`);

  router.patch(
    "/:id/cancel",
    action((id) => engine.cancel(id), { completed: wasCompleted }),
  );
  router.patch(
    "/:id/kill",
    action((id) => engine.kill(id), { completed: wasCompleted }),
  );
  router.patch(
    "/:id/purge",
    action((id) => engine.purge(id), { "not-completed": isNotCompleted }),
  );
  router.patch(
    "/:id/purge-journal",
    action((id) => engine.purgeJournal(id), { "not-completed": isNotCompleted }),
  );
  const isNotRunning = (id: string) => refused(409, `The invocation '${id}' is not running, cannot be paused.`);
  router.patch(
    "/:id/pause",
    action(
      (id) => {
        const status = engine.describe(id)?.status;
        const result = engine.pause(id);
        // Only a running attempt has to be waited for.
        return status === "paused" || status === "suspended" ? "done" : result;
      },
      { completed: isNotRunning, "not-started": isNotRunning },
    ),
  );
  router.patch(
    "/:id/resume",
    action((id, { deployment }) => resume(id, deploymentOf(id, deployment)), {
      completed: (id) => refused(409, `The invocation '${id}' is completed, cannot be resumed.`),
      "not-started": (id) => refused(425, `The invocation '${id}' is either inboxed or scheduled, cannot be resumed.`),
    }),
  );
  router.patch("/:id/restart-as-new", (request, response) => {
    const query = readQuery(restartQuery, request.query);
    const { id } = request.params;
    checkId(id);
    answerDurably(
      turns,
      response,
      () => restart(id, Number(query.from ?? 0), query.deployment),
      (result) => {
        if (result.kind === "restarted") response.json({ new_invocation_id: result.id });
        else sendError(response, restartRefusal(id, result));
      },
    );
  });

  function resume(id: string, deploymentId: string | undefined): Result {
    try {
      return engine.resume(id, deploymentId);
    } catch (error) {
      if (!(error instanceof ServerError) || error.code !== "RL_UNKNOWN_DEPLOYMENT") throw error;
      throw refused(400, `The given deployment was not found when trying to resume the invocation '${id}'.`);
    }
  }

  function restart(id: string, from: number, wanted: string | undefined): RestartResult {
    const isKept = wanted !== undefined && KEEP.test(wanted);
    const isLatest = wanted === undefined || LATEST.test(wanted);
    if (!isKept && !isLatest && !isDeploymentId(wanted)) throw badDeployment();
    const deployment = isKept ? engine.describe(id)?.deployment : isLatest ? undefined : wanted;
    try {
      return engine.restart(id, { from, deployment });
    } catch (error) {
      if (!(error instanceof ServerError)) throw error;
      if (error.code === "RT0018") throw refused(404, `Nothing serves the target of '${id}' any more.`);
      if (error.code !== "RL_UNKNOWN_DEPLOYMENT") throw error;
      throw refused(400, `The given deployment was not found when trying to restart as new the invocation '${id}'.`);
    }
  }

  /**
   * `latest`, `keep` or an id. Before its first stored entry an invocation is pinned nowhere and goes to the latest
   * deployment anyway.
   */
  function deploymentOf(invocationId: string, wanted: unknown): string | undefined {
    if (wanted === undefined || KEEP.test(String(wanted))) return undefined;
    const known = engine.describe(invocationId);
    if (LATEST.test(String(wanted))) {
      return known?.deployment && registry.service(known.target.split("/")[0] ?? "")?.deploymentId;
    }
    const id = String(wanted);
    if (!isDeploymentId(id)) throw badDeployment();
    const isLive = known !== undefined && known.status !== "completed";
    if (isLive && (known.status === "running" || known.deployment === undefined)) {
      throw refused(
        409,
        `The invocation '${invocationId}' is still running or the deployment id is not pinned yet, deployment id cannot be changed.`,
      );
    }
    return id;
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
  for (const verb of ["cancel", "kill", "purge", "purge-journal", "pause", "resume", "restart-as-new"]) {
    router.all(`/:id/${verb}`, methodsOf("PATCH"));
  }

  return router;
}

/** Beyond the real API: how an invocation stands and why it is not further. */
export function describeRoute({ engine, turns }: LookedAt): RequestHandler {
  return looking(turns, (id) => engine.describe(id));
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

function refused(status: number, message: string): ServerError {
  return new ServerError(status, "RL_WRONG_STATUS", message);
}

/** What takes effect later is 202. */
function succeed(response: Response, result: Result): void {
  response.status(result === "appended" || result === "paused" ? 202 : 200).end();
}

function badDeployment(): ServerError {
  return new ServerError(400, "RL_BAD_QUERY", "The query parameter 'deployment' is invalid. Reason: bad format");
}

function restartRefusal(id: string, { kind }: Exclude<RestartResult, { kind: "restarted" }>): ServerError {
  switch (kind) {
    case "unknown":
      return notFound("invocation", id);
    case "not-started":
      return refused(425, `The invocation '${id}' cannot be restarted because it's not running yet.`);
    case "running":
      return refused(409, `The invocation '${id}' is still running.`);
    case "no-input":
      return refused(410, `The journal of '${id}' is gone, and with it the input to start again with.`);
    case "workflow":
      return refused(422, `'${id}' belongs to a workflow, which runs once a key. Start one with another key.`);
    case "incomplete-prefix":
      return refused(
        400,
        `The journal of '${id}' up to 'from' has commands without a result, or is shorter. Choose an earlier entry.`,
      );
    case "other-protocol":
      return refused(
        400,
        `The deployment does not support the protocol version that the journal of '${id}' is written in.`,
      );
  }
}
