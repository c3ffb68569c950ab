import { INVOCATION_ID, LOCAL_PORT, Names, TIMESTAMP } from "../support/names.ts";

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

const DEPLOYMENT_ID = /dp_1[0-9A-Za-z]+/g;
const AWAKEABLE_ID = /(?:sign|prom)_1[0-9A-Za-z_-]+/g;

/** Masks the answers of one script. */
export class Normaliser {
  readonly #names = new Names();

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
      .replace(INVOCATION_ID, (id) => this.#names.of("invocation", id))
      .replace(DEPLOYMENT_ID, (id) => this.#names.of("deployment", id))
      .replace(AWAKEABLE_ID, (id) => this.#names.of("awakeable", id))
      .replace(LOCAL_PORT, (_all, port: string) => this.#names.of("address", port))
      .replace(TIMESTAMP, "<time>");
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
