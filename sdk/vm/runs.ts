import type { Source } from "./notifications.ts";
import type { Handle, Result } from "./types.ts";

/** A run whose result is not in the journal. */
export interface Run {
  readonly handle: Handle;
  /** Where its result will come from. */
  readonly source: Source;
  readonly commandIndex: number;
  readonly name: string;
}

/**
 * The runs of this attempt whose results are not in the journal. Each waits until the handler awaits it, is executed,
 * and then proposed to the server.
 */
export class Runs {
  readonly #waiting = new Map<Handle, Run>();
  readonly #executing = new Map<Handle, Run>();
  /** By completion id, what the server has not acknowledged yet. */
  #proposed: Map<number, Result> | undefined;

  add(run: Run): void {
    this.#waiting.set(run.handle, run);
  }

  get isAnyExecuting(): boolean {
    return this.#executing.size > 0;
  }

  /** Those that have not been executed, in the order of their commands. */
  get waiting(): Iterable<Run> {
    return this.#waiting.values();
  }

  get executing(): Iterable<Run> {
    return this.#executing.values();
  }

  execute(run: Run): void {
    this.#waiting.delete(run.handle);
    this.#executing.set(run.handle, run);
  }

  /** An execution is over; undefined when there was none. */
  finish(handle: Handle): Run | undefined {
    const run = this.#executing.get(handle);
    if (run !== undefined) this.#executing.delete(handle);
    return run;
  }

  /** Keeps a result until the server says that it has stored it. */
  propose(completionId: number, result: Result): void {
    (this.#proposed ??= new Map()).set(completionId, result);
  }

  /** The result that the server has stored; undefined when none was proposed. */
  acknowledge(completionId: number): Result | undefined {
    const result = this.#proposed?.get(completionId);
    this.#proposed?.delete(completionId);
    return result;
  }
}
