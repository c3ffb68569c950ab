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

export type FeedMessage =
  | { readonly type: "hello"; readonly epoch: string; readonly seq: number; readonly resumed: boolean }
  | { readonly type: "changes"; readonly seq: number; readonly registry: boolean; readonly changes: readonly Change[] }
  | { readonly type: "refetch"; readonly seq: number };

/** What pages hear of it. `refetch`: anything may have changed. */
export type FeedEvent =
  | { readonly type: "changes"; readonly registry: boolean; readonly changes: readonly Change[] }
  | { readonly type: "refetch" };
