import type { FutureMessage } from "../../sdk/protocol/index.ts";
import { entryNumber, type InvocationRow, InvocationStatus } from "../storage/index.ts";
import { storedAwaitTree, suspensionParts } from "./awaiting.ts";
import type { Kernel } from "./kernel.ts";

/** Past suspensions that are kept of an invocation: the newest. */
const KEPT = 1000;
/** What an invocation waited for is kept up to this length: enough for a race of hundreds. */
const AWAITING_LIMIT_BYTES = 1024;

export interface PastSuspension {
  readonly sinceMs: number;
  /** `undefined`: it lasts. */
  readonly untilMs: number | undefined;
  /** What it waited for; `undefined` when that was too much to be kept. */
  readonly await: FutureMessage | undefined;
}

export interface SuspensionHistory {
  /** How often it was suspended. */
  readonly count: number;
  /** In order; the newest thousand, and the one that lasts. */
  readonly suspensions: readonly PastSuspension[];
}

/**
 * What is known of suspensions when they are over: from when to when, and for what. Costs one insert when an invocation
 * goes on, and one that was never suspended nothing but the deletion of an empty range when it is deleted itself.
 */
export class Suspensions {
  readonly #kernel: Kernel;

  constructor(kernel: Kernel) {
    this.#kernel = kernel;
  }

  /** A suspended invocation goes on, is paused or killed. */
  end({ seq, awaiting }: InvocationRow): void {
    // Without a time when an older server has suspended it.
    const parts = awaiting === null ? undefined : suspensionParts(awaiting);
    if (parts === undefined) return;
    const { body, sinceMs } = parts;
    const { append, deleteOne } = this.#kernel.statements.suspensions;
    const [from, to] = [entryNumber(seq, 0), entryNumber(seq + 1, 0)];
    const kept = body.length > AWAITING_LIMIT_BYTES ? null : body;
    const { lastInsertRowid, changes } = append.run(sinceMs, this.#kernel.clock.nowMs(), kept, from, from, to, to);
    const outdated = Number(lastInsertRowid) - KEPT;
    if (changes === 1 && outdated >= from) deleteOne.run(outdated);
  }

  /** A suspended invocation goes on with its next attempt, whether or not what it waits for has come. */
  wake(row: InvocationRow): void {
    const { statements, observation, attempts } = this.#kernel;
    this.end(row);
    statements.invocations.resume.run(row.seq);
    observation.tell(row, { kind: "ready" });
    attempts.ready(row.seq);
  }

  /** The journal goes, and this with it. */
  forget(seq: number): void {
    this.forgetSince(seq, Number.MIN_SAFE_INTEGER);
  }

  /** The end of a journal goes that began at this time: ids that were waited for then will be given out again. */
  forgetSince(seq: number, sinceMs: number): void {
    this.#kernel.statements.suspensions.delete.run(entryNumber(seq, 0), entryNumber(seq + 1, 0), sinceMs);
  }

  of({ seq, status, awaiting }: InvocationRow): SuspensionHistory {
    const past = this.#kernel.statements.suspensions.all.all(entryNumber(seq, 0), entryNumber(seq + 1, 0));
    const last = past.at(-1);
    const lasting = status === InvocationStatus.Suspended && awaiting !== null ? suspensionParts(awaiting) : undefined;
    const suspensions: PastSuspension[] = past.map(({ since, until, awaiting: body }) => ({
      sinceMs: since,
      untilMs: until,
      await: body === null ? undefined : storedAwaitTree(body),
    }));
    if (lasting !== undefined) {
      suspensions.push({ sinceMs: lasting.sinceMs, untilMs: undefined, await: storedAwaitTree(lasting.body) });
    }
    const pastCount = last === undefined ? 0 : last.number - entryNumber(seq, 0) + 1;
    return { count: pastCount + (lasting === undefined ? 0 : 1), suspensions };
  }
}
