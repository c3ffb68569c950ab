import { encodeInvocationId, FRAME_HEADER_BYTES, InputCommand, MessageType } from "../../sdk/protocol/index.ts";
import { ServerError } from "../errors.ts";
import type { Handler } from "../registry/types.ts";
import { type InvocationRow, InvocationStatus, isWorkflowRun, TimerKind } from "../storage/index.ts";
import { idempotentId, isDetermined, parseId, seqOf, sequentialId, workflowId } from "./identity.ts";
import type { Kernel } from "./kernel.ts";
import type { InvocationReference, InvokeRequest } from "./types.ts";
import { Work } from "./work.ts";

export const Origin = { Ingress: 0, Invocation: 1, Restart: 2 } as const;
export type Origin = (typeof Origin)[keyof typeof Origin];

export interface Creation {
  readonly row: InvocationRow;
  /** `false`: an invocation with the same idempotency key or workflow key existed. */
  readonly isNew: boolean;
}

/** The invocation that made another one. */
export interface Caller {
  readonly seq: number;
  /** Where the result goes in its journal; `null` when it does not wait for one. */
  readonly completionId: number | null;
}

/** Making invocations and finding them. */
export class Invocations {
  readonly #kernel: Kernel;
  #nextSeq: number;

  constructor(kernel: Kernel) {
    this.#kernel = kernel;
    const { lastSeq, seqFloor } = kernel.statements.invocations;
    this.#nextSeq = Math.max(lastSeq.get() ?? 0, seqFloor.get() ?? 0) + 1;
  }

  /**
   * Makes an invocation and sets it on its way: scheduled, waiting for its key, or ready.
   * @param caller the invocation that makes it
   * @throws ServerError RT0018 when the service or the handler is not registered
   */
  create(request: InvokeRequest, origin: Origin, caller?: Caller): Creation {
    const { target } = request;
    const handler = this.#kernel.registry.service(target.service)?.handlers.get(target.handler);
    if (handler === undefined) {
      throw new ServerError(404, "RT0018", `${target.service}/${target.handler} is not registered`);
    }
    const scope = target.scope ?? "";
    const determined = this.#determinedId(request, handler);
    if (determined !== undefined) {
      const existing = this.#kernel.statements.invocations.byDeterminedId.get(determined);
      if (existing !== undefined) return { row: existing, isNew: false };
    }
    const { clock, ids, statements, journal, attempts, keys, timers, observation, flow } = this.#kernel;
    const nowMs = clock.nowMs();
    const seq = this.#nextSeq++;
    const isExclusive = handler.type === "Exclusive" || handler.type === "Workflow";
    const isScheduled = request.executeAtMs !== undefined && request.executeAtMs > nowMs;
    const row: InvocationRow = {
      seq,
      id: determined ?? sequentialId(seq, ids.invocationBytes()),
      status: isScheduled ? InvocationStatus.Scheduled : InvocationStatus.Ready,
      service: target.service,
      handler: target.handler,
      key: target.key ?? null,
      scope,
      limit_key: request.limitKey ?? null,
      idempotency_key: request.idempotencyKey ?? null,
      exclusive: isExclusive ? 1 : 0,
      determined: determined === undefined ? 0 : 1,
      origin,
      caller: caller?.seq ?? null,
      caller_completion: caller?.completionId ?? null,
      created_at: nowMs,
      execute_at: isScheduled ? (request.executeAtMs ?? null) : null,
      traceparent: traceparentOf(request.headers),
      deployment: null,
      protocol: null,
      started_at: null,
      completed_at: null,
      failed: null,
      expires_at: null,
      kept_until: null,
      awaiting: null,
      inboxed: null,
    };
    const isHeld = !isScheduled && flow.mustWait(row);
    if (!isHeld && !isScheduled && isExclusive) row.inboxed = keys.acquire(row) ?? null;
    if (isHeld || row.inboxed !== null) row.status = InvocationStatus.Inboxed;
    statements.invocations.insert.run(
      row.seq,
      row.id,
      row.status,
      row.service,
      row.handler,
      row.key,
      row.scope,
      row.limit_key,
      row.idempotency_key,
      row.exclusive,
      row.determined,
      row.origin,
      row.caller,
      row.caller_completion,
      row.created_at,
      row.execute_at,
      row.traceparent,
      row.inboxed,
    );
    const input = InputCommand.frame({
      headers: request.headers.map(([name, value]) => ({ key: name, value })),
      value: request.body,
    });
    journal.append(seq, 0, MessageType.InputCommand, null, input.subarray(FRAME_HEADER_BYTES));
    if (isScheduled) {
      observation.tell(row, { kind: "scheduled", dueMs: request.executeAtMs ?? nowMs });
    } else {
      observation.tell(row, { kind: row.status === InvocationStatus.Ready ? "ready" : "inboxed" });
    }
    if (row.status === InvocationStatus.Ready) attempts.ready(seq, { row, input });
    else if (isHeld) flow.wait(row);
    else if (isScheduled) timers.add(request.executeAtMs ?? nowMs, seq, TimerKind.Start, 0);
    return { row, isNew: true };
  }

