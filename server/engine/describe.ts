import { AwaitingOn, BuiltInSignal, isCommand } from "../../sdk/protocol/index.ts";
import { type InvocationRow, InvocationStatus } from "../storage/index.ts";
import { Await, storedAwaitTree } from "./awaiting.ts";
import { type Cycle, findCycle } from "./cycle.ts";
import type { Kernel } from "./kernel.ts";
import type { AttemptFailure } from "./types.ts";

/** The state of an invocation with the reason why it is not further. */
export interface Description {
  readonly id: string;
  readonly target: string;
  readonly status: "scheduled" | "inboxed" | "ready" | "running" | "suspended" | "backing-off" | "paused" | "completed";
  readonly journalLength: number;
  readonly deployment: string | undefined;
  readonly protocolVersion: number | undefined;
  readonly createdAtMs: number;
  readonly completedAtMs: number | undefined;
  readonly hasFailed: boolean | undefined;
  /** What it waits for, one of: */
  readonly waitsFor:
    | { readonly kind: "time"; readonly dueAtMs: number }
    /** Another invocation holds its key. `cycle`: and that cannot end, because it waits for itself. */
    | { readonly kind: "key"; readonly holder: string | undefined; readonly cycle: Cycle | undefined }
    /** One of the places for running attempts: see `places.ts`. */
    | { readonly kind: "slot"; readonly taken: number; readonly limit: number }
    /** The concurrency of `level` (scope, scope/l1, scope/l1/l2) is limited by the rule with this pattern. */
    | { readonly kind: "limit"; readonly level: string; readonly rule: string }
    /** Its virtual queue is paused. */
    | { readonly kind: "queue" }
    | { readonly kind: "notifications"; readonly await: object; readonly cycle: Cycle | undefined }
    | { readonly kind: "retry"; readonly dueAtMs: number | undefined }
    | { readonly kind: "resume" }
    | undefined;
  /** When it was asked to cancel, if its handler has done nothing since: it has not come to a place where it waits. */
  readonly cancelRequestedAtMs: number | undefined;
  readonly retryCount: number;
  readonly lastFailure: AttemptFailure | undefined;
}

/** Says how an invocation stands. Reads only. */
export function describe(kernel: Kernel, row: InvocationRow): Description {
  const live = kernel.attempts.bySeq(row.seq);
  const failure = kernel.statements.waits.failure.get(row.seq);
  return {
    id: kernel.invocations.textId(row),
    target: [row.service, ...(row.key === null ? [] : [row.key]), row.handler].join("/"),
    status: statusOf(row, live !== undefined),
    journalLength: kernel.journal.length(row.seq),
    deployment: row.deployment ?? live?.deployment.id,
    protocolVersion: row.protocol ?? live?.protocol,
    createdAtMs: row.created_at,
    completedAtMs: row.completed_at ?? undefined,
    hasFailed: row.failed === null ? undefined : row.failed === 1,
    waitsFor: waitsFor(kernel, row, live?.awaitingOn, failure?.next_retry_at ?? undefined, live !== undefined),
    cancelRequestedAtMs: cancelRequestedAt(kernel, row),
    retryCount: failure?.retry_count ?? 0,
    lastFailure: failure === undefined ? undefined : (JSON.parse(failure.failure) as AttemptFailure),
  };
}

function statusOf(row: InvocationRow, isRunning: boolean): Description["status"] {
  switch (row.status) {
    case InvocationStatus.Scheduled:
      return "scheduled";
    case InvocationStatus.Inboxed:
      return "inboxed";
    case InvocationStatus.Ready:
      return isRunning ? "running" : "ready";
    case InvocationStatus.Suspended:
      return "suspended";
    case InvocationStatus.BackingOff:
      return "backing-off";
    case InvocationStatus.Paused:
      return "paused";
    case InvocationStatus.Completed:
      return "completed";
  }
}

function waitsFor(
  kernel: Kernel,
  row: InvocationRow,
  awaitingOn: Buffer | undefined,
  nextRetryAtMs: number | undefined,
  isRunning: boolean,
): Description["waitsFor"] {
  const hold = isRunning ? undefined : kernel.flow.holdOf(row);
  if (hold !== undefined) return hold;
  switch (row.status) {
    case InvocationStatus.Scheduled:
      return { kind: "time", dueAtMs: row.execute_at ?? row.created_at };
    case InvocationStatus.Inboxed: {
      const holder = kernel.keys.holder(row);
      const holderRow = holder === undefined ? undefined : kernel.statements.invocations.bySeq.get(holder);
      return {
        kind: "key",
        holder: holderRow === undefined ? undefined : kernel.invocations.textId(holderRow),
        cycle: findCycle(kernel, row),
      };
    }
    case InvocationStatus.Ready:
      if (!isRunning)
        return { kind: "slot", taken: kernel.attempts.taken, limit: kernel.settings.concurrentInvocations };
      return awaitingOn === undefined
        ? undefined
        : {
            kind: "notifications",
            await: AwaitingOn.decode(awaitingOn).awaitingOn ?? {},
            cycle: findCycle(kernel, row),
          };
    case InvocationStatus.Suspended:
      return {
        kind: "notifications",
        await: row.awaiting === null ? {} : storedAwaitTree(row.awaiting),
        cycle: findCycle(kernel, row),
      };
    case InvocationStatus.BackingOff:
      return { kind: "retry", dueAtMs: nextRetryAtMs };
    case InvocationStatus.Paused:
      return { kind: "resume" };
    case InvocationStatus.Completed:
      return undefined;
  }
}

/**
 * Handlers hear of a cancellation where they wait, and then do something: run a compensation, end. A suspended one that
 * would hear of it has been resumed by it.
 */
function cancelRequestedAt({ journal }: Kernel, { seq, status, awaiting }: InvocationRow): number | undefined {
  if (status === InvocationStatus.Completed) return undefined;
  const request = journal.signal(seq, BuiltInSignal.Cancel);
  if (request === undefined || journal.types(seq, request.index).some(([type]) => isCommand(type))) return undefined;
  const isSuspended = status === InvocationStatus.Suspended && awaiting !== null;
  const hasHeard = isSuspended && new Await(storedAwaitTree(awaiting)).hasLeaf(-BuiltInSignal.Cancel);
  return hasHeard ? undefined : request.at;
}
