import type { LimitRulesView } from "../../registry/types.ts";

/** A scope, or a limit key in it: what a rule limits. */
export interface Level {
  readonly path: readonly string[];
  usage: number;
  limit: number | undefined;
  rule: string | undefined;
  /** Queues that have found it full, first come first served. */
  readonly waiting: Set<Queue>;
}

/** A virtual queue in which something waits. It is in one place at a time: see {@link Slots}. */
export interface Queue {
  readonly name: string;
  readonly paths: readonly (readonly string[])[];
  waiters: number;
  /** The level that it waits at. */
  blockedAt: Level | undefined;
  /** The level whose free place has woken it up. */
  wokenBy: Level | undefined;
}

/**
 * Counts what runs at each level of scope and limit key, and says which queue is next. In memory only, and without
 * knowledge of what the queues hold.
 *
 * A queue with waiters is a candidate, waits at the first level that it finds full (scope, level 1, level 2), or is
 * parked because it is paused. A place that becomes free wakes one queue, the one that has waited there longest, and
 * that one goes to the end when it has started something: so restate-server 1.7.12 takes turns between queues. When
 * no candidate is left, no queue waits at a level that has room.
 */
export class Slots {
  readonly #rules: LimitRulesView;
  readonly #isPaused: (queue: string) => boolean;
  readonly #levels = new Map<string, Level>();
  readonly #queues = new Map<string, Queue>();
  readonly #candidates = new Set<Queue>();
  readonly #parked = new Set<Queue>();
  /** Of each invocation that counts, the levels it counts at: the deepest last. */
  readonly #holders = new Map<number, readonly Level[]>();
  /** How many of the queues are of unscoped invocations: paused, or just resumed. */
  #unscoped = 0;

  constructor(rules: LimitRulesView, isPaused: (queue: string) => boolean) {
    this.#rules = rules;
    this.#isPaused = isPaused;
  }

  get hasCandidates(): boolean {
    return this.#candidates.size > 0;
  }

  /** Whether anything unscoped waits. */
  get hasUnscoped(): boolean {
    return this.#unscoped > 0;
  }

  get levels(): IterableIterator<Level> {
    return this.#levels.values();
  }

  get queues(): IterableIterator<Queue> {
    return this.#queues.values();
  }

  queue(name: string): Queue | undefined {
    return this.#queues.get(name);
  }

  holds(seq: number): boolean {
    return this.#holders.has(seq);
  }

  /** Whether what comes to a queue now has to wait: behind others, for room, or because the queue is paused. */
  mustWait(queue: string, paths: readonly (readonly string[])[]): boolean {
    return this.#queues.has(queue) || this.#isPaused(queue) || !paths.every((path) => this.#hasRoom(path));
  }

