import { type RequestHandler, type Response, Router } from "express";
import { decodeInvocationId } from "../../sdk/protocol/index.ts";
import { ServerError } from "../errors.ts";
import { answerDurably, badField, isDeploymentId, methodsOf, notFound, sendError } from "./answers.ts";
import type { AdminParts } from "./parts.ts";

type Result = "unknown" | "completed" | "not-completed" | "not-started" | "done" | "appended" | "paused" | "resumed";

const NO_RESTART = new ServerError(
  501,
  "RL_NOT_IMPLEMENTED",
  "restate-lite cannot restart an invocation as new yet; send the request again instead",
);

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
    const { id } = request.params;
    checkId(id);
    answerDurably(
      turns,
      () => engine.describe(id),
      (description) => sendError(response, restartRefusal(id, description?.status)),
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

  function restartRefusal(id: string, status: string | undefined): ServerError {
    switch (status) {
      case undefined:
        return notFound("invocation", id);
      case "scheduled":
      case "inboxed":
        return refused(425, `The invocation '${id}' cannot be restarted because it's not running yet.`);
      case "completed":
        return NO_RESTART;
      default:
        return refused(409, `The invocation '${id}' is still running.`);
    }
  }

  /**
   * `latest`, `keep` or an id. Before its first stored entry an invocation is pinned nowhere and goes to the latest
   * deployment anyway.
   */
  function deploymentOf(invocationId: string, wanted: unknown): string | undefined {
    if (wanted === undefined || /^keep$/i.test(String(wanted))) return undefined;
    const known = engine.describe(invocationId);
    if (/^latest$/i.test(String(wanted))) {
      return known?.deployment && registry.service(known.target.split("/")[0] ?? "")?.deploymentId;
    }
    const id = String(wanted);
    if (!isDeploymentId(id)) {
      throw new ServerError(400, "RL_BAD_QUERY", "The query parameter 'deployment' is invalid. Reason: bad format");
    }
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
    const mode = String(request.query.mode ?? "cancel").toLowerCase();
    if (mode !== "cancel" && mode !== "kill" && mode !== "purge") {
      throw new ServerError(
        400,
        "RL_BAD_QUERY",
        `Failed to deserialize query string: mode: unknown variant \`${request.query.mode}\`, expected one of ` +
          "`Cancel`, `cancel`, `Kill`, `kill`, `Purge`, `purge`",
      );
    }
    checkId(id);
    answerDurably(
      turns,
      () => engine[mode](id),
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
export function describeRoute({ engine, turns }: AdminParts): RequestHandler {
  return (request, response) => {
    const id = String(request.params.id);
    checkId(id);
    // Durably, because what the open turn wrote is visible to it.
    answerDurably(
      turns,
      () => engine.describe(id),
      (description) => {
        if (description === undefined) sendError(response, notFound("invocation", id));
        else response.json(description);
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
