import type { StateEntry } from "../protocol/index.ts";

/** The state of a virtual object as far as this attempt knows it: what came with the start, and its own changes. */
export class EagerState {
  #entries: readonly StateEntry[];
  #isPartial: boolean;
  /** Made of the entries when it is first needed; undefined as a value: cleared. */
  #values: Map<string, Uint8Array | undefined> | undefined;

  constructor(entries: readonly StateEntry[], isPartial: boolean) {
    this.#entries = entries;
    this.#isPartial = isPartial;
  }

  /** The value of a key, `undefined` when there is none, or `"unknown"` when only the server knows. */
  get(key: string): Uint8Array | "unknown" | undefined {
    const values = this.#known();
    const value = values.get(key);
    if (value !== undefined || values.has(key)) return value;
    return this.#isPartial ? "unknown" : undefined;
  }

  /** All keys in order, or `"unknown"` when only the server knows them. */
  keys(): readonly string[] | "unknown" {
    if (this.#isPartial) return "unknown";
    const keys: string[] = [];
    for (const [key, value] of this.#known()) if (value !== undefined) keys.push(key);
    return keys.sort();
  }

  set(key: string, value: Uint8Array): void {
    this.#known().set(key, value);
  }

  clear(key: string): void {
    this.#known().set(key, undefined);
  }

  /** From here on everything is known: there is nothing. */
  clearAll(): void {
    this.#values = new Map();
    this.#isPartial = false;
  }

  #known(): Map<string, Uint8Array | undefined> {
    if (this.#values === undefined) {
      this.#values = new Map();
      for (const { key, value } of this.#entries) this.#values.set(key.toString(), value);
    }
    return this.#values;
  }
}
