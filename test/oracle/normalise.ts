/** An answer without what must differ between two servers: ids, times, ports, the size of the wording. */
export interface Normalised {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: unknown;
}

export interface RawAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
}

const COMPARED_HEADERS = ["content-type", "x-restate-error-source", "location", "allow"] as const;
/** Their values are ids and times, so only whether they are there counts. */
const COMPARED_PRESENCE = ["idempotency-expires", "x-restate-id", "access-control-allow-origin"] as const;

const INVOCATION = /inv_1[0-9A-Za-z]{33}/g;
const DEPLOYMENT = /dp_1[0-9A-Za-z]+/g;
const AWAKEABLE = /(?:sign|prom)_1[0-9A-Za-z_-]+/g;
const TIME = /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)/g;
const LOCAL_PORT = /\b(localhost|127\.0\.0\.1|\[::1\]):(\d+)/g;

/**
 * Names what it masks by the order in which it first appeared in a script, so that "the same id as before" stays
 * visible while the id itself does not.
 */
export class Normaliser {
  readonly #names = new Map<string, string>();
  readonly #counts = new Map<string, number>();

  answer(answer: RawAnswer): Normalised {
    const headers: Record<string, string> = {};
    for (const name of COMPARED_HEADERS) {
      const value = answer.headers[name];
      if (value !== undefined) headers[name] = this.#mask(value);
    }
    for (const name of COMPARED_PRESENCE) {
      if (answer.headers[name] !== undefined) headers[name] = "<present>";
    }
    return { status: answer.status, headers, body: this.#body(answer.text) };
  }

  #body(text: string): unknown {
    let value: unknown;
    try {
      value = JSON.parse(text);
    } catch {
      return this.#mask(text);
    }
    return this.value(value);
  }

  value(value: unknown): unknown {
    if (typeof value === "string") return this.#mask(value);
    if (Array.isArray(value)) return sorted(value.map((element) => this.value(element)));
    if (typeof value !== "object" || value === null) return value;
    const entries = Object.entries(value).map(([name, member]) => [name, this.value(member)] as const);
    return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
  }

  #mask(text: string): string {
    return text
      .replace(INVOCATION, (id) => this.#name("invocation", id))
      .replace(DEPLOYMENT, (id) => this.#name("deployment", id))
      .replace(AWAKEABLE, (id) => this.#name("awakeable", id))
      .replace(LOCAL_PORT, (_all, _host: string, port: string) => this.#name("address", port))
      .replace(TIME, "<time>");
  }

  #name(kind: string, value: string): string {
    const known = this.#names.get(value);
    if (known !== undefined) return known;
    const count = (this.#counts.get(kind) ?? 0) + 1;
    this.#counts.set(kind, count);
    const name = `<${kind} ${count}>`;
    this.#names.set(value, name);
    return name;
  }
}

/** Names, and objects with a name, come out of hash maps on the real server: handlers and services, in any order. */
function sorted(values: readonly unknown[]): readonly unknown[] {
  if (values.every((value) => typeof value === "string")) return [...values].sort();
  const names = values.map((value) =>
    typeof value === "object" && value !== null && "name" in value ? String(value.name) : undefined,
  );
  if (names.includes(undefined)) return values;
  return [...values].sort((a, b) => ((a as { name: string }).name < (b as { name: string }).name ? -1 : 1));
}
