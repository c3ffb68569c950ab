/** What clients do to invocations, one by one or many at a time. Statuses of restate-server 1.7.12. */
import type { Engine, RestartResult } from "../engine/index.ts";
import { ServerError } from "../errors.ts";
import { isDeploymentId, notFound } from "./answers.ts";
import type { AdminParts } from "./parts.ts";

export const OPERATIONS = ["cancel", "kill", "pause", "resume", "purge", "purge-journal", "restart-as-new"] as const;
export type OperationName = (typeof OPERATIONS)[number];

/** On which deployment an invocation goes on: where it was, where its service is now, or the one with this id. */
type Deployment = "keep" | "latest" | { readonly id: string };

export interface OperationOptions {
  /** Default: `keep` when it is resumed, `latest` when it starts anew. */
  readonly deployment?: Deployment | undefined;
  /** Of a restart: the last journal entry that is kept. */
  readonly from?: number | undefined;
}

/** What became of it: done, will be done (202), or not. */
export type Done = { readonly status: 200 | 202; readonly newId?: string };

type Operation = (id: string, options: OperationOptions) => Done | ServerError;

/** `keep`, `latest` or an id, as the real server spells them. @throws ServerError 400 */
export function deploymentOf(text: string | null | undefined): Deployment | undefined {
  if (text == null) return undefined;
  if (/^[Kk]eep$/.test(text)) return "keep";
  if (/^[Ll]atest$/.test(text)) return "latest";
  if (isDeploymentId(text)) return { id: text };
  throw new ServerError(400, "RL_BAD_QUERY", "The query parameter 'deployment' is invalid. Reason: bad format");
}

/** The operations; each is to be called in a turn, and what it says holds when the turn is durable. */
export function invocationOperations({
  engine,
  registry,
}: Pick<AdminParts, "engine" | "registry">): Readonly<Record<OperationName, Operation>> {
  return {
    cancel(id) {
      const result = engine.cancel(id);
      if (result === "completed") return wasCompleted(id);
      return result === "unknown" ? notFound("invocation", id) : { status: result === "appended" ? 202 : 200 };
    },
    kill(id) {
      const result = engine.kill(id);
      if (result === "completed") return wasCompleted(id);
      return result === "unknown" ? notFound("invocation", id) : OK;
    },
    pause(id) {
      const status = engine.describe(id)?.status;
      const result = engine.pause(id);
      if (result === "unknown") return notFound("invocation", id);
      if (result !== "paused") return refused(409, `The invocation '${id}' is not running, cannot be paused.`);
      // Only a running attempt has to be waited for.
      return status === "paused" || status === "suspended" ? OK : { status: 202 };
    },
    resume: (id, { deployment }) => resume(id, deployment ?? "keep"),
    purge: (id) => purged(id, engine.purge(id)),
    "purge-journal": (id) => purged(id, engine.purgeJournal(id)),
    "restart-as-new": (id, { from, deployment }) => restart(id, from ?? 0, deployment ?? "latest"),
  };

  function resume(id: string, wanted: Deployment): Done | ServerError {
    const known = engine.describe(id);
    const hasBegun = known !== undefined && !["completed", "scheduled", "inboxed"].includes(known.status);
    if (hasBegun && wanted !== "keep") {
      const isRunning = known.status === "running" || known.status === "ready";
      // Before its first stored entry it is pinned nowhere and goes to the latest deployment anyway.
      if (isRunning || (known.deployment === undefined && wanted !== "latest")) {
        return refused(
          409,
          `The invocation '${id}' is still running or the deployment id is not pinned yet, deployment id cannot be changed.`,
        );
      }
    }
    const latest = () => known?.deployment && registry.service(known.target.split("/")[0] ?? "")?.deploymentId;
    const pinned = !hasBegun || wanted === "keep" ? undefined : wanted === "latest" ? latest() : wanted.id;
    try {
      return resumed(id, engine.resume(id, pinned));
    } catch (error) {
      if (!(error instanceof ServerError)) throw error;
      if (error.code !== "RL_UNKNOWN_DEPLOYMENT") return error;
      return unknownDeployment(`The given deployment was not found when trying to resume the invocation '${id}'.`);
    }
  }

  function restart(id: string, from: number, wanted: Deployment): Done | ServerError {
    const deployment =
      wanted === "latest" ? undefined : wanted === "keep" ? engine.describe(id)?.deployment : wanted.id;
    try {
      const result = engine.restart(id, { from, deployment });
      return result.kind === "restarted" ? { status: 200, newId: result.id } : restartRefusal(id, result);
    } catch (error) {
      if (!(error instanceof ServerError)) throw error;
      if (error.code === "RT0018") {
        return new ServerError(404, "RL_UNKNOWN_SERVICE", `Nothing serves the target of '${id}' any more.`);
      }
      if (error.code !== "RL_UNKNOWN_DEPLOYMENT") return error;
      return unknownDeployment(
        `The given deployment was not found when trying to restart as new the invocation '${id}'.`,
      );
    }
  }
}

const OK: Done = { status: 200 };

function refused(status: number, message: string): ServerError {
  return new ServerError(status, "RL_WRONG_STATUS", message);
}

function unknownDeployment(message: string): ServerError {
  return new ServerError(400, "RL_UNKNOWN_DEPLOYMENT", message);
}

function wasCompleted(id: string): ServerError {
  return refused(409, `The invocation '${id}' was already completed.`);
}

function purged(id: string, result: ReturnType<Engine["purge"]>): Done | ServerError {
  if (result === "done") return OK;
  return result === "unknown"
    ? notFound("invocation", id)
    : refused(409, `The invocation '${id}' is not yet completed.`);
}

function resumed(id: string, result: ReturnType<Engine["resume"]>): Done | ServerError {
  switch (result) {
    case "done":
      return OK;
    case "unknown":
      return notFound("invocation", id);
    case "completed":
      return refused(409, `The invocation '${id}' is completed, cannot be resumed.`);
    case "not-started":
      return refused(425, `The invocation '${id}' is either inboxed or scheduled, cannot be resumed.`);
  }
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
