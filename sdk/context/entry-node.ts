import type { Serde } from "../core/index.ts";
import type { Handle, RelatedCommand, Result } from "../vm/index.ts";
import type { AttemptCore } from "./attempt-core.ts";
import type { EntryKind } from "./entry-kind.ts";
import { errorOfFailure } from "./errors.ts";
import { JournalNode } from "./journal-node.ts";

/** The promise of one completion or signal. */
export class EntryNode<T> extends JournalNode<T> {
  readonly #kind: EntryKind;
  /** Empty without one. */
  readonly #name: string;
  readonly #handle: Handle;
  readonly #index: number;
  readonly #serde: Serde<T> | undefined;
  /** The result has left the state machine, though it may still be on its way through the journal value codec. */
  #isTaken = false;
  // Not one object for both, because every promise of a handler would make one.
  #state: "pending" | "fulfilled" | "rejected" = "pending";
  /** The value, or what it is rejected with. */
  #settledWith: unknown;
  #outcome: Promise<T> | undefined;
  #resolveOutcome: ((value: T) => void) | undefined;
  #rejectOutcome: ((reason: unknown) => void) | undefined;
  #isRoot = false;

  /**
   * @param index `lastCommandIndex` right after the command; of no meaning for signals
   * @param serde reads the value; absent where there is none
   */
  constructor(attempt: AttemptCore, kind: EntryKind, name: string, handle: Handle, index: number, serde?: Serde<T>) {
    super(attempt);
    this.#kind = kind;
    this.#name = name;
    this.#handle = handle;
    this.#index = index;
    this.#serde = serde;
  }

  override get tag(): string {
    return "RestateSinglePromise";
  }

  get isTaken(): boolean {
    return this.#isTaken;
  }

  override describe(): string | undefined {
    return this.#kind.mustBeAwaited ? this.#kind.label(this.#name) : undefined;
  }

  override awaitedHandles(): Handle | undefined {
    return this.#isTaken ? undefined : this.#handle;
  }

  override takeResults(): void {
    if (this.#isTaken) return;
    const result = this.attempt.vm.take(this.#handle);
    if (result === undefined) return;
    this.#isTaken = true;
    this.#read(result);
  }

  override outcome(): Promise<T> {
    this.#outcome ??= this.#makeOutcome();
    return this.#outcome;
  }

  #makeOutcome(): Promise<T> {
    switch (this.#state) {
      case "fulfilled":
        return Promise.resolve(this.#settledWith as T);
      case "rejected":
        return Promise.reject(this.#settledWith);
      case "pending":
        return new Promise<T>((resolve, reject) => {
          this.#resolveOutcome = resolve;
          this.#rejectOutcome = reject;
        });
    }
  }

  protected override followOutcome(): void {
    switch (this.#state) {
      case "fulfilled":
        return this.fulfilAwaited(this.#settledWith as T);
      case "rejected":
        return this.rejectAwaited(this.#settledWith);
      case "pending":
        this.#isRoot = true;
        this.attempt.scheduler.addRoot(this);
    }
  }

  #read(result: Result): void {
    switch (result.kind) {
      case "void":
        return this.#fulfil(this.#kind.voidValue as T);
      case "failure":
        return this.#reject(errorOfFailure(result.failure));
      case "stateKeys":
        return this.#fulfil(result.keys as T);
      case "invocationId":
        return this.#fulfil(result.id as T);
      case "value": {
        const { codec } = this.attempt;
        if (codec === undefined) return this.#deserialize(result.bytes);
        codec.decode(result.bytes).then(
          (bytes) => this.#deserialize(bytes),
          (error) => this.#unreadable(error),
        );
      }
    }
  }

  #deserialize(bytes: Uint8Array): void {
    let value: T;
    try {
      value = this.#serde === undefined ? (undefined as T) : this.#serde.deserialize(bytes);
    } catch (error) {
      return this.#unreadable(error);
    }
    this.#fulfil(value);
  }

  #unreadable(error: unknown): void {
    const subject = this.#kind.label(this.#name);
    const reason = error instanceof Error ? error.message : String(error);
    const unreadable = this.attempt.mistake("RL_SDK_VALUE_NOT_READABLE", { subject, reason }, error);
    this.attempt.fail(unreadable, this.#relatedCommand());
  }

  #relatedCommand(): RelatedCommand | undefined {
    const { command } = this.#kind;
    if (command === undefined) return undefined;
    return command === "run" && this.#name !== ""
      ? { at: this.#index, kind: command, name: this.#name }
      : { at: this.#index, kind: command };
  }

  #fulfil(value: T): void {
    this.#state = "fulfilled";
    this.#settledWith = value;
    this.#resolveOutcome?.(value);
    this.fulfilAwaited(value);
    this.#leaveScheduler();
  }

  #reject(reason: unknown): void {
    this.#state = "rejected";
    this.#settledWith = reason;
    this.#rejectOutcome?.(reason);
    this.rejectAwaited(reason);
    this.#leaveScheduler();
  }

  #leaveScheduler(): void {
    if (!this.#isRoot) return;
    this.#isRoot = false;
    this.attempt.scheduler.removeRoot(this);
  }
}
