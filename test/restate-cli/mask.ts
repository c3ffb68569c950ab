import type { Stand } from "./stand.ts";

const INVOCATION = /inv_1[0-9A-Za-z]{33}/g;
const IDS = /\b(dp|vq|sub)_1[0-9A-Za-z]+/g;
const LOCAL_PORT = /\b(?:localhost|127\.0\.0\.1):(\d+)/g;
const ULID = /\b01[0-9A-HJKMNP-TV-Z]{24}\b/g;
const TIMES = [
  /\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:\.\d+)?(?:Z| ?[+-]\d\d:\d\d)/g,
  /\b[A-Z][a-z]{2},? \d\d? [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d [+-]\d\d:?\d\d/g,
];
const AMOUNT = "\\d+(?:\\.\\d+)? (?:days?|hours?|minutes?|seconds?|ms|us|ns)";
const DURATIONS = [
  new RegExp(`\\b${AMOUNT}(?:(?:, | and )${AMOUNT})*`, "g"),
  /\bPT[\dHM.]+S?\b/g,
  // Less than a millisecond.
  /\bnow(?= ago\b)/g,
];

/**
 * Takes from what the CLI prints what differs between any two runs. Ids get the name of what they stand for, so that a
 * line about another invocation is still another line; times, durations, ports and the width of columns become one word.
 */
export class Mask {
  readonly #stand: Stand;
  readonly #home: string;
  readonly #names = new Map<string, string>();
  readonly #counts = new Map<string, number>();

  constructor(stand: Stand, home: string) {
    this.#stand = stand;
    this.#home = home;
  }

  async text(text: string): Promise<string> {
    await this.#learnInvocations(text);
    await this.#learnQueues(text);
    const masked = text
      .replaceAll(this.#home, "<home>")
      .replace(INVOCATION, (id) => this.#names.get(id) ?? "<unknown invocation>")
      .replace(IDS, (id, kind: string) => this.#name(kind, id))
      .replace(LOCAL_PORT, (_all, port: string) => this.#name("address", port))
      .replace(ULID, "<ulid>")
      .replace(/"partition_key":\d+/g, '"partition_key":<number>')
      .replace(/Query took \S+/g, "Query took <duration>");
    const timeless = TIMES.reduce((rest, time) => rest.replace(time, "<time>"), masked);
    return (
      DURATIONS.reduce((rest, duration) => rest.replace(duration, "<duration>"), timeless)
        // What it says of a suspended invocation depends on for how long.
        .replace(
          /suspended {2}\(<duration>(?: ago|\. The key will not be released until this invocation is complete)\)/g,
          "suspended  (<duration>)",
        )
    );
  }

  /** Invocations are named by their targets, in the order in which they were created. */
  async #learnInvocations(text: string): Promise<void> {
    const isNew = [...text.matchAll(INVOCATION)].some(([id]) => !this.#names.has(id));
    if (!isNew) return;
    for (const { id, target } of await this.#stand.rows(
      "select id, target from sys_invocation order by created_at, id",
    ))
      this.#name(String(target), String(id));
  }

  /** Virtual queues have names of their own: what waits there. */
  async #learnQueues(text: string): Promise<void> {
    const isNew = [...text.matchAll(IDS)].some(([id, kind]) => kind === "vq" && !this.#names.has(id));
    if (!isNew) return;
    for (const row of await this.#stand.rows(
      "select id, service_name, scope, limit_key, lock_name from sys_vqueue_meta",
    ))
      this.#name(`vq ${row.lock_name ?? row.service_name} ${row.scope ?? "-"} ${row.limit_key ?? "-"}`, String(row.id));
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
