import { CombinatorType, type FutureMessage } from "../protocol/index.ts";
import type { Notifications, Source } from "./notifications.ts";
import type { Awaited } from "./types.ts";

const ROOT = 0;
const NO_LEAF = -1;

/**
 * An await point, laid out flat so that one answer costs a few array accesses, however many are awaited. The arrays
 * are used again for the next await point.
 *
 * An await point can go on when its root is complete, and also when any combination of it is that a single child
 * decides (the first of a race, the first failure of an `all`): user code observes such inner results one at a time.
 * The root here is always such a combination: of what the handler awaits and, mostly, of the cancel signal.
 */
export class AwaitTree {
  #generation = 0;
  readonly #combinators: number[] = [];
  readonly #parents: number[] = [];
  readonly #pending: number[] = [];
  readonly #leafNodes: number[] = [];
  /** The next leaf of the same source. */
  readonly #leafNexts: number[] = [];
  #awaited: Awaited = 0;
  #cancel: Source | undefined;

  /** Starts over with another await point. Answers whether it can go on right away. */
  load(awaited: Awaited, cancel: Source | undefined, notifications: Notifications): boolean {
    this.#generation++;
    this.#awaited = awaited;
    this.#cancel = cancel;
    this.#combinators.length = 0;
    this.#parents.length = 0;
    this.#pending.length = 0;
    this.#leafNodes.length = 0;
    this.#leafNexts.length = 0;
    this.#addNode(CombinatorType.FirstCompleted, NO_LEAF, 2);
    return this.#add(awaited, ROOT, notifications) || (cancel !== undefined && this.#addLeaf(cancel, ROOT));
  }

  /** A source has become ready. Answers whether the await point can go on now. */
  settle(source: Source): boolean {
    if (source.generation !== this.#generation) return false;
    for (let leaf = source.firstLeaf; leaf !== NO_LEAF; leaf = this.#leafNexts[leaf] as number) {
      if (this.#settleChild(this.#leafNodes[leaf] as number, source.isFailed)) return true;
    }
    return false;
  }

  /** Whether a source is among those still awaited. */
  isAwaiting(source: Source): boolean {
    return source.generation === this.#generation && !source.isReady;
  }

  /** What is still awaited, as a message (v7). */
  toFuture(notifications: Notifications): Required<Pick<FutureMessage, FutureField>> {
    const awaited = this.#awaited;
    const cancel = this.#cancel;
    // A server takes a second cancellation for the first one, which is in the journal, and would never let us suspend.
    const isCancelAwaited = cancel !== undefined && !cancel.wasTaken;
    if (!isCancelAwaited && typeof awaited !== "number") return combinationOf(awaited, notifications);
    const future = emptyFuture(CombinatorType.FirstCompleted);
    addTo(future, awaited, notifications);
    if (isCancelAwaited) future.waitingSignals.push(cancel.id as number);
    return future;
  }

  #add(awaited: Awaited, parent: number, notifications: Notifications): boolean {
    if (typeof awaited === "number") {
      const source = notifications.source(awaited);
      return source !== undefined && this.#addLeaf(source, parent);
    }
    const children = awaited.of;
    const node = this.#addNode(awaited.combinator, parent, children.length);
    if (children.length === 0) {
      // A race of nothing never ends; of nothing, all have succeeded, and none has.
      if (isDecidedByOne(awaited.combinator)) return false;
      return this.#settleChild(parent, awaited.combinator === CombinatorType.FirstSucceededOrAllFailed);
    }
    for (let i = 0; i < children.length; i++) {
      if (this.#add(children[i] as Awaited, node, notifications)) return true;
    }
    return false;
  }

  #addNode(combinator: number, parent: number, children: number): number {
    this.#combinators.push(combinator);
    this.#parents.push(parent);
    return this.#pending.push(children) - 1;
  }

  #addLeaf(source: Source, node: number): boolean {
    if (source.isReady) return this.#settleChild(node, source.isFailed);
    this.#leafNexts.push(source.generation === this.#generation ? source.firstLeaf : NO_LEAF);
    source.generation = this.#generation;
    source.firstLeaf = this.#leafNodes.push(node) - 1;
    return false;
  }

