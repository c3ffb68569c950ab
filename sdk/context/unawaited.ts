/** A promise of an attempt. */
export interface Awaitable {
  /** Somebody has awaited it, or combined it with others. */
  readonly isUsed: boolean;
  /** What it is about. Undefined for a promise that need not be awaited. */
  describe(): string | undefined;
}

/**
 * Which promises of an attempt nobody has awaited. Nearly all are awaited right after they were made, so only those
 * are kept that were still unused when the next one was made.
 */
export class Unawaited {
  #newest: Awaitable | undefined;
  #older: Awaitable[] = [];

  add(promise: Awaitable): void {
    const newest = this.#newest;
    if (newest !== undefined && !newest.isUsed && newest.describe() !== undefined) this.#older.push(newest);
    this.#newest = promise;
  }

  /** What the promises are about that should have been awaited, in the order in which they were made. */
  descriptions(): string[] {
    const descriptions: string[] = [];
    for (const promise of this.#newest === undefined ? this.#older : [...this.#older, this.#newest]) {
      const description = promise.isUsed ? undefined : promise.describe();
      if (description !== undefined) descriptions.push(description);
    }
    return descriptions;
  }
}
