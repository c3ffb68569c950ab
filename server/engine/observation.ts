import type { InvocationChange, Observer, ServerEvent, StateEvent } from "../seams.ts";
import type { InvocationRow } from "../storage/index.ts";
import type { Kernel } from "./kernel.ts";
import type { AttemptFailure } from "./types.ts";

/** Tells observers what happens: see `Observer`. */
export class Observation {
  readonly #kernel: Kernel;
  readonly #observers = new Set<Observer>();

  constructor(kernel: Kernel) {
    this.#kernel = kernel;
  }

  /** @returns a function that ends it */
  add(observer: Observer): () => void {
    // Each call is an observer of its own, also of a function that observes already.
    const own: Observer = (event) => observer(event);
    this.#observers.add(own);
    return () => void this.#observers.delete(own);
  }

  /** Whether somebody observes: what costs something to tell is asked for first. */
  get isWatched(): boolean {
    return this.#observers.size > 0;
  }

  /** Something happened to an invocation; told when the open turn is committed, not at all when it is rolled back. */
  tell(row: InvocationRow, change: InvocationChange): void {
    if (this.#observers.size === 0) return;
    const event = this.#event(row, change);
    this.#kernel.turns.afterCommit(() => this.#emit(event));
  }

  /** The same for what is in no table, so that there is nothing to commit. */
  tellNow(row: InvocationRow, change: InvocationChange): void {
    if (this.#observers.size > 0) this.#emit(this.#event(row, change));
  }

  /** An attempt failed and is to be repeated, or not before somebody says so. */
  tellFailure(row: InvocationRow, failure: AttemptFailure, failedAttempts: number, nextAttemptMs?: number): void {
    if (this.#observers.size === 0) return;
    const observed = {
      code: failure.code,
      message: failure.message,
      stacktrace: failure.stacktrace,
      restateCode: failure.restateCode,
      commandIndex: failure.relatedCommandIndex,
      commandName: failure.relatedCommandName,
      commandType: failure.relatedCommandType,
    };
    if (nextAttemptMs === undefined) this.tell(row, { kind: "paused", failure: observed });
    else this.tell(row, { kind: "backing-off", failure: observed, failedAttempts, nextAttemptMs });
  }

  /** A change of state was applied or dropped. */
  tellState(event: Omit<StateEvent, "kind" | "atMs">): void {
    if (this.#observers.size === 0) return;
    const atMs = this.#kernel.clock.nowMs();
    this.#kernel.turns.afterCommit(() => this.#emit({ kind: "state", ...event, atMs }));
  }

  registryChanged(): void {
    if (this.#observers.size === 0) return;
    const atMs = this.#kernel.clock.nowMs();
    this.#kernel.turns.afterCommit(() => this.#emit({ kind: "registry", atMs }));
  }

  #event(row: InvocationRow, change: InvocationChange): ServerEvent {
    return {
      ...change,
      id: this.#kernel.invocations.textId(row),
      service: row.service,
      handler: row.handler,
      key: row.key ?? undefined,
      scope: row.scope === "" ? undefined : row.scope,
      createdAtMs: row.created_at,
      atMs: this.#kernel.clock.nowMs(),
    };
  }

  #emit(event: ServerEvent): void {
    for (const observer of this.#observers) {
      try {
        observer(event);
      } catch (error) {
        this.#kernel.log("error", "An observer has failed", { error });
      }
    }
  }
}
