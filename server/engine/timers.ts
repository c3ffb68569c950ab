import { MessageType } from "../../sdk/protocol/index.ts";
import { InvocationStatus, TimerKind, type TimerRow } from "../storage/index.ts";
import { Alarm } from "./alarm.ts";
import type { Kernel } from "./kernel.ts";

/** Timers fired in one turn: few enough that requests are served in between. */
const BATCH = 64;

/**
 * Sleeps, delayed starts and retries. All timers are rows; in memory is only when the first one is due.
 */
export class Timers {
  readonly #kernel: Kernel;
  readonly #alarm: Alarm;

  constructor(kernel: Kernel) {
    this.#kernel = kernel;
    this.#alarm = new Alarm(kernel.clock, () => this.#fire());
  }

  /** @param dueMs milliseconds since the epoch; a time in the past is due at once */
  add(dueMs: number, seq: number, kind: TimerKind, completionId: number): void {
    this.#kernel.statements.waits.addTimer.run(dueMs, seq, kind, completionId);
    if (this.#alarm.isLaterThan(dueMs)) this.#kernel.turns.afterCommit(() => this.#alarm.set(dueMs));
  }

  /** Sets the alarm for the first timer of the database. */
  recover(): void {
    const next = this.#kernel.statements.waits.nextTimer.get();
    if (next != null) this.#alarm.set(next);
  }

  stop(): void {
    this.#alarm.stop();
  }

  #fire(): void {
    this.#kernel.turns.apply(() => {
      const { waits } = this.#kernel.statements;
      for (const timer of waits.dueTimers.all(this.#kernel.clock.nowMs(), BATCH)) {
        waits.removeTimer.run(timer.due, timer.seq, timer.kind, timer.completion);
        this.#elapsed(timer);
      }
      this.#kernel.turns.afterCommit(() => this.recover());
    });
  }

  #elapsed(timer: TimerRow): void {
    const { notifications, statements, invocations, failures } = this.#kernel;
    if (timer.kind === TimerKind.Sleep) {
      notifications.complete(timer.seq, MessageType.SleepCompletion, timer.completion, { kind: "void" });
      return;
    }
    // The invocation may be gone, or further on than when the timer was set.
    const row = statements.invocations.bySeq.get(timer.seq);
    if (timer.kind === TimerKind.Start && row?.status === InvocationStatus.Scheduled) invocations.startScheduled(row);
    if (timer.kind === TimerKind.Retry && row?.status === InvocationStatus.BackingOff) failures.retryNow(row);
  }
}
