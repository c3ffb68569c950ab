import { keep, type Storage } from "../storage/index.ts";
import { pausedQueueStatements } from "./rows.ts";
import type { PausedQueuesView } from "./types.ts";

/** Virtual queues that people have paused: their invocations wait until the queue is resumed. */
export class PausedQueues implements PausedQueuesView {
  readonly #storage: Pick<Storage, "db" | "turns">;
  readonly #sql: ReturnType<typeof pausedQueueStatements>;
  readonly #paused = new Set<string>();
  readonly #listeners: (() => void)[] = [];

  constructor(storage: Pick<Storage, "db" | "turns">) {
    this.#storage = storage;
    this.#sql = keep(pausedQueueStatements(storage.db));
    this.#load();
  }

  get size(): number {
    return this.#paused.size;
  }

  isPaused(id: string): boolean {
    return this.#paused.has(id);
  }

  list(): string[] {
    return [...this.#paused];
  }

  /** `changed` is called after the commit of every change. */
  onChange(changed: () => void): void {
    this.#listeners.push(changed);
  }

  /** Call inside `turns.apply`. */
  pause(id: string): void {
    this.#sql.pause.run(id);
    this.#changed();
  }

  /** Call inside `turns.apply`. */
  resume(id: string): void {
    this.#sql.resume.run(id);
    this.#changed();
  }

  #changed(): void {
    this.#storage.turns.afterCommit(() => {
      this.#load();
      for (const changed of this.#listeners) changed();
    });
  }

  #load(): void {
    this.#paused.clear();
    for (const id of this.#sql.all.all()) this.#paused.add(id);
  }
}
