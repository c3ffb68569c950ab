import { BuiltInSignal, CallCommand, MessageType, Notification } from "../../sdk/protocol/index.ts";
import { ServerError } from "../errors.ts";
import { type InvocationRow, InvocationStatus } from "../storage/index.ts";
import type { Kernel } from "./kernel.ts";

const KILLED = { code: 409, message: "killed" };
const CANCELED = { code: 409, message: "canceled" };

/** What people do to an invocation from outside: cancel, kill, purge, pause, resume. */
export class Control {
  readonly #kernel: Kernel;

  constructor(kernel: Kernel) {
    this.#kernel = kernel;
  }

  /**
   * Cancels an invocation. What has not begun ends at once; what has begun gets the CANCEL signal, which the SDK
   * passes to the calls it waits for and raises at the await point.
   */
  cancel(row: InvocationRow | undefined): "unknown" | "completed" | "done" | "appended" {
    if (row === undefined) return "unknown";
    switch (row.status) {
      case InvocationStatus.Completed:
        return "completed";
      case InvocationStatus.Scheduled:
      case InvocationStatus.Inboxed:
        this.#vanish(row, CANCELED);
        return "done";
      default:
        this.#kernel.notifications.signal(row.seq, BuiltInSignal.Cancel, { kind: "void" });
        if (row.status === InvocationStatus.Paused) this.#kernel.failures.retryNow(row);
        return "appended";
    }
  }

  /** Ends an invocation without running its code, and the invocations it has called and waits for. */
  kill(row: InvocationRow | undefined): "unknown" | "completed" | "done" {
    if (row === undefined) return "unknown";
    if (row.status === InvocationStatus.Completed) return "completed";
    const doomed = [row.seq];
    for (let seq = doomed.pop(); seq !== undefined; seq = doomed.pop()) {
      for (const callee of this.#kill(seq).reverse()) doomed.push(callee);
    }
    return "done";
  }

  /** @returns the invocations that it has called and waits for */
  #kill(seq: number): number[] {
    const { attempts, completions, statements, suspensions } = this.#kernel;
    // Read only now: one that was killed before it may have handed it the lock of its object.
    const row = statements.invocations.bySeq.get(seq);
    if (row === undefined || row.status === InvocationStatus.Completed) return [];
    if (row.status === InvocationStatus.Scheduled || row.status === InvocationStatus.Inboxed) {
      this.#vanish(row, KILLED);
      return [];
    }
    attempts.withdraw(row);
    const live = attempts.bySeq(seq);
    if (live !== undefined) attempts.abort(live);
    if (row.status === InvocationStatus.Suspended) suspensions.end(row);
    const called = this.#calledBy(seq);
    completions.fail(row, KILLED, live);
    return called;
  }

  /** Forgets a completed invocation, its result and, for a workflow, its state. */
  purge(row: InvocationRow | undefined): "unknown" | "not-completed" | "done" {
    if (row === undefined) return "unknown";
    if (row.status !== InvocationStatus.Completed) return "not-completed";
    this.#kernel.journal.deleteAll(row.seq);
    this.#kernel.invocations.delete(row);
    return "done";
  }

  /** Forgets the journal of a completed invocation; the result stays. */
  purgeJournal(row: InvocationRow | undefined): "unknown" | "not-completed" | "done" {
    if (row === undefined) return "unknown";
    if (row.status !== InvocationStatus.Completed) return "not-completed";
    this.#kernel.journal.deleteAllButOutput(row.seq);
    this.#kernel.suspensions.forget(row.seq);
    this.#kernel.observation.tell(row, { kind: "journal" });
    return "done";
  }

  /** Stops an invocation until it is resumed. A running attempt is cut off; its journal stays. */
  pause(row: InvocationRow | undefined): "unknown" | "completed" | "not-started" | "paused" {
    if (row === undefined) return "unknown";
    switch (row.status) {
      case InvocationStatus.Completed:
        return "completed";
      case InvocationStatus.Scheduled:
      case InvocationStatus.Inboxed:
        return "not-started";
      case InvocationStatus.Paused:
        return "paused";
      default: {
        const { attempts, statements, observation, suspensions } = this.#kernel;
        attempts.withdraw(row);
        const live = attempts.bySeq(row.seq);
        if (live !== undefined) attempts.abort(live);
        if (row.status === InvocationStatus.Suspended) suspensions.end(row);
        statements.invocations.setStatus.run(InvocationStatus.Paused, row.seq);
        observation.tell(row, { kind: "paused", failure: undefined });
        return "paused";
      }
    }
  }