  /** The time of a scheduled invocation has come. */
  startScheduled(row: InvocationRow): void {
    const { keys, statements, attempts, observation, flow } = this.#kernel;
    const isHeld = flow.mustWait(row);
    const isExclusive = !isHeld && row.exclusive === 1;
    const position = isExclusive ? keys.acquire(row) : undefined;
    const isReady = !isHeld && position === undefined;
    if (position !== undefined) statements.invocations.enterInbox.run(position, row.seq);
    else statements.invocations.setStatus.run(isReady ? InvocationStatus.Ready : InvocationStatus.Inboxed, row.seq);
    observation.tell(row, { kind: isReady ? "ready" : "inboxed" });
    if (isReady) attempts.ready(row.seq);
    if (isHeld) flow.wait(row);
  }

  /** Finds the row that an id names; `undefined` when there is none or the id is malformed. */
  find(id: Buffer | undefined): InvocationRow | undefined {
    if (id === undefined) return undefined;
    const { invocations } = this.#kernel.statements;
    if (isDetermined(id)) return invocations.byDeterminedId.get(id);
    const row = invocations.bySeq.get(seqOf(id));
    return row?.id.equals(id) ? row : undefined;
  }

  findText(id: string): InvocationRow | undefined {
    return this.find(parseId(id));
  }

  /** The id that a reference stands for, whether or not it exists. */
  referencedId(reference: InvocationReference): Buffer | undefined {
    switch (reference.kind) {
      case "id":
        return parseId(reference.id);
      case "workflow":
        return workflowId(reference.service, reference.scope ?? "", reference.key);
      case "idempotent":
        return idempotentId(
          reference.service,
          reference.handler,
          reference.scope ?? "",
          reference.key,
          reference.idempotencyKey,
        );
    }
  }

  /** Deletes a row for good; its number is never used again. */
  delete(row: InvocationRow): void {
    const { invocations, keys } = this.#kernel.statements;
    this.#kernel.suspensions.forget(row.seq);
    invocations.delete.run(row.seq);
    this.#kernel.restarts.forget(row);
    this.#kernel.observation.tell(row, { kind: "removed" });
    invocations.raiseSeqFloor.run(row.seq);
    if (isWorkflowRun(row) && row.key !== null) {
      // The state and promises of a workflow live as long as its run.
      this.#kernel.backlog.finish(Work.TellPromise);
      keys.clearAllState.run(row.service, row.scope, row.key);
      keys.clearPromises.run(row.service, row.scope, row.key);
      keys.clearAllPromiseAwaiters.run(row.service, row.scope, row.key);
    }
  }

  textId(row: InvocationRow): string {
    return encodeInvocationId(row.id);
  }

  #determinedId(request: InvokeRequest, handler: Handler): Buffer | undefined {
    const { target, idempotencyKey } = request;
    if (handler.type === "Workflow") return workflowId(target.service, target.scope ?? "", target.key ?? "");
    if (idempotencyKey === undefined) return undefined;
    return idempotentId(target.service, target.handler, target.scope ?? "", target.key, idempotencyKey);
  }
}

function traceparentOf(headers: InvokeRequest["headers"]): string | null {
  for (const [name, value] of headers) if (name === "traceparent") return value;
  return null;
}
