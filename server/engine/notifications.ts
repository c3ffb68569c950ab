import type { FutureMessage } from "../../sdk/protocol/index.ts";
import { encodeFrame, MessageType, Notification } from "../../sdk/protocol/index.ts";
import { type InvocationRow, InvocationStatus } from "../storage/index.ts";
import { futureState, isLeaf, leavesByOutcome, leavesByPresence, needsOutcomes, storedAwaitTree } from "./awaiting.ts";
import type { Kernel } from "./kernel.ts";
import type { Outcome } from "./types.ts";

/** The result part of a notification. */
export type NotificationResult =
  | Outcome
  | { readonly kind: "void" }
  | { readonly kind: "invocationId"; readonly id: string }
  | { readonly kind: "stateKeys"; readonly keys: Buffer[] };

function resultFields(result: NotificationResult) {
  switch (result.kind) {
    case "value":
      return { value: result.value };
    case "failure":
      return { failure: result.failure };
    case "void":
      return { void: true as const };
    case "invocationId":
      return { invocationId: result.id };
    case "stateKeys":
      return { stateKeys: result.keys };
  }
}

/** Puts notifications into journals and gets them to whoever waits: a running attempt, or a suspended invocation. */
export class Notifications {
  readonly #kernel: Kernel;

  constructor(kernel: Kernel) {
    this.#kernel = kernel;
  }

  /** Completes a command of `seq`. Ignored when the invocation is gone or completed. */
  complete(seq: number, type: number, completionId: number, result: NotificationResult): boolean {
    return this.#append(seq, type, completionId, Notification.encode({ completionId, ...resultFields(result) }));
  }

  /** A signal by index. Awakeables and CANCEL resolve once: a second one is dropped. */
  signal(seq: number, index: number, result: NotificationResult): boolean {
    if (this.#kernel.journal.hasNotification(seq, -index)) return true;
    const body = Notification.encode({ signalId: index, ...resultFields(result) });
    return this.#append(seq, MessageType.SignalNotification, -index, body);
  }

  /** A signal by name. */
  namedSignal(seq: number, name: string, result: NotificationResult): boolean {
    const body = Notification.encode({ signalName: name, ...resultFields(result) });
    return this.#append(seq, MessageType.SignalNotification, null, body);
  }

  /**
   * Stores a ready-made notification of `seq`.
   * @param frame what a running attempt gets, when that is not the notification itself (the ack of a run)
   */
  #append(seq: number, type: number, notification: number | null, body: Buffer): boolean {
    const { attempts, journal, statements, observation } = this.#kernel;
    const live = attempts.bySeq(seq);
    if (live !== undefined) {
      journal.append(seq, attempts.takeIndex(live), type, notification, body);
      attempts.deliver(live, encodeFrame(type, body));
      observation.tell(live.row, { kind: "journal" });
      return true;
    }
    const row = statements.invocations.bySeq.get(seq);
    if (row === undefined || row.status === InvocationStatus.Completed) return false;
    journal.append(seq, journal.length(seq), type, notification, body);
    attempts.journalGrew(seq);
    observation.tell(row, { kind: "journal" });
    if (row.status === InvocationStatus.Suspended) this.#wake(row, notification, body);
    return true;
  }

  #wake(row: InvocationRow, notification: number | null, body: Buffer): void {
    if (row.awaiting === null) return;
    const future = storedAwaitTree(row.awaiting);
    if (!isLeaf(future, notification, body) || !this.#isResolved(row.seq, future)) return;
    this.#kernel.suspensions.wake(row);
  }

  /**
   * Whether the journal of `seq` has what `future` waits for, thanks to an entry from index `from` on. The SDK has seen
   * what was there before, and waits all the same: for the second signal of a name, say, or beside a CANCEL that the
   * handler has dealt with. That alone would resume it again and again.
   */
  isResolvedSince(seq: number, from: number, future: FutureMessage): boolean {
    const fresh = this.#kernel.journal.notifications(seq, from);
    return fresh.some(({ notification, body }) => isLeaf(future, notification, body)) && this.#isResolved(seq, future);
  }

  #isResolved(seq: number, future: FutureMessage): boolean {
    const { journal } = this.#kernel;
    const leaves = needsOutcomes(future)
      ? leavesByOutcome(journal.notifications(seq))
      : leavesByPresence(journal.types(seq));
    return futureState(future, leaves) !== "pending";
  }
}
