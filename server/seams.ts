import type { ErrorCode } from "./error-codes/index.ts";

/**
 * The seams of the server: through `Clock` and `Ids` time and identity enter the engine and everything below it, so a
 * test or the simulator owns them; through `Observer` it tells what happens to those who watch.
 */
export interface Clock {
  /** Milliseconds since the UNIX epoch. */
  nowMs(): number;
  /** Calls `wake` once at `atMs` or soon after; returns a function that cancels it. */
  wakeAt(atMs: number, wake: () => void): () => void;
}

export interface Ids {
  /** 16 bytes that no other invocation has. */
  invocationBytes(): Buffer;
  /** A deployment id in the real textual form, `dp_1` + base62. */
  deploymentId(): string;
}

/** A failed attempt, as it is told to people. */
export interface ObservedFailure {
  readonly code: number;
  readonly message: string;
  readonly stacktrace: string | undefined;
  /** The real server's code where it has one: RT0016 is a journal that does not fit the code. */
  readonly restateCode: ErrorCode | undefined;
  /** The command that the failure is about: index among the commands of the journal, name, and message type. */
  readonly commandIndex: number | undefined;
  readonly commandName: string | undefined;
  readonly commandType: number | undefined;
}

/** What has happened to an invocation. */
export type InvocationChange =
  | { readonly kind: "scheduled"; readonly dueMs: number }
  /** Waits for its key. */
  | { readonly kind: "inboxed" }
  /** Waits for an attempt: new, or resumed from a wait. */
  | { readonly kind: "ready" }
  /** An attempt starts. `failedAttempts`: how many came before it without progress. */
  | { readonly kind: "running"; readonly deployment: string; readonly failedAttempts: number }
  /** Something has been written to its journal; not told of the first entry, the input. */
  | { readonly kind: "journal" }
  | { readonly kind: "suspended" }
  | {
      readonly kind: "backing-off";
      readonly failure: ObservedFailure;
      readonly failedAttempts: number;
      readonly nextAttemptMs: number;
    }
  /** Until somebody resumes it; `failure` is absent when somebody has paused it. */
  | { readonly kind: "paused"; readonly failure: ObservedFailure | undefined }
  | { readonly kind: "completed"; readonly failure: { readonly code: number; readonly message: string } | undefined }
  /** Purged, expired, or ended before it began: nothing of it is stored any more. */
  | { readonly kind: "removed" };

/** A change with the invocation that it happened to. */
export type InvocationEvent = InvocationChange & {
  readonly id: string;
  readonly service: string;
  readonly handler: string;
  readonly key: string | undefined;
  readonly scope: string | undefined;
  readonly createdAtMs: number;
  /** Milliseconds since the epoch. */
  readonly atMs: number;
};

/** A change of the state of an object or workflow that was asked for over the admin API had its turn. */
export interface StateEvent {
  readonly kind: "state";
  readonly service: string;
  readonly key: string;
  readonly scope: string | undefined;
  /** `dropped`: the state had another version than the one that the change was for. */
  readonly outcome: "applied" | "dropped";
  /** Its place in the inbox, when it has waited for its turn. */
  readonly position: number | undefined;
  readonly atMs: number;
}

/** `registry`: deployments, the configuration of services, limit rules or paused queues have changed. */
export type ServerEvent = InvocationEvent | StateEvent | { readonly kind: "registry"; readonly atMs: number };

export function isOfInvocation(event: ServerEvent): event is InvocationEvent {
  return event.kind !== "registry" && event.kind !== "state";
}

/**
 * Is told what happens, in order, after the commit of each change. It costs nothing while nobody observes. It runs
 * on the server's thread: it must be quick, and leave the work to later.
 */
export type Observer = (event: ServerEvent) => void;
