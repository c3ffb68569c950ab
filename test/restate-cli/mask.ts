import { INVOCATION_ID, LOCAL_PORT, Names, TIMESTAMP } from "../support/names.ts";
import type { Stand } from "./stand.ts";

const IDS = /\b(dp|vq|sub)_1[0-9A-Za-z]+/g;
const ULID = /\b01[0-9A-HJKMNP-TV-Z]{24}\b/g;
const TIMES = [TIMESTAMP, /\b[A-Z][a-z]{2},? \d\d? [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d [+-]\d\d:?\d\d/g];
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
  readonly #names = new Names();

  constructor(stand: Stand, home: string) {
    this.#stand = stand;
    this.#home = home;
  }

  async text(text: string): Promise<string> {
    await this.#learnInvocations(text);
    await this.#learnQueues(text);
    const masked = text
      .replaceAll(this.#home, "<home>")
      .replace(INVOCATION_ID, (id) => this.#names.known(id) ?? "<unknown invocation>")
      .replace(IDS, (id, kind: string) => this.#names.of(kind, id))
      .replace(LOCAL_PORT, (_all, port: string) => this.#names.of("address", port))
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
    const isNew = [...text.matchAll(INVOCATION_ID)].some(([id]) => this.#names.known(id) === undefined);
    if (!isNew) return;
    for (const { id, target } of await this.#stand.rows(
      "select id, target from sys_invocation order by created_at, id",
    ))
      this.#names.of(String(target), String(id));
  }

  /** Virtual queues have names of their own: what waits there. */
  async #learnQueues(text: string): Promise<void> {
    const isNew = [...text.matchAll(IDS)].some(([id, kind]) => kind === "vq" && this.#names.known(id) === undefined);
    if (!isNew) return;
    for (const row of await this.#stand.rows(
      "select id, service_name, scope, limit_key, lock_name from sys_vqueue_meta",
    ))
      this.#names.of(
        `vq ${row.lock_name ?? row.service_name} ${row.scope ?? "-"} ${row.limit_key ?? "-"}`,
        String(row.id),
      );
  }
}
