import { admin } from "./admin.ts";
import type { Status } from "./invocation.ts";

/** What a person can do to an invocation. */
export type Action = "cancel" | "kill" | "pause" | "resume" | "restart" | "purge";

interface ActionText {
  readonly verb: string;
  /** What it means, in a sentence to decide by. */
  readonly meaning: string;
  readonly isDestructive: boolean;
  readonly statuses: readonly Status[];
}

const LIVE = ["ready", "running", "suspended", "backing-off"] as const;
const ENDED = ["succeeded", "failed", "cancelled", "killed"] as const;

export const ACTIONS: Readonly<Record<Action, ActionText>> = {
  cancel: {
    verb: "Cancel",
    meaning:
      "The handler gets an error where it waits, so that it can undo what it has done. Its calls are cancelled first.",
    isDestructive: false,
    statuses: ["scheduled", "pending", ...LIVE, "paused"],
  },
  kill: {
    verb: "Kill",
    meaning: "Ends at once, with all that it has called. The handler does not run any more, so nothing is undone.",
    isDestructive: true,
    statuses: ["scheduled", "pending", ...LIVE, "paused"],
  },
  pause: {
    verb: "Pause",
    meaning: "Stops at the next step and waits until somebody resumes it.",
    isDestructive: false,
    statuses: LIVE,
  },
  resume: {
    verb: "Resume",
    meaning: "Goes on from its journal; what waits for its next attempt is tried at once.",
    isDestructive: false,
    statuses: ["paused", "backing-off", "suspended"],
  },
  restart: {
    verb: "Restart as new",
    meaning: "Calls the same handler again with the same input, under a new id.",
    isDestructive: false,
    statuses: ENDED,
  },
  purge: {
    verb: "Purge",
    meaning: "Forgets it: result, journal and, for a workflow, its state and promises.",
    isDestructive: true,
    statuses: ENDED,
  },
};

export const ACTION_NAMES = Object.keys(ACTIONS) as readonly Action[];

export interface ActOptions {
  /** For `resume`: `keep`, `latest` or an id of a deployment. */
  readonly deployment?: string;
  /** For `restart`: how many entries of the journal the new one starts with. */
  readonly from?: number;
}

/** @returns the id of the new invocation, for `restart` @throws AdminError */
export async function act(
  action: Action,
  id: string,
  { deployment, from }: ActOptions = {},
): Promise<string | undefined> {
  const route = action === "restart" ? "restart-as-new" : action;
  const query = new URLSearchParams();
  if (deployment !== undefined) query.set("deployment", deployment);
  if (from !== undefined) query.set("from", String(from));
  const suffix = query.size > 0 ? `?${query}` : "";
  const answer = await admin<{ new_invocation_id?: string } | undefined>(`/invocations/${id}/${route}${suffix}`, {
    method: "PATCH",
  });
  return answer?.new_invocation_id;
}

/** Requests in flight at a time: the server answers each after a flush that they share. */
const AT_A_TIME = 16;

export interface ActedOn {
  readonly done: number;
  readonly failed: readonly { readonly id: string; readonly message: string }[];
}

/** Does the same to many; what fails does not hold up the others. `signal` stops before the next one. */
export async function actOnAll(
  action: Action,
  ids: readonly string[],
  onProgress: (acted: ActedOn) => void,
  signal: AbortSignal,
): Promise<ActedOn> {
  let next = 0;
  let done = 0;
  const failed: { id: string; message: string }[] = [];
  async function work(): Promise<void> {
    while (next < ids.length && !signal.aborted) {
      const id = ids[next++] as string;
      try {
        await act(action, id);
        done++;
      } catch (error) {
        failed.push({ id, message: (error as Error).message });
      }
      onProgress({ done, failed });
    }
  }
  await Promise.all(Array.from({ length: AT_A_TIME }, work));
  return { done, failed };
}
