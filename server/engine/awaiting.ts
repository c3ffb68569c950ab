import {
  BuiltInSignal,
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
type State = "pending" | "succeeded" | "failed";

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

/** Behind the body of a suspension: fields 1000 (eight bytes) and 1001 (four), which those who read the message skip. */
const SINCE_TAG = Buffer.from([0xc1, 0x3e]);
const SINCE_BYTES = SINCE_TAG.length + 8;
const KNOWN_TAG = Buffer.from([0xcd, 0x3e]);
const KNOWN_BYTES = KNOWN_TAG.length + 4;

/** What is stored of a suspension beside its body. */
export interface SuspensionParts {
  readonly body: Buffer;
  /** When it began, in milliseconds since the epoch. */
  readonly sinceMs: number;
  /** Entries that the suspended attempt had replayed, so that its SDK knew them; 0 of what an older server has stored. */
  readonly knownEntries: number;
}

/** What is stored of a suspension while it lasts. */
export function storedSuspension({ body, sinceMs, knownEntries }: SuspensionParts): Buffer {
  const stored = Buffer.allocUnsafe(body.length + SINCE_BYTES + KNOWN_BYTES);
  body.copy(stored);
  SINCE_TAG.copy(stored, body.length);
  stored.writeDoubleLE(sinceMs, body.length + SINCE_TAG.length);
  KNOWN_TAG.copy(stored, body.length + SINCE_BYTES);
  stored.writeUInt32LE(knownEntries, body.length + SINCE_BYTES + KNOWN_TAG.length);
  return stored;
}

/** @returns `undefined` for what a server of the first version has stored, which knew no time */
export function suspensionParts(stored: Buffer): SuspensionParts | undefined {
  const knownAt = stored.length - KNOWN_BYTES;
  const hasKnown = hasTag(stored, knownAt, KNOWN_TAG) && hasTag(stored, knownAt - SINCE_BYTES, SINCE_TAG);
  const length = (hasKnown ? knownAt : stored.length) - SINCE_BYTES;
  if (!hasTag(stored, length, SINCE_TAG)) return undefined;
  return {
    body: stored.subarray(0, length),
    sinceMs: stored.readDoubleLE(length + SINCE_TAG.length),
    knownEntries: hasKnown ? stored.readUInt32LE(knownAt + KNOWN_TAG.length) : 0,
  };
}

function hasTag(stored: Buffer, at: number, tag: Buffer): boolean {
  return at >= 0 && stored.subarray(at, at + tag.length).equals(tag);
}

/** Decodes the stored body of a suspension. */
export function storedAwaitTree(body: Buffer): FutureMessage {
  return awaitTree(Suspension.decode(body));
}

/** One combinator of the tree: how many of its children are in which state, and what that makes of it. */
class Combinator {
  readonly #type: number;
  readonly #parent: Combinator | undefined;
  readonly #children: Record<State, number> = { pending: 0, succeeded: 0, failed: 0 };
  state: State;

  constructor(type: number, parent: Combinator | undefined) {
    this.#type = type;
    this.#parent = parent;
    this.state = this.#evaluate();
  }

  add(state: State): void {
    this.#children[state]++;
    this.state = this.#evaluate();
  }

  changed(from: State, to: State): void {
    this.#children[from]--;
    this.#children[to]++;
    const before = this.state;
    this.state = this.#evaluate();
    if (this.state !== before) this.#parent?.changed(before, this.state);
  }

  /** The semantics of JavaScript's promise combinators, children as sets. */
  #evaluate(): State {
    const { pending, succeeded, failed } = this.#children;
    switch (this.#type) {
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
}

interface Leaf {
  state: State;
  readonly parents: Combinator[];
}

/**
 * An await point that is told, one after the other, which of its leaves have completed: what that changes is found
 * without a look at the other leaves.
 */
export class Await {
  /** Whether the leaves' outcomes matter, and not only that they completed. */
  readonly needsOutcomes: boolean;
  readonly #root: Combinator;
  /** By completion id, minus the index of a signal, or the name of one. */
  readonly #leaves = new Map<number | string, Leaf>();

  constructor(future: FutureMessage) {
    this.needsOutcomes = needsOutcomes(future);
    this.#root = this.#combinator(future, undefined);
  }

  get leafCount(): number {
    return this.#leaves.size;
  }

  get isResolved(): boolean {
    return this.#root.state !== "pending";
  }

  /** Completion ids, minus the indexes of signals, names of signals. */
  get leaves(): Iterable<number | string> {
    return this.#leaves.keys();
  }

  /** Whether it waits for this notification, wherever in it. */
  waitsFor(notification: number | null, body: Buffer): boolean {
    return this.#leaf(notification, body) !== undefined;
  }

  /** A notification is there. @param body may be left out where outcomes do not matter */
  tell(notification: number | null, body: Buffer | undefined): void {
    const leaf = this.#leaf(notification, body);
    if (leaf === undefined) return;
    const hasFailed = this.needsOutcomes && body !== undefined && Notification.decode(body).failure !== undefined;
    this.#settle(leaf, hasFailed ? "failed" : "succeeded");
  }

  hasLeaf(id: number | string): boolean {
    return this.#leaves.has(id);
  }

  succeed(id: number | string): void {
    const leaf = this.#leaves.get(id);
    if (leaf !== undefined) this.#settle(leaf, "succeeded");
  }

  #settle(leaf: Leaf, state: State): void {
    const before = leaf.state;
    leaf.state = state;
    if (state !== before) for (const parent of leaf.parents) parent.changed(before, state);
  }

  #leaf(notification: number | null, body: Buffer | undefined): Leaf | undefined {
    if (notification !== null) return this.#leaves.get(notification);
    const name = body === undefined ? undefined : Notification.decode(body).signalName;
    return name === undefined ? undefined : this.#leaves.get(name);
  }

  #combinator(future: FutureMessage, parent: Combinator | undefined): Combinator {
    const combinator = new Combinator(future.combinatorType, parent);
    const add = (id: number | string) => {
      const leaf = this.#leaves.get(id);
      if (leaf === undefined) this.#leaves.set(id, { state: "pending", parents: [combinator] });
      else leaf.parents.push(combinator);
      combinator.add("pending");
    };
    future.waitingCompletions.forEach(add);
    for (const index of future.waitingSignals) add(-index);
    future.waitingNamedSignals.forEach(add);
    for (const nested of future.nestedFutures) combinator.add(this.#combinator(nested, combinator).state);
    return combinator;
  }
}

/**
 * Signals that come more than once, so that one which the SDK has dealt with says nothing about the next: those with a
 * name, and CANCEL. SDKs wait for CANCEL at every await point, also after the one that was.
 */
export function comesAgain(notification: number | null): boolean {
  return notification === null || notification === -BuiltInSignal.Cancel;
}

/** Whether the leaves' outcomes matter, and not only that they completed. */
function needsOutcomes(future: FutureMessage): boolean {
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

/** Completion ids anywhere in the tree. */
export function awaitedCompletions(future: FutureMessage, into: number[] = []): number[] {
  into.push(...future.waitingCompletions);
  for (const nested of future.nestedFutures) awaitedCompletions(nested, into);
  return into;
}