  /** One child of a node is complete. Answers whether that lets the handler go on. */
  #settleChild(node: number, isFailed: boolean): boolean {
    let at = node;
    let failed = isFailed;
    for (;;) {
      switch (this.#combinators[at]) {
        case CombinatorType.AllCompleted:
          if (!this.#isLast(at)) return false;
          failed = false;
          break;
        case CombinatorType.AllSucceededOrFirstFailed:
          if (failed) return true;
          if (!this.#isLast(at)) return false;
          break;
        case CombinatorType.FirstSucceededOrAllFailed:
          if (!failed) return true;
          if (!this.#isLast(at)) return false;
          break;
        default:
          return true;
      }
      at = this.#parents[at] as number;
    }
  }

  /** Counts one child of a node as complete; whether no other is pending. */
  #isLast(node: number): boolean {
    const pending = (this.#pending[node] as number) - 1;
    this.#pending[node] = pending;
    return pending === 0;
  }
}

type FutureField = "waitingCompletions" | "waitingSignals" | "waitingNamedSignals" | "nestedFutures" | "combinatorType";

interface GrowingFuture {
  readonly waitingCompletions: number[];
  readonly waitingSignals: number[];
  readonly waitingNamedSignals: string[];
  readonly nestedFutures: GrowingFuture[];
  readonly combinatorType: number;
}

function emptyFuture(combinatorType: number): GrowingFuture {
  return { waitingCompletions: [], waitingSignals: [], waitingNamedSignals: [], nestedFutures: [], combinatorType };
}

function isDecidedByOne(combinator: number): boolean {
  return combinator === CombinatorType.FirstCompleted || combinator === CombinatorType.Unknown;
}

function combinationOf(awaited: Exclude<Awaited, number>, notifications: Notifications): GrowingFuture {
  const future = emptyFuture(awaited.combinator);
  for (const child of awaited.of) addTo(future, child, notifications);
  return future;
}

/** Adds what is left of an awaited thing to the future around it. */
function addTo(future: GrowingFuture, awaited: Awaited, notifications: Notifications): void {
  if (typeof awaited !== "number") {
    const nested = combinationOf(awaited, notifications);
    if (isDecidedByOne(awaited.combinator) || !isEmpty(nested)) future.nestedFutures.push(nested);
    return;
  }
  const source = notifications.source(awaited);
  if (source === undefined || source.isReady) return;
  switch (source.kind) {
    case "completion":
      future.waitingCompletions.push(source.id as number);
      break;
    case "signal":
      future.waitingSignals.push(source.id as number);
      break;
    case "namedSignal":
      future.waitingNamedSignals.push(source.id as string);
      break;
  }
}

function isEmpty(future: GrowingFuture): boolean {
  return (
    future.waitingCompletions.length === 0 &&
    future.waitingSignals.length === 0 &&
    future.waitingNamedSignals.length === 0 &&
    future.nestedFutures.length === 0
  );
}

export interface FlatFuture {
  readonly waitingCompletions: number[];
  readonly waitingSignals: number[];
  readonly waitingNamedSignals: string[];
}

/** The leaves of a future, without its combinators (v5 and v6). */
export function flatten(
  future: Pick<FutureMessage, FutureField>,
  into: FlatFuture = { waitingCompletions: [], waitingSignals: [], waitingNamedSignals: [] },
): FlatFuture {
  into.waitingCompletions.push(...future.waitingCompletions);
  into.waitingSignals.push(...future.waitingSignals);
  into.waitingNamedSignals.push(...future.waitingNamedSignals);
  for (const nested of future.nestedFutures) flatten(nested, into);
  return into;
}
