import type { UnfinishedRow } from "../storage/index.ts";
import { tellPromise } from "./commands/promises.ts";
import type { Kernel } from "./kernel.ts";
import { STEPS_PER_TURN, Work } from "./work.ts";

/**
 * Work that is done in turns: ending the thousands that an invocation has called, telling the thousands that wait for
 * one. Whoever finds more to do than one turn should hold does the first part and leaves the rest here. It is stored
 * with what has been done, so a restart goes on with it.
 */
export class Backlog {
  readonly #kernel: Kernel;
  /** False: certainly nothing is stored. */
  #mayHaveWork = false;
  #isScheduled = false;
  #isStopped = false;

  constructor(kernel: Kernel) {
    this.#kernel = kernel;
  }

  /** Leaves work for a later turn. */
  add(kind: Work, seq: number, position: number, body: Buffer | null = null): void {
    this.#kernel.statements.unfinished.add.run(kind, seq, position, body);
    this.#mayHaveWork = true;
    this.#kernel.turns.afterCommit(() => this.#schedule());
  }

  /** Whether such work on this invocation is left. */
  has(kind: Work, seq: number): boolean {
    return this.#mayHaveWork && this.#kernel.statements.unfinished.has.get(kind, seq) === 1;
  }

  /** Does at once what is left of this kind, because what it needs is about to go. */
  finish(kind: Work): void {
    if (!this.#mayHaveWork) return;
    for (const row of this.#kernel.statements.unfinished.ofKind.all(kind)) {
      this.#kernel.statements.unfinished.remove.run(row.kind, row.seq, row.position);
      this.#do(row, Number.MAX_SAFE_INTEGER);
    }
  }

  recover(): void {
    this.#mayHaveWork = this.#kernel.statements.unfinished.first.get(1) !== undefined;
    if (this.#mayHaveWork) this.#schedule();
  }

  stop(): void {
    this.#isStopped = true;
  }

  #schedule(): void {
    if (this.#isScheduled || this.#isStopped) return;
    this.#isScheduled = true;
    // What follows the commit of this turn begins the next one, which ends when the sockets have been read.
    this.#kernel.turns.apply(() => this.#kernel.turns.afterCommit(() => this.#turn()));
  }

  #turn(): void {
    this.#isScheduled = false;
    if (this.#isStopped) return;
    const { statements, turns } = this.#kernel;
    const rows = statements.unfinished.first.all(STEPS_PER_TURN);
    if (rows.length === 0) {
      this.#mayHaveWork = false;
      return;
    }
    let steps = 0;
    for (const row of rows) {
      if (steps >= STEPS_PER_TURN) break;
      const remove = () => void statements.unfinished.remove.run(row.kind, row.seq, row.position);
      try {
        steps += turns.apply(() => {
          remove();
          return this.#do(row, STEPS_PER_TURN - steps);
        });
      } catch (error) {
        // Tried again it would fail again, and hold up what is behind it.
        this.#kernel.attempts.forgetIndexes();
        this.#kernel.log("error", "Work that was left for a later turn has failed and is given up", { ...row, error });
        turns.apply(remove);
      }
    }
    this.#schedule();
  }

  /** @returns the steps it took */
  #do({ kind, seq, position, body }: UnfinishedRow, steps: number): number {
    const { control, completions, retention, statements } = this.#kernel;
    switch (kind as Work) {
      case Work.Cancel:
        control.cancel(statements.invocations.bySeq.get(seq));
        return 1;
      case Work.KillCalled:
        return control.killCalled(seq, position, steps);
      case Work.TellAwaiters:
        return completions.tellAwaiters(seq, body ?? Buffer.alloc(0), steps);
      case Work.TellPromise:
        return tellPromise(this.#kernel, { seq, position }, promiseOf(body), steps);
      case Work.DeleteJournal:
        return retention.deleteJournal(seq, position === 1, steps);
    }
  }
}

function promiseOf(body: Buffer | null): [service: string, scope: string, key: string, name: string] {
  return JSON.parse(String(body)) as [string, string, string, string];
}
