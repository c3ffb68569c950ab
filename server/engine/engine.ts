import { decodeAwakeableId, encodeInvocationId } from "../../sdk/protocol/index.ts";
import { ServerError } from "../errors.ts";
import type { Observer } from "../seams.ts";
import { type InvocationRow, InvocationStatus } from "../storage/index.ts";
import { Attempts } from "./attempts.ts";
import { Backlog } from "./backlog.ts";
import { ALREADY_INVOKED } from "./commands/calls.ts";
import { Completions } from "./completions.ts";
import { Control } from "./control.ts";
import { type Description, describe } from "./describe.ts";
import type { EditedResult } from "./edit-results.ts";
import { type Drop, type DropOptions, Edits, type ResultEdit } from "./edits.ts";
import { Failures } from "./failures.ts";
import { Flow, type FlowSnapshot } from "./flow/index.ts";
import { describeInstance, type Instance } from "./instance.ts";
import { Invocations, Origin } from "./invocations.ts";
import { Journal } from "./journal.ts";
import type { EngineParts, Kernel } from "./kernel.ts";
import { Keys, type MutationResult, type StateMutation } from "./keys.ts";
import { Messages } from "./messages.ts";
import { type NotificationResult, Notifications } from "./notifications.ts";
import { Observation } from "./observation.ts";
import { type RestartOptions, type RestartResult, Restarts } from "./restart.ts";
import { Retention } from "./retention.ts";
import { type SuspensionHistory, Suspensions } from "./suspensions.ts";
import { Timers } from "./timers.ts";
import type {
  Accepted,
  AttemptEvents,
  AttemptReads,
  AttemptStart,
  Completion,
  InvocationReference,
  InvocationSeq,
  InvokeRequest,
  Outcome,
  OutputState,
  RunningAttempt,
} from "./types.ts";

/** Entries of state that are read in one go. */
const STATE_ROWS_AT_A_TIME = 64;

/**
 * The rules of all invocations. Methods that change something run inside `turns.apply`; what they want the outside
 * to see leaves through the turn's outbox.
 */
export class Engine {
  readonly #kernel: Kernel;
  /** What the invoker reports. */
  readonly events: AttemptEvents;
  /** What the invoker reads. */
  readonly reads: AttemptReads;