  /** Counts an invocation in. */
  take(seq: number, paths: readonly (readonly string[])[]): void {
    if (paths.length === 0 || this.#holders.has(seq)) return;
    const levels = paths.map((path) => this.#level(path));
    for (const level of levels) level.usage++;
    this.#holders.set(seq, levels);
  }

  /** Counts an invocation out. */
  give(seq: number): void {
    const levels = this.#holders.get(seq);
    if (levels === undefined) return;
    this.#holders.delete(seq);
    for (const level of levels) level.usage--;
    // The deepest first, as the real server wakes them.
    for (const level of levels.toReversed()) this.#wake(level);
    for (const level of levels) this.#prune(level);
  }

  /** `waiters` more wait in a queue. */
  add(name: string, paths: readonly (readonly string[])[], waiters: number): void {
    const known = this.#queues.get(name);
    if (known !== undefined) {
      known.waiters += waiters;
      return;
    }
    const queue: Queue = { name, paths, waiters, blockedAt: undefined, wokenBy: undefined };
    this.#queues.set(name, queue);
    this.#candidates.add(queue);
    if (paths.length === 0) this.#unscoped++;
  }

  /** One that waited in a queue does not any more. */
  removed(name: string): void {
    const queue = this.#queues.get(name);
    if (queue === undefined || --queue.waiters > 0) return;
    this.#forget(queue);
    this.#candidates.delete(queue);
    this.#parked.delete(queue);
    this.#leaveLevel(queue);
    const { wokenBy } = queue;
    if (wokenBy !== undefined) this.#wake(wokenBy);
  }

  /** The queue whose turn it is, which may start one now; `undefined` when nobody may. Answer with {@link done}. */
  next(): Queue | undefined {
    for (const queue of this.#candidates) {
      this.#candidates.delete(queue);
      if (this.#isPaused(queue.name)) {
        this.#parked.add(queue);
      } else {
        const full = queue.paths.find((path) => !this.#hasRoom(path));
        if (full === undefined) return queue;
        const level = this.#level(full);
        level.waiting.add(queue);
        queue.blockedAt = level;
      }
      this.#passOn(queue);
    }
    return undefined;
  }

  /** The first of a queue has left it, and has been counted in if it runs. */
  done(queue: Queue): void {
    this.#passOn(queue);
    queue.waiters--;
    if (queue.waiters > 0) this.#candidates.add(queue);
    else this.#forget(queue);
  }

  /** The rules have changed: all limits are read again. */
  rulesChanged(): void {
    for (const level of this.#levels.values()) {
      this.#readRule(level);
      this.#wake(level);
    }
  }

  /** Queues have been paused or resumed. */
  pausesChanged(): void {
    for (const queue of this.#parked) {
      if (this.#isPaused(queue.name)) continue;
      this.#parked.delete(queue);
      this.#candidates.add(queue);
    }
  }

  /** Forgets the queues, not what runs. */
  forgetQueues(): void {
    this.#queues.clear();
    this.#unscoped = 0;
    this.#candidates.clear();
    this.#parked.clear();
    for (const level of this.#levels.values()) {
      level.waiting.clear();
      this.#prune(level);
    }
  }

  #hasRoom(path: readonly string[]): boolean {
    const known = this.#levels.get(path.join("/"));
    if (known !== undefined) return isFree(known);
    // The smallest limit is 1.
    return true;
  }

  #level(path: readonly string[]): Level {
    const key = path.join("/");
    let level = this.#levels.get(key);
    if (level === undefined) {
      level = { path, usage: 0, limit: undefined, rule: undefined, waiting: new Set() };
      this.#readRule(level);
      this.#levels.set(key, level);
    }
    return level;
  }

  #readRule(level: Level): void {
    const rule = this.#rules.ruleFor(level.path);
    level.limit = rule?.concurrency;
    level.rule = rule?.pattern;
  }

  /** A free place goes to the queue that has waited longest. */
  #wake(level: Level): void {
    if (!isFree(level)) return;
    for (const queue of level.waiting) {
      level.waiting.delete(queue);
      queue.blockedAt = undefined;
      queue.wokenBy = level;
      this.#candidates.add(queue);
      return;
    }
  }

  /** Whether the queue has used the place that woke it up or not: if there is one still, the next may try. */
  #passOn(queue: Queue): void {
    const { wokenBy } = queue;
    queue.wokenBy = undefined;
    if (wokenBy !== undefined) this.#wake(wokenBy);
  }

  #forget(queue: Queue): void {
    this.#queues.delete(queue.name);
    if (queue.paths.length === 0) this.#unscoped--;
  }

  #leaveLevel(queue: Queue): void {
    const level = queue.blockedAt;
    if (level === undefined) return;
    level.waiting.delete(queue);
    queue.blockedAt = undefined;
    this.#prune(level);
  }

  #prune(level: Level): void {
    if (level.usage === 0 && level.waiting.size === 0) this.#levels.delete(level.path.join("/"));
  }
}

function isFree({ usage, limit }: Level): boolean {
  return limit === undefined || usage < limit;
}

/** The levels that an invocation counts at: its scope, and the one or two of its limit key. No scope: none. */
export function pathsOf(scope: string, limitKey: string | null): readonly (readonly string[])[] {
  if (scope === "") return [];
  if (limitKey === null) return [[scope]];
  const [first = "", second] = limitKey.split("/");
  if (second === undefined) return [[scope], [scope, first]];
  return [[scope], [scope, first], [scope, first, second]];
}
