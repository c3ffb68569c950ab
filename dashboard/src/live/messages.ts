import type { StoredStatus } from "../api/invocation.ts";

/** What the server's feed says of an invocation: see `server/admin/feed`. */
export interface Change {
  readonly id: string;
  readonly service: string;
  readonly handler: string;
  readonly key?: string;
  readonly scope?: string;
  readonly createdAtMs: number;
  readonly atMs: number;
  readonly status?: StoredStatus | "removed";
  readonly journal?: true;
  readonly failure?: { readonly code: number; readonly message: string };
  readonly failedAttempts?: number;
  readonly nextAttemptMs?: number;
}

/** A change of state over the admin API, and what has become of it. */
export interface StateChange {
  readonly service: string;
  readonly key: string;
  readonly scope?: string;
  /** `dropped`: the state had another version than the one that the change was for. */
  readonly outcome: "applied" | "dropped";
  /** Its place in the inbox, when it has waited for its turn. */
  readonly position?: number;
}

interface Changes {
  readonly type: "changes";
  readonly registry: boolean;
  readonly changes: readonly Change[];
  readonly states?: readonly StateChange[];
}

export type FeedMessage =
  | { readonly type: "hello"; readonly epoch: string; readonly seq: number; readonly resumed: boolean }
  | (Changes & { readonly seq: number })
  | { readonly type: "refetch"; readonly seq: number };

/** What pages hear of it. `refetch`: anything may have changed. */
export type FeedEvent = Changes | { readonly type: "refetch" };
