import type { InvocationHandle, InvocationId, InvocationPromise } from "../authoring/index.ts";
import type { Serde } from "../core/index.ts";
import type { Handle, RelatedCommand, Result } from "../vm/index.ts";
import type { Attempt } from "./attempt.ts";
import { type EntryKind, EntryKinds } from "./entry-kind.ts";
import { errorOfFailure } from "./errors.ts";
import { JournalPromise } from "./promise.ts";

/** How a value becomes what user code sees; absent where there is no value. */
export type Reader<T> = Serde<T> | undefined;

type State<T> =
  | { readonly kind: "fulfilled"; readonly value: T }
  | { readonly kind: "rejected"; readonly reason: unknown };

/** The promise of one completion or signal. */
export class EntryPromise<T> extends JournalPromise<T> {
  override readonly [Symbol.toStringTag]: string = "RestateSinglePromise";
  readonly #kind: EntryKind;
  /** Empty without one. */
  readonly #name: string;
  readonly #handle: Handle;
  readonly #index: number;
  readonly #reader: Reader<T>;
  /** The result has left the state machine, though it may still be on its way through the journal value codec. */
  #isTaken = false;
  #state: State<T> | undefined;
  #outcome: Promise<T> | undefined;
  #resolveOutcome: ((value: T) => void) | undefined;
  #rejectOutcome: ((reason: unknown) => void) | undefined;
  #isRoot = false;

  /** @param index `lastCommandIndex` right after the command; of no meaning for signals */
  constructor(attempt: Attempt, kind: EntryKind, name: string, handle: Handle, index: number, reader?: Reader<T>) {
    super(attempt);
    this.#kind = kind;
    this.#name = name;
    this.#handle = handle;
    this.#index = index;
    this.#reader = reader;
  }

  get isTaken(): boolean {
    return this.#isTaken;
  }

  override describe(): string | undefined {
    return this.#kind.mustBeAwaited ? this.#kind.label(this.#name) : undefined;
  }

  override awaited(): Handle | undefined {
    return this.#isTaken ? undefined : this.#handle;
  }

  override take(): void {
    if (this.#isTaken) {
      return;
    }
    const result = this.attempt.vm.take(this.#handle);
    if (result !== undefined) {
      this.#isTaken = true;
      this.#read(result);
    }
  }

  override outcome(): Promise<T> {
    if (this.#outcome === undefined) {
      const state = this.#state;
      if (state === undefined) {
        this.#outcome = new Promise<T>((resolve, reject) => {
          this.#resolveOutcome = resolve;
          this.#rejectOutcome = reject;
        });
      } else {
        this.#outcome = state.kind === "fulfilled" ? Promise.resolve(state.value) : Promise.reject(state.reason);
      }
    }
    return this.#outcome;
  }

  protected override connect(): void {
    const state = this.#state;
    if (state === undefined) {
      this.#isRoot = true;
      this.attempt.scheduler.await(this);
    } else if (state.kind === "fulfilled") {
      this.fulfilFront(state.value);
    } else {
      this.rejectFront(state.reason);
    }
  }

  #read(result: Result): void {
    switch (result.kind) {
      case "void":
        return this.#fulfil(this.#kind.nothing as T);
      case "failure":
        return this.#reject(errorOfFailure(result.failure));
      case "stateKeys":
        return this.#fulfil(result.keys as T);
      case "invocationId":
        return this.#fulfil(result.id as T);
      case "value": {
        const { codec } = this.attempt;
        if (codec === undefined) {
          return this.#deserialize(result.bytes);
        }
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
      value = this.#reader === undefined ? (undefined as T) : this.#reader.deserialize(bytes);
    } catch (error) {
      return this.#unreadable(error);
    }
    this.#fulfil(value);
  }

  #unreadable(error: unknown): void {
    const reason = error instanceof Error ? error.message : String(error);
    this.attempt.fail(
      this.attempt.mistake("RL_SDK_VALUE_NOT_READABLE", { subject: this.#kind.label(this.#name), reason }, error),
      this.related(),
    );
  }

  /** The command that an error about this promise belongs to. */
  related(): RelatedCommand | undefined {
    const { command } = this.#kind;
    if (command === undefined) {
      return undefined;
    }
    return command === "run" && this.#name !== ""
      ? { at: this.#index, kind: command, name: this.#name }
      : { at: this.#index, kind: command };
  }

  #fulfil(value: T): void {
    this.#state = { kind: "fulfilled", value };
    this.#resolveOutcome?.(value);
    this.fulfilFront(value);
    this.#settled();
  }

  #reject(reason: unknown): void {
    this.#state = { kind: "rejected", reason };
    this.#rejectOutcome?.(reason);
    this.rejectFront(reason);
    this.#settled();
  }

  #settled(): void {
    if (this.#isRoot) {
      this.#isRoot = false;
      this.attempt.scheduler.forget(this);
    }
  }
}

/** The promise of a call's result. */
export class CallPromise<T> extends EntryPromise<T> implements InvocationPromise<T> {
  override readonly [Symbol.toStringTag] = "RestateInvocationPromise";
  readonly #sent: Sent;

  constructor(attempt: Attempt, name: string, handle: Handle, index: number, reader: Reader<T>, id: Handle) {
    super(attempt, EntryKinds.call, name, handle, index, reader);
    this.#sent = new Sent(attempt, EntryKinds.callId, name, id, index);
  }

  get invocationId(): EntryPromise<InvocationId> {
    return this.#sent.invocationId;
  }
}

/** What a send answers with. Few ask for the id, so its promise is made when they do. */
export class Sent implements InvocationHandle {
  readonly #make: () => EntryPromise<InvocationId>;
  #id: EntryPromise<InvocationId> | undefined;

  constructor(attempt: Attempt, kind: EntryKind, name: string, id: Handle, index: number) {
    this.#make = () => new EntryPromise<InvocationId>(attempt, kind, name, id, index);
  }

  get invocationId(): EntryPromise<InvocationId> {
    this.#id ??= this.#make();
    return this.#id;
  }
}