  constructor(parts: EngineParts) {
    // The rooms call one another, so each gets the kernel before it is complete.
    const kernel = { ...parts } as { -readonly [K in keyof Kernel]: Kernel[K] };
    kernel.journal = new Journal(parts.statements, parts.clock);
    kernel.observation = new Observation(kernel);
    kernel.attempts = new Attempts(kernel);
    kernel.flow = new Flow(kernel, parts.limitRules, parts.pausedQueues);
    kernel.notifications = new Notifications(kernel);
    kernel.invocations = new Invocations(kernel);
    kernel.keys = new Keys(kernel);
    kernel.completions = new Completions(kernel);
    kernel.failures = new Failures(kernel);
    kernel.timers = new Timers(kernel);
    kernel.retention = new Retention(kernel);
    kernel.control = new Control(kernel);
    kernel.restarts = new Restarts(kernel);
    kernel.edits = new Edits(kernel);
    kernel.suspensions = new Suspensions(kernel);
    kernel.backlog = new Backlog(kernel);
    for (const rules of [parts.limitRules, parts.pausedQueues]) {
      rules.onChange(() => kernel.observation.registryChanged());
    }
    this.#kernel = kernel;
    this.events = new Messages(kernel);
    this.reads = { replay: kernel.journal.framed.bind(kernel.journal), eagerState: this.#eagerState.bind(this) };
  }

  /** Resumes everything unfinished in the database. Call once, before the first request. */
  recover(): void {
    this.#kernel.backlog.recover();
    this.#kernel.attempts.recover();
    this.#kernel.flow.recover();
    this.#kernel.timers.recover();
    this.#kernel.retention.recover();
  }

  /** Something has been registered: invocations that nothing served look again now. */
  lookAgain(): void {
    this.#kernel.failures.lookAgain();
    this.#kernel.observation.registryChanged();
  }

  /** From now on `observer` is told what happens. @returns a function that ends it */
  observe(observer: Observer): () => void {
    return this.#kernel.observation.add(observer);
  }

  /** The attempts that run now: what is in no table. */
  running(): RunningAttempt[] {
    return Array.from(this.#kernel.attempts.running, (live) => ({
      seq: live.row.seq,
      startedAtMs: live.startedAtMs,
      deployment: live.deployment.id,
      server: live.server,
      retryCount: live.retryCount,
      awaiting: live.awaitingOn,
    }));
  }

  /** How many attempts hold a place, of how many there are, and how many invocations wait for one. */
  places(): Attempts["places"] {
    return this.#kernel.attempts.places;
  }

  /** What counts at scopes and limit keys now, and which queues wait: what is in no table. */
  flow(): FlowSnapshot {
    return this.#kernel.flow.snapshot();
  }

  /** No new attempts and no timers from now on; what is unfinished goes on after the next start. */
  stop(): void {
    this.#kernel.backlog.stop();
    this.#kernel.attempts.stop();
    this.#kernel.flow.stop();
    this.#kernel.timers.stop();
    this.#kernel.retention.stop();
  }

  /**
   * Invokes a handler; `onCompletion` gets the result once it is durable. With a known idempotency key it gets the
   * result of the existing invocation; a second run of a workflow fails as the real server's does.
   * @throws ServerError RT0018 when the target is not registered
   */
  call(request: InvokeRequest, onCompletion: (completion: Completion) => void): Accepted {
    const { row, isNew } = this.#kernel.invocations.create(request, Origin.Ingress);
    const id = this.#kernel.invocations.textId(row);
    if (!isNew && row.idempotency_key === null) {
      const { service, handler } = row;
      const outcome: Outcome = { kind: "failure", failure: ALREADY_INVOKED };
      this.#kernel.turns.afterFlush(() => onCompletion({ id, service, handler, outcome, expiresAtMs: undefined }));
    } else {
      this.#kernel.completions.await(row, onCompletion);
    }
    return accepted(id, isNew, row, request.executeAtMs);
  }

  /** Invokes a handler without waiting. The driver answers after the flush. */
  send(request: InvokeRequest): Accepted {
    const { row, isNew } = this.#kernel.invocations.create(request, Origin.Ingress);
    return accepted(this.#kernel.invocations.textId(row), isNew, row, request.executeAtMs);
  }

  /** Waits for the result of an existing invocation. */
  attach(
    reference: InvocationReference,
    onCompletion: (completion: Completion) => void,
  ): { kind: "unknown" } | { kind: "attached"; id: string } {
    const { invocations, completions } = this.#kernel;
    const row = invocations.find(invocations.referencedId(reference));
    if (row === undefined) return { kind: "unknown" };
    completions.await(row, onCompletion);
    return { kind: "attached", id: invocations.textId(row) };
  }

  /** The client behind `onCompletion` went away. Its invocation goes on. */
  detach(onCompletion: (completion: Completion) => void): void {
    this.#kernel.completions.forget(onCompletion);
  }

  /** The result of an invocation if there is one. Answer it after the flush: it may have just been written. */
  output(reference: InvocationReference): OutputState {
    const { invocations, completions } = this.#kernel;
    const row = invocations.find(invocations.referencedId(reference));
    if (row === undefined) return { kind: "unknown" };
    if (row.status !== InvocationStatus.Completed) return { kind: "pending", id: invocations.textId(row) };
    return { kind: "done", completion: completions.stored(row) };
  }

  /**
   * The id that a reference stands for. Never looks whether it exists.
   * @throws ServerError 400 for a malformed id
   */
  lookup(reference: InvocationReference): string {
    const id = this.#kernel.invocations.referencedId(reference);
    if (id === undefined) throw new ServerError(400, "RL_BAD_INVOCATION_ID", "malformed invocation id");
    return encodeInvocationId(id);
  }

  /**
   * Resolves or rejects an awakeable. Unknown and finished invocations are ignored, as are second results.
   * @throws ServerError 400 for a malformed awakeable id
   */
  completeAwakeable(awakeableId: string, result: Outcome): void {
    const awakeable = decodeAwakeableId(awakeableId);
    if (awakeable === undefined) {
      throw new ServerError(400, "RL_BAD_AWAKEABLE_ID", `bad awakeable id '${awakeableId}'`);
    }
    const row = this.#kernel.invocations.find(awakeable.invocation);
    if (row !== undefined) this.#kernel.notifications.signal(row.seq, awakeable.index, result);
  }

  /** Sends a named signal; `false` when the invocation is unknown or completed. */
  signal(invocationId: string, name: string, result: NotificationResult): boolean {
    const row = this.#kernel.invocations.findText(invocationId);
    return row !== undefined && this.#kernel.notifications.namedSignal(row.seq, name, result);
  }

  /** See Control.cancel: `done` at once, `appended` when the invocation has to notice it. */
  cancel(invocationId: string): ReturnType<Control["cancel"]> {
    return this.#kernel.control.cancel(this.#kernel.invocations.findText(invocationId));
  }

  kill(invocationId: string): ReturnType<Control["kill"]> {
    return this.#kernel.control.kill(this.#kernel.invocations.findText(invocationId));
  }

  purge(invocationId: string): ReturnType<Control["purge"]> {
    return this.#kernel.control.purge(this.#kernel.invocations.findText(invocationId));
  }

  purgeJournal(invocationId: string): ReturnType<Control["purgeJournal"]> {
    return this.#kernel.control.purgeJournal(this.#kernel.invocations.findText(invocationId));
  }

  pause(invocationId: string): ReturnType<Control["pause"]> {
    return this.#kernel.control.pause(this.#kernel.invocations.findText(invocationId));
  }

  /** @param deployment id of a deployment to go on with; `undefined`: where it was pinned */
  resume(invocationId: string, deployment?: string): ReturnType<Control["resume"]> {
    return this.#kernel.control.resume(this.#kernel.invocations.findText(invocationId), deployment);
  }

  /** See Control.move: an unfinished invocation goes on, on another deployment. */
  move(seq: InvocationSeq, deployment: string): void {
    this.#kernel.control.move(seq, deployment);
  }

  /** See Restarts.restart: a new invocation out of a completed one. */
  restart(invocationId: string, options: RestartOptions): RestartResult {
    return this.#kernel.restarts.restart(this.#kernel.invocations.findText(invocationId), options);
  }

  /** See Edits.setResult: another result for an entry of a paused invocation. */
  setResult(invocationId: string, entry: number, result: EditedResult): ResultEdit {
    return this.#kernel.edits.setResult(this.#kernel.invocations.findText(invocationId), entry, result);
  }

  /** See Edits.dropAfter: the end of a paused invocation's journal is dropped. */
  dropAfter(invocationId: string, options: DropOptions): Drop {
    return this.#kernel.edits.dropAfter(this.#kernel.invocations.findText(invocationId), options);
  }

  /** Replaces the state of an object, after the invocation that holds its key. */
  mutateState(service: string, scope: string | undefined, key: string, mutation: StateMutation): MutationResult {
    return this.#kernel.keys.mutateState({ service, scope: scope ?? "", key }, mutation);
  }

  /** How a virtual object or workflow stands: state, who holds its key, who waits. Reads only. */
  describeInstance(service: string, scope: string | undefined, key: string): Instance {
    return describeInstance(this.#kernel, { service, scope: scope ?? "", key });
  }

  /** How an invocation stands and why it is not further; `undefined` when it is unknown. Reads only. */
  describe(invocationId: string): Description | undefined {
    const row = this.#kernel.invocations.findText(invocationId);
    return row === undefined ? undefined : describe(this.#kernel, row);
  }

  /** When it was suspended, and for what; `undefined` when it is unknown. Reads only. */
  suspensions(invocationId: string): SuspensionHistory | undefined {
    const row = this.#kernel.invocations.findText(invocationId);
    return row === undefined ? undefined : this.#kernel.suspensions.of(row);
  }

  #eagerState(start: AttemptStart, limitBytes: number): ReturnType<AttemptReads["eagerState"]> {
    if (start.key === undefined || start.handlerSpec.enableLazyState || limitBytes === 0) {
      return { entries: [], isPartial: true };
    }
    const entries: { key: Buffer; value: Buffer }[] = [];
    let bytes = 0;
    const { stateEntries, state } = this.#kernel.statements.keys;
    const key = [start.service, start.scope ?? "", start.key] as const;
    const empty = Buffer.alloc(0);
    const unnamed = state.get(...key, empty);
    if (unnamed !== undefined) {
      bytes += unnamed.length;
      if (bytes > limitBytes) return { entries, isPartial: true };
      entries.push({ key: empty, value: unnamed });
    }
    for (let after: Buffer = empty; ; ) {
      const rows = stateEntries.all(...key, after, STATE_ROWS_AT_A_TIME);
      for (const { name, value } of rows) {
        bytes += name.length + value.length;
        if (bytes > limitBytes) return { entries, isPartial: true };
        entries.push({ key: name, value });
        after = name;
      }
      if (rows.length < STATE_ROWS_AT_A_TIME) return { entries, isPartial: false };
    }
  }
}

/** A new invocation tells the time that was asked for, even one that has passed; an existing one while it waits. */
function accepted(id: string, isNew: boolean, row: InvocationRow, askedForMs: number | undefined): Accepted {
  if (isNew) return { id, status: "accepted", executeAtMs: askedForMs };
  const isScheduled = row.status === InvocationStatus.Scheduled;
  return { id, status: "attached", executeAtMs: isScheduled ? (row.execute_at ?? undefined) : undefined };
}
