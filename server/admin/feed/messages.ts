import type { InvocationEvent, StateEvent } from "../../seams.ts";

/** The statuses of `sys_invocation`, and `removed`: nothing of it is stored any more. */
export type ChangedStatus =
  | "scheduled"
  | "pending"
  | "ready"
  | "running"
  | "suspended"
  | "backing-off"
  | "paused"
  | "completed"
  | "removed";

/** What has happened to an invocation since the message before. */
export interface Change {
  readonly id: string;
  readonly service: string;
  readonly handler: string;
  readonly key?: string | undefined;
  readonly scope?: string | undefined;
  readonly createdAtMs: number;
  /** When the last of it happened; milliseconds since the epoch. */
  readonly atMs: number;
  /** Absent: something was written to its journal, and its status is what it was. */
  readonly status?: ChangedStatus | undefined;
  /** Something was written to its journal. */
  readonly journal?: true | undefined;
  /** Of a failed attempt, or of the end. */
  readonly failure?: { readonly code: number; readonly message: string } | undefined;
  /** Failed attempts since the last progress, while `backing-off`. */
  readonly failedAttempts?: number | undefined;
  /** When the next attempt starts, while `backing-off`. */
  readonly nextAttemptMs?: number | undefined;
}

/** A change of state that was asked for over the admin API, and what has become of it. */
export type StateChange = Pick<StateEvent, "service" | "key" | "scope" | "outcome" | "position">;

export type FeedMessage =
  /**
   * The first message. `resumed`: everything since the number that the reader named follows, if there is anything;
   * otherwise it has to fetch anew what it shows.
   */
  | { readonly type: "hello"; readonly epoch: string; readonly seq: number; readonly resumed: boolean }
  /** Everything after the number of the message before, up to `seq`. */
  | {
      readonly type: "changes";
      readonly seq: number;
      readonly registry: boolean;
      readonly changes: readonly Change[];
      /** Absent: none. */
      readonly states?: readonly StateChange[];
    }
  /** There was too much to tell: fetch anew what you show. */
  | { readonly type: "refetch"; readonly seq: number };

export function stateChangeOf({ service, key, scope, outcome, position }: StateEvent): StateChange {
  return { service, key, scope, outcome, position };
}

/** The change that an event of an invocation is. */
export function changeOf(event: InvocationEvent): Change {
  const { id, service, handler, key, scope, createdAtMs, atMs } = event;
  const subject = { id, service, handler, key, scope, createdAtMs, atMs };
  switch (event.kind) {
    case "journal":
      return { ...subject, journal: true };
    case "inboxed":
      return { ...subject, status: "pending" };
    case "backing-off": {
      const { failure, failedAttempts, nextAttemptMs } = event;
      return { ...subject, status: event.kind, failure: brief(failure), failedAttempts, nextAttemptMs };
    }
    case "paused":
    case "completed":
      return { ...subject, status: event.kind, failure: event.failure && brief(event.failure) };
    default:
      return { ...subject, status: event.kind };
  }
}

/** Two changes of one invocation in one: the later one, without losing what only the earlier one said. */
export function merged(earlier: Change, later: Change): Change {
  if (later.status !== undefined) return earlier.journal === true ? { ...later, journal: true } : later;
  return { ...earlier, atMs: later.atMs, journal: true };
}

const MESSAGE_LIMIT = 1000;

function brief({ code, message }: { readonly code: number; readonly message: string }): {
  code: number;
  message: string;
} {
  return { code, message: message.length > MESSAGE_LIMIT ? `${message.slice(0, MESSAGE_LIMIT)}…` : message };
}
