import type Database from "better-sqlite3";
import { ServerError } from "../errors.ts";
import { type Barrier, type Effect, runEffect } from "./barrier.ts";
import { keep } from "./keep.ts";
import type { Log } from "./types.ts";

/** Size of one frame of the write-ahead log: a page and its header (SQLite file format, "WAL Frame"). */
const FRAME_HEADER_BYTES = 24;

export interface TurnsOptions {
  readonly db: Database.Database;
  readonly barrier: Barrier;
  readonly log: Log;
  /** A begin or a commit failed, or SQLite gave up the whole transaction. */
  readonly onFailure: (error: Error) => void;
  /** Called after a turn that wrote, with the bytes now in use at the start of the write-ahead log. */
  readonly onGrowth?: (walBytes: number) => void;
  /** When the open turn ends: calls `end` once, later. Default: `setImmediate`, which is after this tick's socket reads. */
  readonly defer?: (end: () => void) => void;
}

/**
 * The transaction of a turn. The first command of a tick opens it, every command runs in a savepoint of its own,
 * and it commits when the tick ends. What the outside world may see of a command waits in its outbox: effects
 * of `afterCommit` run right after the COMMIT, effects of `afterFlush` after the flush that covers it.
 */
export class Turns {
  readonly #options: TurnsOptions;
  readonly #defer: (end: () => void) => void;
  readonly #statements: ReturnType<typeof prepare>;
  readonly #frameBytes: number;
  #isOpen = false;
  #isInCommand = false;
  #refusal: ServerError | undefined;
  #afterCommit: Effect[] = [];
  #afterFlush: Effect[] = [];
  #betweenTurns: Effect[] = [];
  #changes: number;
  #frames: number;
  #backfilled: number;
  #commits = 0;
  #walBytes = 0;

