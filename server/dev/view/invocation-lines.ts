import { messageTypeName } from "../../../sdk/protocol/index.ts";
import { printable, printableLines } from "../../printable.ts";
import type { InvocationEvent, ObservedFailure } from "../../seams.ts";
import type { Paint } from "./paint.ts";
import { ownFrames } from "./stack.ts";

/** What has happened to one invocation since its last line. */
interface Followed {
  readonly sinceMs: number;
  last: InvocationEvent;
  /** A line has said that it is there. */
  isShown: boolean;
  /** Message of the last failure that was shown, with its stack. */
  shownFailure: string | undefined;
  failures: number;
}

/** Lines at a time, so that a burst of invocations leaves something to read. */
const LINES_AT_A_TIME = 20;
/** More invocations than that at a time are no longer followed one by one. */
const FOLLOWED = 10_000;

export type Counted = "running" | "suspended" | "backing-off" | "paused";

/**
 * Lines about invocations. Events are collected for a moment, and what has become of an invocation in it is one line:
 * a quick call is one, not five.
 */
export class InvocationLines {
  readonly #paint: Paint;
  readonly #folder: string;
  readonly #followed = new Map<string, Followed>();
  readonly #changed = new Map<string, Followed>();

  /** @param folder paths in stacks are relative to it */
  constructor(paint: Paint, folder: string) {
    this.#paint = paint;
    this.#folder = folder;
  }

  take(event: InvocationEvent): void {
    if (event.kind === "journal") return;
    const known = this.#followed.get(event.id);
    // What was purged has been told of when it ended.
    if (known === undefined && event.kind === "removed") return;
    const followed = known ?? {
      sinceMs: event.createdAtMs,
      last: event,
      isShown: false,
      shownFailure: undefined,
      failures: 0,
    };
    followed.last = event;
    if (event.kind === "backing-off") followed.failures++;
    if (event.kind === "completed" || event.kind === "removed") this.#followed.delete(event.id);
    else if (known === undefined && this.#followed.size < FOLLOWED) this.#followed.set(event.id, followed);
    this.#changed.set(event.id, followed);
  }

  count(kind: Counted): number {
    let count = 0;
    for (const { last } of this.#followed.values()) {
      if (last.kind === kind || (kind === "running" && last.kind === "ready")) count++;
    }
    return count;
  }

  /** The lines that have come together; those of failures first when there are too many. */
  drain(): string[] {
    if (this.#changed.size === 0) return [];
    const changed = [...this.#changed.values()];
    this.#changed.clear();
    const blocks = changed.map((followed) => ({ followed, lines: this.#linesOf(followed) }));
    const told = blocks.filter(({ lines }) => lines.length > 0);
    if (told.length <= LINES_AT_A_TIME) return told.flatMap(({ lines }) => lines);
    const isBad = ({ followed: { last } }: (typeof told)[number]) =>
      last.kind === "backing-off" ||
      last.kind === "paused" ||
      (last.kind === "completed" && last.failure !== undefined);
    const shown = [...told.filter(isBad), ...told.filter((block) => !isBad(block))].slice(0, LINES_AT_A_TIME);
    const counts = new Map<string, number>();
    for (const block of told) {
      if (shown.includes(block)) continue;
      const { kind } = block.followed.last;
      const word = kind === "ready" || kind === "running" ? "started" : kind;
      counts.set(word, (counts.get(word) ?? 0) + 1);
    }
    const rest = [...counts].map(([word, count]) => `${count} ${word}`).join(", ");
    return [...shown.flatMap(({ lines }) => lines), this.#paint.quiet(`… and more: ${rest}`)];
  }

  /** Why an invocation was paused although nobody asked for it: the code has changed under its journal. */
  mismatch(event: InvocationEvent): string[] {
    const { bad } = this.#paint;
    const failure = event.kind === "backing-off" ? event.failure : undefined;
    const where =
      failure?.commandIndex === undefined
        ? ""
        : ` at command ${failure.commandIndex}${nameOf(failure) === "" ? "" : ` (${nameOf(failure)})`}`;
    return [
      `${bad("‖")} ${this.#name(event)} paused: its journal does not fit the new code${where}`,
      ...indented(printableLines(failure?.message ?? "")),
      "    r starts it again from its input; or change the code back and save",
    ];
  }

  #linesOf(followed: Followed): string[] {
    const { last } = followed;
    const { good, bad, waiting, quiet } = this.#paint;
    const name = this.#name(last);
    switch (last.kind) {
      case "completed": {
        const time = quiet(`${last.atMs - followed.sinceMs} ms`);
        if (last.failure === undefined) return [`${good("✓")} ${name} ${time}`];
        const [first = "", ...more] = printableLines(last.failure.message).split("\n");
        return [`${bad("✗")} ${name} ${last.failure.code} ${first} ${time}`, ...indented(more.join("\n"))];
      }
      case "removed":
        return [`${quiet("–")} ${name} ended before it began`];
      case "backing-off": {
        const seconds = Math.max(0, (last.nextAttemptMs - last.atMs) / 1000).toFixed(1);
        const attempt = `attempt ${last.failedAttempts} failed, the next one in ${seconds} s`;
        return [`${waiting("↻")} ${name} ${attempt}`, ...this.#failure(followed, last.failure)];
      }
      case "paused":
        if (last.failure === undefined) return [];
        return [`${bad("‖")} ${name} paused after its last attempt`, ...this.#failure(followed, last.failure)];
      case "suspended":
        followed.isShown = true;
        return [`${quiet("◌")} ${name} suspended`];
      case "scheduled":
        followed.isShown = true;
        return [`${quiet("◷")} ${name} is due in ${((last.dueMs - last.atMs) / 1000).toFixed(1)} s`];
      case "inboxed":
        followed.isShown = true;
        return [`${quiet("◷")} ${name} waits for its key`];
      case "ready":
      case "running":
        if (followed.isShown) return [];
        followed.isShown = true;
        return [`${quiet("▸")} ${name} started`];
      case "journal":
        return [];
    }
  }

  /** The same failure again and again is shown once in full. */
  #failure(followed: Followed, failure: ObservedFailure): string[] {
    followed.isShown = true;
    if (followed.shownFailure === failure.message) return [];
    followed.shownFailure = failure.message;
    const code = failure.restateCode === undefined ? "" : `[${failure.restateCode}] `;
    return [
      ...indented(this.#paint.bad(code + printableLines(failure.message))),
      ...ownFrames(failure.stacktrace, this.#folder).map((frame) => this.#paint.quiet(`      ${printable(frame)}`)),
    ];
  }

  #name({ service, handler, key, id }: InvocationEvent): string {
    const target = printable([service, ...(key === undefined ? [] : [key]), handler].join("/"));
    return `${this.#paint.strong(target)} ${this.#paint.quiet(id)}`;
  }
}

function nameOf({ commandType, commandName }: ObservedFailure): string {
  const type = commandType === undefined ? "" : messageTypeName(commandType).replace(/Command$/, "");
  return [type, printable(commandName ?? "")].filter((part) => part !== "").join(" ");
}

function indented(text: string): string[] {
  return text === "" ? [] : text.split("\n").map((line) => `    ${line}`);
}
