import {
  decodeInvocationId,
  encodeInvocationId,
  isCommand,
  MessageType,
  RunCommand,
} from "../../sdk/protocol/index.ts";
import { isOfInvocation, type ServerEvent } from "../../server/seams.ts";
import type { OpenServer } from "../../server/start.ts";
import {
  entryNumber,
  type InvocationRow,
  inspectionStatements,
  MAX_JOURNAL_ENTRIES,
} from "../../server/storage/index.ts";
import type { InvocationFailure, InvocationView } from "./invocation.ts";
import { readJournal, type StoredEntry } from "./journal.ts";
import { decoded, type EntryResult, plain } from "./values.ts";
import { readWaits } from "./waits.ts";

/** Nothing serves it: time alone does not end that wait. */
const UNSERVED = "RT0011";

/** Reads what a running server knows about invocations, and counts what it does with them. */
export class Inspection {
  #server: OpenServer | undefined;
  #rows: ReturnType<typeof inspectionStatements> | undefined;
  readonly #attempts = new Map<string, number>();
  readonly #listeners = new Map<string, Set<() => void>>();
  #changes = 0;

  /** @returns a function that ends it */
  watch(server: OpenServer): () => void {
    this.#server = server;
    this.#rows = inspectionStatements(server.storage.db);
    return server.observe((event) => this.#happened(event));
  }

  /** Grows with every change. */
  get changes(): number {
    return this.#changes;
  }

  attempts(id: string): number {
    return this.#attempts.get(id) ?? 0;
  }

  has(id: string): boolean {
    return this.#attempts.has(id);
  }

  onChange(id: string, call: () => void): () => void {
    const calls = this.#listeners.get(id) ?? new Set();
    this.#listeners.set(id, calls.add(call));
    return () => void calls.delete(call);
  }

  /** Ids of all invocations that are stored, from the first to the last. */
  ids(): string[] {
    return (this.#rows?.all.all() ?? []).map(({ id }) => encodeInvocationId(id));
  }

  journal(seq: number): StoredEntry[] {
    return (
      this.#server?.statements.journal.range.all(entryNumber(seq, 0), entryNumber(seq + 1, 0), MAX_JOURNAL_ENTRIES) ??
      []
    );
  }

  view(id: string): InvocationView | undefined {
    const row = this.#row(id);
    const description = this.#server?.engine.describe(id);
    if (row === undefined || description === undefined) return undefined;
    const entries = this.journal(row.seq);
    const result = this.#result(id);
    const last = description.lastFailure;
    const failed: InvocationFailure | undefined =
      result !== undefined && "failure" in result
        ? result.failure
        : last === undefined || description.status === "completed"
          ? undefined
          : { code: last.code, message: last.message, stacktrace: last.stacktrace };
    return {
      target: `${row.service}/${row.handler}`,
      key: row.key ?? undefined,
      status: description.status,
      journal: readJournal(entries),
      waits: readWaits(row.awaiting, entries),
      result,
      failure: failed,
    };
  }

  /** Journalled runs of this name that have no result. */
  openRuns(id: string, name: string): number {
    const row = this.#row(id);
    if (row === undefined) return 0;
    const entries = this.journal(row.seq);
    const done = new Set<number>();
    for (const entry of entries) {
      const { type, notification } = entry as StoredEntry & { notification: number | null };
      if (type === MessageType.RunCompletion && notification !== null) done.add(notification);
    }
    return entries.filter(({ type, body }) => {
      if (!isCommand(type) || type !== MessageType.RunCommand) return false;
      const run = RunCommand.decode(body);
      return run.name === name && !done.has(run.resultCompletionId);
    }).length;
  }

  hasReady(): boolean {
    return (this.#server?.statements.invocations.readyAfter.all(0, 1).length ?? 0) > 0;
  }

  nextTimerMs(): number | undefined {
    return this.#server?.statements.waits.nextTimer.get() ?? undefined;
  }

  /** Whether every unfinished invocation waits for time, itself or through others. Paused ones wait for nothing. */
  allWaitForTime(): boolean {
    return this.#unfinished().every((row) => {
      const id = encodeInvocationId(row.id);
      switch (this.#server?.engine.describe(id)?.status) {
        case "scheduled":
        case "inboxed":
        case "paused":
          return true;
        case "backing-off":
          return this.#server.engine.describe(id)?.lastFailure?.restateCode !== UNSERVED;
        case "suspended":
          return readWaits(row.awaiting, this.journal(row.seq)).every(({ isForTime }) => isForTime);
        default:
          return false;
      }
    });
  }

  /** What is unfinished, for people. */
  waiting(): string[] {
    return this.#unfinished().map((row) => `${row.service}/${row.handler} (${encodeInvocationId(row.id)})`);
  }

  #unfinished(): InvocationRow[] {
    return this.#rows?.unfinished.all() ?? [];
  }

  #row(id: string): InvocationRow | undefined {
    const bytes = decodeInvocationId(id);
    return bytes === undefined ? undefined : this.#rows?.byId.get(bytes);
  }

  #result(id: string): EntryResult | undefined {
    const output = this.#server?.engine.output({ kind: "id", id });
    if (output?.kind !== "done") return undefined;
    const { outcome } = output.completion;
    return outcome.kind === "value" ? { value: decoded(outcome.value) } : { failure: plain(outcome.failure) };
  }

  #happened(event: ServerEvent): void {
    this.#changes += 1;
    if (!isOfInvocation(event)) return;
    this.#attempts.set(event.id, this.attempts(event.id) + (event.kind === "running" ? 1 : 0));
    for (const call of this.#listeners.get(event.id) ?? []) call();
  }
}
