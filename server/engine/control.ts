import { BuiltInSignal, MessageType, Notification } from "../../sdk/protocol/index.ts";
import { ServerError } from "../errors.ts";
import { type InvocationRow, InvocationStatus } from "../storage/index.ts";
import type { Kernel } from "./kernel.ts";
import { ENTRIES_PER_STEP, STEPS_PER_TURN, Work } from "./work.ts";

const KILLED = { code: 409, message: "killed" };
const CANCELED = { code: 409, message: "canceled" };

/** What people do to an invocation from outside: cancel, kill, purge, pause, resume. */
export class Control {
  readonly #kernel: Kernel;
  /** Cancellations that handlers may ask for until the rest is left for a later turn. */
  #cancelsLeft = STEPS_PER_TURN;

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

  /** An attempt is about to say something. */
  startChunk(): void {
    this.#cancelsLeft = STEPS_PER_TURN;
  }

  /** The same for a handler, which may cancel thousands in one breath. */
  cancelForHandler(row: InvocationRow): void {
    if (this.#cancelsLeft > 0) {
      this.#cancelsLeft--;
      this.cancel(row);
    } else this.#kernel.backlog.add(Work.Cancel, row.seq, 0);
  }

  /**
   * Ends an invocation without running its code, and the invocations it has called and waits for: the first of them at
   * once, the others in turns.
   */
  kill(row: InvocationRow | undefined): "unknown" | "completed" | "done" {
    if (row === undefined) return "unknown";
    if (row.status === InvocationStatus.Completed) return "completed";
    if (this.#end(row)) this.killCalled(row.seq, 0, STEPS_PER_TURN);
    return "done";
  }

  /**
   * Ends what a killed invocation has called, and what that has called: as many as `steps` allow, and leaves the others
   * for a later turn.
   * @param from index of the entry of its journal to begin at
   * @returns the steps it took
   */
  killCalled(seq: number, from: number, steps: number): number {
    const { backlog, journal, statements } = this.#kernel;
    const doomed = [{ seq, from }];
    let taken = 0;
    for (let next = doomed.pop(); next !== undefined; next = doomed.pop()) {
      if (taken >= steps) {
        backlog.add(Work.KillCalled, next.seq, next.from);
        continue;
      }
      const to = next.from + ENTRIES_PER_STEP;
      if (journal.length(next.seq) > to) doomed.push({ seq: next.seq, from: to });
      taken++;
      for (const callee of this.#calledIn(next.seq, next.from, to)) {
        // Read only now: one that was killed before it may have handed it the lock of its object.
        const row = statements.invocations.bySeq.get(callee);
        if (row === undefined || row.status === InvocationStatus.Completed) continue;
        taken++;
        if (this.#end(row)) doomed.push({ seq: callee, from: 0 });
      }
    }
    return taken;
  }

  /** @returns whether it may have called others */
  #end(row: InvocationRow): boolean {
    const { attempts, completions, journal, suspensions } = this.#kernel;
    const { seq } = row;
    if (row.status === InvocationStatus.Scheduled || row.status === InvocationStatus.Inboxed) {
      this.#vanish(row, KILLED);
      return false;
    }
    attempts.withdraw(row);
    const live = attempts.bySeq(seq);
    if (live !== undefined) attempts.abort(live);
    if (row.status === InvocationStatus.Suspended) suspensions.end(row);
    const length = journal.length(seq);
    const hasCalled = length > ENTRIES_PER_STEP || this.#calledIn(seq, 0, length).length > 0;
    completions.fail(row, KILLED, live);
    return hasCalled;
  }

  /** Forgets a completed invocation, its result and, for a workflow, its state. */
  purge(row: InvocationRow | undefined): "unknown" | "not-completed" | "done" {
    if (row === undefined) return "unknown";
    if (row.status !== InvocationStatus.Completed) return "not-completed";
    this.#deleteJournal(row.seq, false);
    this.#kernel.invocations.delete(row);
    return "done";
  }

  /** Forgets the journal of a completed invocation; the result stays. */
  purgeJournal(row: InvocationRow | undefined): "unknown" | "not-completed" | "done" {
    if (row === undefined) return "unknown";
    if (row.status !== InvocationStatus.Completed) return "not-completed";
    this.#deleteJournal(row.seq, true);
    this.#kernel.suspensions.forget(row.seq);
    this.#kernel.observation.tell(row, { kind: "journal" });
    return "done";
  }

  /** Stops an invocation until it is resumed. A running attempt is let go; its journal stays. */
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
        if (live !== undefined) attempts.letGo(live);
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
   * Moves an unfinished invocation to another deployment, where its journal is replayed: a running attempt is let go
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
      attempts.letGo(live);
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

  /** A long one goes in turns, and not before everything that it names has been killed. */
  #deleteJournal(seq: number, keepsOutput: boolean): void {
    const { backlog, retention } = this.#kernel;
    if (backlog.has(Work.KillCalled, seq)) backlog.add(Work.DeleteJournal, seq, keepsOutput ? 1 : 0);
    else retention.deleteJournal(seq, keepsOutput, STEPS_PER_TURN);
  }

  /**
   * Unfinished invocations that `seq` called, waits for, and made itself, by the entries of its journal `from` to `to`
   * (exclusive). One-way sends are detached and not among them.
   */
  #calledIn(seq: number, from: number, to: number): number[] {
    const { journal, invocations } = this.#kernel;
    const called: number[] = [];
    for (const entry of journal.ofType(seq, MessageType.CallInvocationIdCompletion, from, to)) {
      const row = invocations.findText(Notification.decode(entry.body).invocationId ?? "");
      const isCalled = row?.caller === seq && row.caller_completion !== null;
      if (isCalled && row.status !== InvocationStatus.Completed) called.push(row.seq);
    }
    return called;
  }
}
