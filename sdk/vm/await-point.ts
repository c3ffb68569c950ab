import { AwaitingOn, BuiltInSignal, encodeSignalAwakeableId, MessageType, Suspension } from "../protocol/index.ts";
import { AwaitTree, flatten } from "./await-tree.ts";
import type { Exchange } from "./exchange.ts";
import type { FailedCommand } from "./failures.ts";
import type { Intake } from "./intake.ts";
import type { Journal } from "./journal.ts";
import { describeRecorded, unexpectedWait } from "./mismatch.ts";
import type { Notifications, Source } from "./notifications.ts";
import type { Runs } from "./runs.ts";
import type { Awaited, Progress } from "./types.ts";

export const COMPLETED: Progress = { kind: "completed" };
const WAIT: Progress = { kind: "wait" };
const SUSPENDED: Progress = { kind: "suspended" };

/** Decides what has to happen while the handler waits. */
export class AwaitPoint {
  readonly #version: number;
  readonly #exchange: Exchange;
  readonly #intake: Intake;
  readonly #journal: Journal;
  readonly #notifications: Notifications;
  readonly #runs: Runs;
  readonly #tree = new AwaitTree();
  /** What the server was told last, and how many notifications there were then. */
  #announced: Buffer | undefined;
  #announcedAt = 0;

  constructor(
    version: number,
    exchange: Exchange,
    intake: Intake,
    journal: Journal,
    notifications: Notifications,
    runs: Runs,
  ) {
    this.#version = version;
    this.#exchange = exchange;
    this.#intake = intake;
    this.#journal = journal;
    this.#notifications = notifications;
    this.#runs = runs;
  }

  /**
   * @param cancel the cancel signal, when it ends the waiting as well
   * @throws JournalMismatchError when the handler would wait where it has gone on in the past
   */
  progress(awaited: Awaited, cancel: Source | undefined): Progress {
    const tree = this.#tree;
    const notifications = this.#notifications;
    if (tree.load(awaited, cancel, notifications)) return COMPLETED;
    for (let source = notifications.advance(); source !== undefined; source = notifications.advance()) {
      if (tree.settle(source)) return COMPLETED;
    }
    // Commands were recorded after this point, so the handler once got past it with what the journal has.
    if (!this.#journal.isReplayed) this.#mismatch();
    for (const run of this.#runs.waiting) {
      if (tree.isAwaiting(run.source)) {
        this.#runs.execute(run);
        return { kind: "executeRun", handle: run.handle };
      }
    }
    if (!this.#intake.isClosed) {
      this.#announce();
      return WAIT;
    }
    // The result of an execution can still be sent, though its acknowledgement cannot be received.
    if (this.#isExecutionAwaited()) return WAIT;
    this.#suspend();
    return SUSPENDED;
  }

  #isExecutionAwaited(): boolean {
    for (const run of this.#runs.executing) if (this.#tree.isAwaiting(run.source)) return true;
    return false;
  }

  #suspend(): void {
    const future = this.#tree.toFuture(this.#notifications);
    // Before v7, any one of the awaited results resumes the invocation.
    this.#exchange.suspend(Suspension.frame(this.#version >= 7 ? { awaitingOn: future } : flatten(future)));
  }

  /** Tells the server what the handler waits for (v7); not while closures run, which is no waiting yet. */
  #announce(): void {
    if (this.#version < 7 || this.#runs.isAnyExecuting) return;
    const frame = AwaitingOn.frame({ awaitingOn: this.#tree.toFuture(this.#notifications) });
    const { count } = this.#notifications;
    if (this.#announced?.equals(frame) === true && this.#announcedAt === count) return;
    this.#announced = frame;
    this.#announcedAt = count;
    this.#exchange.send(frame);
  }

  #mismatch(): never {
    const { waitingCompletions, waitingSignals, waitingNamedSignals } = flatten(
      this.#tree.toFuture(this.#notifications),
    );
    const awaited: string[] = [];
    let related: FailedCommand | undefined;
    for (const id of waitingCompletions) {
      const run = [...this.#runs.waiting].find(({ source }) => source.id === id);
      if (run !== undefined) related = { index: run.commandIndex, type: MessageType.RunCommand, name: run.name };
      awaited.push(run === undefined ? `completion ${id}` : `run '${run.name}' (command ${run.commandIndex})`);
    }
    for (const name of waitingNamedSignals) awaited.push(`signal '${name}'`);
    for (const index of waitingSignals) {
      if (index !== BuiltInSignal.Cancel) awaited.push(`awakeable ${this.#awakeableId(index)}`);
      else if (waitingSignals.length + waitingCompletions.length + waitingNamedSignals.length === 1) {
        awaited.push("cancellation");
      }
    }
    const next = this.#journal.peek();
    const recorded = next === undefined ? "nothing" : describeRecorded(next.type, next.body);
    this.#exchange.mismatch(unexpectedWait(this.#journal.index + 1, recorded, awaited), related);
  }

  #awakeableId(index: number): string {
    const start = this.#intake.start;
    return start === undefined ? `${index}` : encodeSignalAwakeableId(start.id, index);
  }
}
