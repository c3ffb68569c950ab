import {
  CombinatorType,
  type FutureMessage,
  Notification,
  Suspension,
  type SuspensionMessage,
} from "../../sdk/protocol/index.ts";

/**
 * What a suspended invocation waits for. Protocol v7 sends a tree of combinators, v5 and v6 three flat lists of
 * which any one resumes the invocation.
 */
type LeafState = "pending" | "succeeded" | "failed";

/** How the leaves of an await tree stand. */
export interface Leaves {
  completion(id: number): LeafState;
  signal(index: number): LeafState;
  namedSignal(name: string): LeafState;
}

/** The await point of a SuspensionMessage, in either form, as a tree. */
export function awaitTree(message: SuspensionMessage): FutureMessage {
  return (
    message.awaitingOn ?? {
      waitingCompletions: message.waitingCompletions,
      waitingSignals: message.waitingSignals,
      waitingNamedSignals: message.waitingNamedSignals,
      nestedFutures: [],
      combinatorType: CombinatorType.FirstCompleted,
    }
  );
}

/** Behind the body of a suspension: field 1000, eight bytes, which those who read the message skip. */
const SINCE_TAG = Buffer.from([0xc1, 0x3e]);
const SINCE_BYTES = SINCE_TAG.length + 8;

/** What is stored of a suspension while it lasts: its body and, as one more field, when it began. */
export function suspendedAt(body: Buffer, sinceMs: number): Buffer {
  const stored = Buffer.allocUnsafe(body.length + SINCE_BYTES);
  body.copy(stored);
  SINCE_TAG.copy(stored, body.length);
  stored.writeDoubleLE(sinceMs, body.length + SINCE_TAG.length);
  return stored;
}

/** @returns the body and when it began; `undefined` for what an older server has stored */
export function suspensionParts(stored: Buffer): { readonly body: Buffer; readonly sinceMs: number } | undefined {
  const length = stored.length - SINCE_BYTES;
  if (length < 0 || !stored.subarray(length, length + SINCE_TAG.length).equals(SINCE_TAG)) return undefined;
  return { body: stored.subarray(0, length), sinceMs: stored.readDoubleLE(length + SINCE_TAG.length) };
}

/** Decodes the stored body of a suspension. */
export function storedAwaitTree(body: Buffer): FutureMessage {
  return awaitTree(Suspension.decode(body));
}

/** Whether a future can make progress; the semantics of JavaScript's promise combinators, children as sets. */
export function futureState(future: FutureMessage, leaves: Leaves): LeafState {
  let succeeded = 0;
  let failed = 0;
  let pending = 0;
  const count = (state: LeafState) => {
    if (state === "succeeded") succeeded++;
    else if (state === "failed") failed++;
    else pending++;
  };
  for (const id of future.waitingCompletions) count(leaves.completion(id));
  for (const index of future.waitingSignals) count(leaves.signal(index));
  for (const name of future.waitingNamedSignals) count(leaves.namedSignal(name));
  for (const nested of future.nestedFutures) count(futureState(nested, leaves));

  switch (future.combinatorType) {
    case CombinatorType.AllCompleted:
      return pending > 0 ? "pending" : "succeeded";
    case CombinatorType.FirstSucceededOrAllFailed:
      if (succeeded > 0) return "succeeded";
      return pending > 0 ? "pending" : "failed";
    case CombinatorType.AllSucceededOrFirstFailed:
      if (failed > 0) return "failed";
      return pending > 0 ? "pending" : "succeeded";
    default:
      // First completed. "Unknown" is one that only the SDK can judge, so any completed child wakes it.
      if (succeeded > 0) return "succeeded";
      return failed > 0 ? "failed" : "pending";
  }
}

/** Whether the leaves' outcomes matter, and not only that they completed. */
export function needsOutcomes(future: FutureMessage): boolean {
  return (
    future.waitingNamedSignals.length > 0 ||
    future.combinatorType === CombinatorType.FirstSucceededOrAllFailed ||
    future.combinatorType === CombinatorType.AllSucceededOrFirstFailed ||
    future.nestedFutures.some(needsOutcomes)
  );
}

/** Whether the tree waits for nothing at all, so that nothing could ever end the wait. */
export function isEmpty(future: FutureMessage): boolean {
  return (
    future.waitingCompletions.length === 0 &&
    future.waitingSignals.length === 0 &&
    future.waitingNamedSignals.length === 0 &&
    future.nestedFutures.every(isEmpty)
  );
}

/** Whether the tree waits for this notification, wherever in it. */
export function isLeaf(future: FutureMessage, notification: number | null, body: Buffer): boolean {
  if (notification === null) {
    const { signalName } = Notification.decode(body);
    return signalName !== undefined && waitsForName(future, signalName);
  }
  return waitsForId(future, notification);
}

function waitsForName(future: FutureMessage, name: string): boolean {
  return future.waitingNamedSignals.includes(name) || future.nestedFutures.some((nested) => waitsForName(nested, name));
}

/** @param notification completion id, or minus the index of a signal */
function waitsForId(future: FutureMessage, notification: number): boolean {
  return (
    (notification < 0
      ? future.waitingSignals.includes(-notification)
      : future.waitingCompletions.includes(notification)) ||
    future.nestedFutures.some((nested) => waitsForId(nested, notification))
  );
}

/** Completion ids anywhere in the tree. */
export function awaitedCompletions(future: FutureMessage, into: number[] = []): number[] {
  into.push(...future.waitingCompletions);
  for (const nested of future.nestedFutures) awaitedCompletions(nested, into);
  return into;
}

/** Leaves from the journal's types alone: every completed leaf counts as succeeded. */
export function leavesByPresence(types: readonly (readonly [type: number, notification: number | null])[]): Leaves {
  const present = new Set<number>();
  for (const [, notification] of types) if (notification !== null) present.add(notification);
  return {
    completion: (id) => (present.has(id) ? "succeeded" : "pending"),
    signal: (index) => (present.has(-index) ? "succeeded" : "pending"),
    namedSignal: () => "pending",
  };
}

/** Leaves with their outcomes. */
export function leavesByOutcome(notifications: readonly { notification: number | null; body: Buffer }[]): Leaves {
  const byId = new Map<number | string, LeafState>();
  for (const row of notifications) {
    const message = Notification.decode(row.body);
    const state = message.failure === undefined ? "succeeded" : "failed";
    if (row.notification !== null) byId.set(row.notification, state);
    else if (message.signalName !== undefined) byId.set(message.signalName, state);
  }
  return {
    completion: (id) => byId.get(id) ?? "pending",
    signal: (index) => byId.get(-index) ?? "pending",
    namedSignal: (name) => byId.get(name) ?? "pending",
  };
}