  /**
   * Lets an invocation that is paused, suspended or waiting for its next attempt go on at once.
   * @param deployment `undefined`: where it was pinned
   * @throws ServerError RL_UNKNOWN_DEPLOYMENT; RT0014 when the deployment does not speak its protocol
   */
  resume(
    row: InvocationRow | undefined,
    deployment: string | undefined,
  ): "unknown" | "completed" | "not-started" | "done" {
    if (row === undefined) return "unknown";
    switch (row.status) {
      case InvocationStatus.Completed:
        return "completed";
      case InvocationStatus.Scheduled:
      case InvocationStatus.Inboxed:
        return "not-started";
      case InvocationStatus.Paused:
      case InvocationStatus.BackingOff:
        if (deployment !== undefined) this.#pin(row, deployment);
        this.#kernel.failures.retryNow(row);
        return "done";
      case InvocationStatus.Suspended:
        if (deployment !== undefined) this.#pin(row, deployment);
        this.#kernel.suspensions.wake(row);
        return "done";
      case InvocationStatus.Ready:
        return "done";
    }
  }

  /**
   * Moves an unfinished invocation to another deployment, where its journal is replayed: a running attempt is cut off
   * and starts again, a failed one is repeated at once, a paused one stays paused.
   *
   * @throws ServerError RL_UNKNOWN_DEPLOYMENT; RT0014 when the deployment does not speak its protocol
   */
  move(seq: number, deploymentId: string): void {
    const { attempts, statements, failures, observation } = this.#kernel;
    const row = statements.invocations.bySeq.get(seq);
    if (row === undefined || row.status === InvocationStatus.Completed) return;
    const live = attempts.bySeq(seq);
    if (row.deployment !== null) this.#pin(row, deploymentId);
    if (live !== undefined) {
      attempts.abort(live);
      observation.tell(row, { kind: "ready" });
      attempts.ready(seq);
    } else if (row.status === InvocationStatus.BackingOff) failures.retryNow(row);
  }

  #pin(row: InvocationRow, deploymentId: string): void {
    const deployment = this.#kernel.registry.deployment(deploymentId);
    if (deployment === undefined)
      throw new ServerError(404, "RL_UNKNOWN_DEPLOYMENT", `${deploymentId} is not registered`);
    const protocol = row.protocol ?? deployment.maxProtocolVersion;
    if (protocol < deployment.minProtocolVersion || protocol > deployment.maxProtocolVersion) {
      throw new ServerError(
        409,
        "RT0014",
        `The invocation runs on protocol v${protocol}, which ${deploymentId} does not support`,
      );
    }
    this.#kernel.statements.invocations.pin.run(deploymentId, protocol, this.#kernel.clock.nowMs(), row.seq);
  }

  #vanish(row: InvocationRow, failure: { code: number; message: string }): void {
    if (row.status === InvocationStatus.Inboxed) {
      if (row.exclusive === 1) this.#kernel.keys.leaveInbox(row);
      this.#kernel.flow.withdraw(row);
    }
    this.#kernel.completions.vanish(row, failure);
  }

  /** Invocations that `seq` called, waits for, and made itself. One-way sends are detached and not among them. */
  #calledBy(seq: number): number[] {
    const { journal, invocations } = this.#kernel;
    const calls = journal.ofType(seq, MessageType.CallCommand);
    if (calls.length === 0) return [];
    const ids = new Map<number, string>();
    for (const entry of journal.ofType(seq, MessageType.CallInvocationIdCompletion)) {
      const { completionId, invocationId } = Notification.decode(entry.body);
      if (completionId !== undefined && invocationId !== undefined) ids.set(completionId, invocationId);
    }
    const called: number[] = [];
    for (const entry of calls) {
      const row = invocations.findText(ids.get(CallCommand.decode(entry.body).invocationIdNotificationIdx) ?? "");
      const isCalled = row?.caller === seq && row.caller_completion !== null;
      if (isCalled && row.status !== InvocationStatus.Completed) called.push(row.seq);
    }
    return called;
  }
}