  constructor(options: TurnsOptions) {
    this.#options = options;
    this.#defer = options.defer ?? ((end) => void setImmediate(end));
    this.#statements = keep(prepare(options.db));
    this.#frameBytes =
      (keep(options.db.prepare<[], number>("PRAGMA page_size").pluck()).get() ?? 0) + FRAME_HEADER_BYTES;
    this.#changes = this.#statements.changes.get() as number;
    [, this.#frames, this.#backfilled] = this.#statements.walState.get() as WalState;
  }

  /** Turns that wrote something and were committed. */
  get commits(): number {
    return this.#commits;
  }

  /** Bytes appended to the write-ahead log by committed turns. */
  get walBytes(): number {
    return this.#walBytes;
  }

  /** Bytes in use at the start of the write-ahead log after the last turn, checkpointed or not. */
  get walLengthBytes(): number {
    return Math.max(0, this.#frames) * this.#frameBytes;
  }

  /** Bytes of the write-ahead log that were not in the database file after the last turn or checkpoint. */
  get uncopiedBytes(): number {
    return Math.max(0, this.#frames - this.#backfilled) * this.#frameBytes;
  }

  /**
   * Runs one command inside the open turn, opening one if there is none. A command that throws leaves no trace,
   * neither in the database nor in the outbox, and its error is rethrown; its neighbours in the turn stay.
   * Called from within a command, `command` becomes part of that one.
   *
   * @throws ServerError 503 `RL_STORAGE_CLOSED` after `close`, `RL_STORAGE_FAILED` after a fatal failure
   */
  apply<T>(command: () => T): T {
    if (this.#isInCommand) return command();
    if (this.#refusal !== undefined) throw this.#refusal;
    if (!this.#isOpen) this.#begin();
    const commitMark = this.#afterCommit.length;
    const flushMark = this.#afterFlush.length;
    this.#statements.savepoint.run();
    this.#isInCommand = true;
    let result: T;
    try {
      result = command();
    } catch (error) {
      this.#isInCommand = false;
      this.#undo(commitMark, flushMark, error);
      throw error;
    }
    this.#isInCommand = false;
    this.#statements.release.run();
    return result;
  }

  /** Runs `effect` after the COMMIT of the open turn; in a later microtask when none is open. */
  afterCommit(effect: Effect): void {
    if (this.#refusal?.code === "RL_STORAGE_FAILED") return;
    if (this.#isOpen) this.#afterCommit.push(effect);
    else queueMicrotask(() => runEffect(effect, this.#options.log));
  }

  /**
   * Runs `effect` when everything that the open turn wrote or read is safe; when no turn is open, everything
   * that has been committed so far.
   */
  afterFlush(effect: Effect): void {
    if (this.#refusal?.code === "RL_STORAGE_FAILED") return;
    if (this.#isOpen) this.#afterFlush.push(effect);
    else this.#options.barrier.wait(effect);
  }

  /**
   * Runs `work`, a checkpoint say, once no transaction is open: at once, or right after the open turn has been
   * committed.
   */
  betweenTurns(work: Effect): void {
    if (this.#isOpen) this.#betweenTurns.push(work);
    else this.#runBetweenTurns(work);
  }

  /** Commits the open turn now. For shutdown and for tests; a turn ends by itself. */
  end(): void {
    if (!this.#isOpen || this.#isInCommand) return;
    this.#isOpen = false;
    const afterCommit = this.#afterCommit;
    const afterFlush = this.#afterFlush;
    const betweenTurns = this.#betweenTurns;
    this.#afterCommit = [];
    this.#afterFlush = [];
    this.#betweenTurns = [];
    let hasWritten: boolean;
    try {
      this.#statements.commit.run();
      hasWritten = this.#measure();
    } catch (error) {
      this.#fail(error);
      return;
    }
    const { barrier, log, onGrowth } = this.#options;
    barrier.commit(hasWritten, afterFlush, afterCommit.length === 0);
    // Before the effects, because those may open the next turn.
    for (const work of betweenTurns) this.#runBetweenTurns(work);
    for (const effect of afterCommit) runEffect(effect, log);
    barrier.release();
    if (hasWritten) onGrowth?.(this.walLengthBytes);
  }

  /** Refuses every later command with `refusal` and drops the outbox of the open turn, which is never committed. */
  refuse(refusal: ServerError): void {
    this.#refusal ??= refusal;
    this.#isOpen = false;
    this.#afterCommit = [];
    this.#afterFlush = [];
    this.#betweenTurns = [];
  }

  #begin(): void {
    try {
      this.#statements.begin.run();
    } catch (error) {
      this.#fail(error);
      throw this.#refusal;
    }
    this.#isOpen = true;
    this.#defer(() => this.end());
  }

  #undo(commitMark: number, flushMark: number, cause: unknown): void {
    this.#afterCommit.length = commitMark;
    this.#afterFlush.length = flushMark;
    // On a full disk or an I/O error SQLite gives up the whole transaction, the neighbours' commands with it.
    if (!this.#options.db.inTransaction) {
      this.#fail(cause);
      return;
    }
    try {
      this.#statements.rollback.run();
      this.#statements.release.run();
    } catch (error) {
      this.#fail(error);
    }
  }

  #fail(cause: unknown): void {
    const error = cause instanceof Error ? cause : new Error(String(cause));
    this.refuse(
      new ServerError(503, "RL_STORAGE_FAILED", `the storage has failed and the server is stopping: ${error.message}`),
    );
    this.#options.onFailure(error);
  }

  #runBetweenTurns(work: Effect): void {
    runEffect(work, this.#options.log);
    [, this.#frames, this.#backfilled] = this.#statements.walState.get() as WalState;
  }

  /** Whether the turn that was just committed wrote anything; keeps the counters. */
  #measure(): boolean {
    const changes = this.#statements.changes.get() as number;
    const [, frames, backfilled] = this.#statements.walState.get() as WalState;
    const isRestarted = frames < this.#frames || backfilled < this.#backfilled;
    const added = isRestarted ? frames : frames - this.#frames;
    const hasWritten = changes !== this.#changes || added > 0 || isRestarted;
    this.#changes = changes;
    this.#frames = frames;
    this.#backfilled = backfilled;
    if (hasWritten) {
      this.#commits++;
      this.#walBytes += added * this.#frameBytes;
    }
    return hasWritten;
  }
}

/** `busy`, frames in the write-ahead log, frames of it that are in the database file; -1 without a log. */
type WalState = [busy: number, frames: number, backfilled: number];

function prepare(db: Database.Database) {
  return {
    begin: db.prepare("BEGIN IMMEDIATE"),
    commit: db.prepare("COMMIT"),
    savepoint: db.prepare("SAVEPOINT command"),
    release: db.prepare("RELEASE command"),
    rollback: db.prepare("ROLLBACK TO command"),
    changes: db.prepare("SELECT total_changes()").pluck(),
    // NOOP (SQLite 3.51) checkpoints nothing; it is the cheapest way to ask for the length of the log (2 µs).
    walState: db.prepare("PRAGMA wal_checkpoint(NOOP)").raw(),
  };
}
