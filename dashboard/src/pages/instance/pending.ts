import type { Instance } from "../../api/instance.ts";
import { composed, type Edit, isDone } from "./edit.ts";
import { foresee } from "./foresight.ts";

/** Edits of this page that wait in the inbox for their turn. */
export interface Pending {
  readonly position: number;
  readonly edits: readonly Edit[];
  /** When it was sent; places in an inbox are given out again, and what was heard of one before is of another. */
  readonly sentAtMs: number;
}

export type Outcome = "applied" | "dropped";

/** What has become of edits that waited. */
export interface Settled {
  /** Those that wait still. */
  readonly waiting: readonly Pending[];
  readonly applied: readonly Pending[];
  /** What was dropped, as one change: to be made again, or to be decided on. */
  readonly dropped: readonly Edit[];
}

/**
 * An edit that was made on top of another one that is dropped will be dropped as well: it is made again together with
 * that one, and its turn is of no interest any more.
 */
export function settle(
  pending: readonly Pending[],
  now: Pick<Instance, "entries" | "version" | "queue">,
  outcomeOf: (position: number) => Outcome | undefined,
): Settled {
  const queued = new Set(now.queue.flatMap(({ position, change }) => (change === undefined ? [] : [position])));
  const gone = pending.filter(({ position }) => !queued.has(position));
  const applied = gone.filter(({ position }) => outcomeOf(position) === "applied");
  const lost = gone.filter((one) => !applied.includes(one));
  const [first] = lost;
  const doomed = new Set(foresee(now).steps.flatMap(({ position, isDoomed }) => (isDoomed ? [position] : [])));
  const follows = ({ position }: Pending): boolean =>
    first !== undefined && position > first.position && queued.has(position) && doomed.has(position);
  const waiting = pending.filter((one) => queued.has(one.position) && !follows(one));
  const edits = composed([...lost, ...pending.filter(follows)].map((one) => one.edits));
  // A page that was away when it happened has not heard of it, and has to look.
  const isUnheard = lost.every(({ position }) => outcomeOf(position) === undefined);
  if (isUnheard && lost.length > 0 && isDone(now.entries, edits)) return { waiting, applied: gone, dropped: [] };
  return { waiting, applied, dropped: edits };
}
