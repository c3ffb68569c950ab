/** What servers make up, and what must therefore differ between two of them. */
export const INVOCATION_ID = /inv_1[0-9A-Za-z]{33}/g;
export const TIMESTAMP = /\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:\.\d+)?(?:Z| ?[+-]\d\d:\d\d)/g;
export const LOCAL_PORT = /(?:\blocalhost|\b127\.0\.0\.1|\[::1\]):(\d+)/g;

/**
 * Names what differs between two servers by the order in which it first appeared, so that "the same id as before"
 * stays visible while the id itself does not.
 */
export class Names {
  readonly #names = new Map<string, string>();
  readonly #counts = new Map<string, number>();

  /** `<kind 1>`, `<kind 2>`, … */
  of(kind: string, value: string): string {
    const known = this.#names.get(value);
    if (known !== undefined) return known;
    const count = (this.#counts.get(kind) ?? 0) + 1;
    this.#counts.set(kind, count);
    const name = `<${kind} ${count}>`;
    this.#names.set(value, name);
    return name;
  }

  /** `undefined`: it did not appear yet. */
  known(value: string): string | undefined {
    return this.#names.get(value);
  }
}
