import type { Ids } from "../../ui/grid.tsx";

export interface Member {
  readonly id: string;
  readonly createdAtMs: number;
}

/** Dropping what is too much costs a look at all: it waits until it is this share of them. */
const SLACK = 0.01;

/**
 * Who belongs to a list, by time of creation. New ones nearly always are the newest and cost nothing then, however many
 * there are.
 */
export class Members {
  readonly #limit: number;
  readonly #isOldestFirst: boolean;
  /** The oldest first, whatever is shown first. */
  #ids: string[] = [];
  /** Their times of creation, in an array of its own so that the numbers are not a hundred thousand objects. */
  #times: number[] = [];
  #known = new Set<string>();

  constructor(limit: number, isOldestFirst: boolean) {
    this.#limit = limit;
    this.#isOldestFirst = isOldestFirst;
  }

  get size(): number {
    return this.#ids.length;
  }

  has(id: string): boolean {
    return this.#known.has(id);
  }

  /** @param members in the order of the list */
  replace(members: readonly Member[]): void {
    const oldestFirst = this.#isOldestFirst ? members : members.toReversed();
    this.#ids = oldestFirst.map(({ id }) => id);
    this.#times = oldestFirst.map(({ createdAtMs }) => createdAtMs);
    this.#known = new Set(this.#ids);
  }

  add({ id, createdAtMs }: Member): void {
    const at = this.#countUntil(createdAtMs);
    if (at === this.#ids.length) {
      this.#ids.push(id);
      this.#times.push(createdAtMs);
    } else {
      this.#ids.splice(at, 0, id);
      this.#times.splice(at, 0, createdAtMs);
    }
    this.#known.add(id);
    if (this.#ids.length > this.#limit * (1 + SLACK)) this.#cut();
  }

  remove(gone: ReadonlySet<string>): void {
    const times: number[] = [];
    this.#ids = this.#ids.filter((id, index) => {
      if (gone.has(id)) return false;
      times.push(this.#times[index] as number);
      return true;
    });
    this.#times = times;
    for (const id of gone) this.#known.delete(id);
  }

  get newestMs(): number | undefined {
    return this.#times.at(-1);
  }

  /** How many are newer than `ms`. */
  countAfter(ms: number): number {
    return this.#ids.length - this.#countUntil(ms);
  }

  /** What is shown, in its order, without the newest `held`. It goes along with what changes. */
  view(held = 0): Ids {
    const ids = this.#ids;
    const end = ids.length - held;
    const length = Math.min(this.#limit, end);
    const isOldestFirst = this.#isOldestFirst;
    return {
      length,
      at: (index) => (index < 0 || index >= length ? undefined : ids[isOldestFirst ? index : end - 1 - index]),
    };
  }

  #countUntil(ms: number): number {
    // Nearly always all of them.
    let [low, high] = [0, this.#times.length];
    if (high === 0 || (this.#times[high - 1] as number) <= ms) return high;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#times[middle] as number) <= ms) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #cut(): void {
    const surplus = this.#ids.length - this.#limit;
    const from = this.#isOldestFirst ? this.#limit : 0;
    for (const id of this.#ids.splice(from, surplus)) this.#known.delete(id);
    this.#times.splice(from, surplus);
  }
}
