import { type Change, merged, type StateChange } from "./messages.ts";

/** What was told under one number. */
export interface Batch {
  readonly seq: number;
  readonly registry: boolean;
  /** `undefined`: too many to tell. */
  readonly changes: readonly Change[] | undefined;
  /** In order; absent when there are none. */
  readonly states?: readonly StateChange[];
}

/** The last batches in order, up to a number of changes; older ones are forgotten. */
export class Recent {
  readonly #limit: number;
  #batches: Batch[] = [];
  #size = 0;
  #seq = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** The number of the last batch; 0 before the first. */
  get seq(): number {
    return this.#seq;
  }

  add(changes: readonly Change[] | undefined, registry: boolean, states: readonly StateChange[] = []): Batch {
    const batch: Batch = { seq: ++this.#seq, registry, changes, ...(states.length > 0 ? { states } : {}) };
    this.#batches.push(batch);
    this.#size += sizeOf(batch);
    let forgotten = 0;
    while (this.#size > this.#limit && forgotten < this.#batches.length - 1) {
      this.#size -= sizeOf(this.#batches[forgotten++] as Batch);
    }
    if (forgotten > 0) this.#batches = this.#batches.slice(forgotten);
    return batch;
  }

  /**
   * All that came after number `seq`, each invocation once.
   * @returns `undefined` when not all of it is known any more, or it is too much
   */
  since(seq: number): Batch | undefined {
    if (seq > this.#seq || seq < 0) return undefined;
    const missing = this.#seq - seq;
    if (missing > this.#batches.length) return undefined;
    const batches = this.#batches.slice(this.#batches.length - missing);
    const [only] = batches;
    if (only !== undefined && batches.length === 1) return only.changes && only;
    const byId = new Map<string, Change>();
    for (const { changes } of batches) {
      if (changes === undefined) return undefined;
      for (const change of changes) gather(byId, change);
    }
    const states = batches.flatMap((batch) => batch.states ?? []);
    return {
      seq: this.#seq,
      registry: batches.some(({ registry }) => registry),
      changes: [...byId.values()],
      ...(states.length > 0 ? { states } : {}),
    };
  }
}

/** Adds a change to those of the same time; the order is that of the last change of each. */
export function gather(byId: Map<string, Change>, change: Change): void {
  const earlier = byId.get(change.id);
  if (earlier !== undefined) byId.delete(change.id);
  byId.set(change.id, earlier === undefined ? change : merged(earlier, change));
}

/** An empty batch has a size too, so that their number is bounded. */
function sizeOf({ changes, states }: Batch): number {
  return 1 + (changes?.length ?? 0) + (states?.length ?? 0);
}
