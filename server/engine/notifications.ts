import type { FutureMessage } from "../../sdk/protocol/index.ts";
import { encodeFrame, MessageType, Notification } from "../../sdk/protocol/index.ts";
import { type InvocationRow, InvocationStatus } from "../storage/index.ts";
import { Await, comesAgain, storedAwaitTree, suspensionParts } from "./awaiting.ts";
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

/** Await points with fewer leaves are read anew for each notification. */
const WIDE_LEAVES = 16;
/** Leaves of all await points that are kept in memory: about 10 MB. */
const LEAVES_IN_MEMORY = 100_000;

/**
 * What a suspended invocation with many calls waits for, and which of it has come: its journal is not read again for
 * each result. Good for the journal up to `next` and this await point; whatever else has happened (a rollback, another
 * suspension) makes one of the two another one, and it is read anew.
 */
interface WideAwait {
  readonly wait: Await;
  readonly awaiting: Buffer;
  next: number;
}

/** Puts notifications into journals and gets them to whoever waits: a running attempt, or a suspended invocation. */
export class Notifications {
  readonly #kernel: Kernel;
  readonly #wide = new Map<number, WideAwait>();
  #leaves = 0;

  constructor(kernel: Kernel) {
    this.#kernel = kernel;
  }

  /** Completes a command of `seq`. Ignored when the invocation is gone or completed. */
  complete(seq: number, type: number, completionId: number, result: NotificationResult): boolean {
    return this.#append(seq, type, completionId, Notification.encode({ completionId, ...resultFields(result) }));
  }

  /** A signal by index. Awakeables and CANCEL resolve once: a second one is dropped. */
  signal(seq: number, index: number, result: NotificationResult): boolean {
    if (this.#kernel.journal.signal(seq, index) !== undefined) return true;
    const body = Notification.encode({ signalId: index, ...resultFields(result) });
    return this.#append(seq, MessageType.SignalNotification, -index, body);
  }

  /** A signal by name. */
  namedSignal(seq: number, name: string, result: NotificationResult): boolean {
    const body = Notification.encode({ signalName: name, ...resultFields(result) });
    return this.#append(seq, MessageType.SignalNotification, null, body);
  }

  /**
   * Stores a ready-made notification of `seq`, and delivers it: to the running attempt, or to a suspended invocation.
   * @param notification the completion id, the negative index of a signal, or null for a signal with a name
   * @returns whether the invocation is there and has not completed
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
    const index = journal.length(seq);
    journal.append(seq, index, type, notification, body);
    attempts.journalGrew(seq);
    observation.tell(row, { kind: "journal" });
    if (row.status === InvocationStatus.Suspended) this.#wake(row, index, notification, body);
    return true;
  }

  #wake(row: InvocationRow, index: number, notification: number | null, body: Buffer): void {
    if (row.awaiting === null) return;
    const { seq, awaiting } = row;
    const known = this.#wide.get(seq);
    let wait: Await;
    if (known?.next === index && known.awaiting.equals(awaiting)) {
      wait = known.wait;
      known.next++;
      if (!wait.waitsFor(notification, body)) return;
      wait.tell(notification, body);
    } else {
      wait = new Await(storedAwaitTree(awaiting));
      if (!wait.waitsFor(notification, body)) return;
      this.#tellAll(seq, suspensionParts(awaiting)?.knownEntries ?? 0, wait);
      this.#remember(seq, { wait, awaiting, next: index + 1 });
    }
    if (!wait.isResolved) return;
    this.#forget(seq);
    this.#kernel.suspensions.wake(row);
  }

  /**
   * Whether the journal of `seq` has what `future` waits for, thanks to an entry from index `from` on. The SDK has seen
   * what was there before, and waits all the same: for the second signal of a name, say, or beside a CANCEL that the
   * handler has dealt with. That alone would resume it again and again.
   */
  isResolvedSince(seq: number, from: number, future: FutureMessage): boolean {
    const wait = new Await(future);
    const fresh = this.#kernel.journal.notifications(seq, from);
    if (!fresh.some(({ notification, body }) => wait.waitsFor(notification, body))) return false;
    this.#tellAll(seq, from, wait);
    return wait.isResolved;
  }

  /** @param from index of the first entry that the SDK has not dealt with */
  #tellAll(seq: number, from: number, wait: Await): void {
    const { journal } = this.#kernel;
    if (wait.needsOutcomes) {
      for (const { notification, body } of journal.notifications(seq)) {
        if (!comesAgain(notification)) wait.tell(notification, body);
      }
      for (const { notification, body } of journal.notifications(seq, from)) {
        if (comesAgain(notification)) wait.tell(notification, body);
      }
      return;
    }
    journal.types(seq).forEach(([, notification], index) => {
      if (notification !== null && (index >= from || !comesAgain(notification))) wait.tell(notification, undefined);
    });
  }

  #remember(seq: number, wide: WideAwait): void {
    this.#forget(seq);
    const { leafCount } = wide.wait;
    if (leafCount < WIDE_LEAVES) return;
    this.#wide.set(seq, wide);
    this.#leaves += leafCount;
    for (const oldest of this.#wide.keys()) {
      if (this.#leaves <= LEAVES_IN_MEMORY || oldest === seq) break;
      this.#forget(oldest);
    }
  }

  #forget(seq: number): void {
    this.#leaves -= this.#wide.get(seq)?.wait.leafCount ?? 0;
    this.#wide.delete(seq);
  }
}
