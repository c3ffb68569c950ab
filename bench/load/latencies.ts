/** Latencies in microseconds; keeps every single one, so its percentiles are exact. */
export class Latencies {
  #values = new Float64Array(1 << 14);
  #count = 0;
  #isSorted = true;

  get count(): number {
    return this.#count;
  }

  add(us: number): void {
    if (this.#count === this.#values.length) {
      const grown = new Float64Array(2 * this.#values.length);
      grown.set(this.#values);
      this.#values = grown;
    }
    this.#values[this.#count++] = us;
    this.#isSorted = false;
  }

  /**
   * The smallest latency that at least `share` of all do not exceed (nearest rank); NaN when there is none.
   *
   * @param share between 0 and 1; 0.5 is the median
   */
  percentile(share: number): number {
    if (this.#count === 0) return Number.NaN;
    if (!this.#isSorted) {
      this.#values.subarray(0, this.#count).sort();
      this.#isSorted = true;
    }
    const rank = Math.max(1, Math.ceil(share * this.#count));
    return this.#values[rank - 1] as number;
  }
}
