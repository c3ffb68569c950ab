import { BuiltInSignal, type NotificationMessage } from "../protocol/index.ts";
import { CANCEL_HANDLE, type Handle, type Result } from "./types.ts";

/** Handles up to 16 are kept for built-in signals. */
const FIRST_HANDLE = 17;
const VOID: Result = { kind: "void" };

/** What results come from: the completion of a command, or a signal. */
export class Source {
  /** Completion id, index of a signal, or name of a signal. */
  readonly id: number | string;
  readonly kind: "completion" | "signal" | "namedSignal";
  /** The results that the handler may see and has not taken. Only signals can have several. */
  #ready: Result | undefined;
  #moreReady: Result[] | undefined;
  /** Whether the handler has taken a result. */
  wasTaken = false;
  /** Where the await tree keeps its leaves of this source; meaningless unless `generation` is the tree's. */
  generation = 0;
  firstLeaf = -1;

  constructor(kind: Source["kind"], id: number | string) {
    this.kind = kind;
    this.id = id;
  }

  get isReady(): boolean {
    return this.#ready !== undefined;
  }

  get isFailed(): boolean {
    return this.#ready !== undefined && this.#ready.kind === "failure";
  }

  get result(): Result | undefined {
    return this.#ready;
  }

  ready(result: Result): void {
    if (this.#ready === undefined) this.#ready = result;
    else (this.#moreReady ??= []).push(result);
  }

  take(): Result | undefined {
    const result = this.#ready;
    this.#ready = this.#moreReady?.shift();
    this.wasTaken = true;
    return result;
  }
}

/**
 * The answers of the server. They wait in the order of their arrival and become visible to the handler one by one, by
 * `advance`: that order, and not the moment of arrival, decides what the handler sees, so a replay sees the same.
 */
export class Notifications {
  readonly #completions = new Map<number, Source>();
  #signals: Map<number, Source> | undefined;
  #namedSignals: Map<string, Source> | undefined;
  /** By handle, less `FIRST_HANDLE`; a hole once the result has been taken. */
  readonly #sources: (Source | undefined)[] = [];
  readonly cancel = new Source("signal", BuiltInSignal.Cancel);
  /** Arrived and not visible yet. */
  readonly #queue: { readonly source: Source; readonly result: Result }[] = [];
  #queueIndex = 0;
  /** How many have arrived so far. */
  count = 0;

  /** Takes a notification of the server; false when it lacks an id or a result. */
  arrive(message: NotificationMessage): boolean {
    const result = resultOf(message);
    const source = this.#sourceOf(message);
    if (result === undefined || source === undefined) return false;
    this.#enqueue(source, result);
    return true;
  }

  /** The server has stored what this attempt proposed as the result of a run. */
  arriveCompletion(completionId: number, result: Result): void {
    this.#enqueue(this.completionSource(completionId), result);
  }

  /** Whether the result of a command is known, visible or not. Only for ids without a handle. */
  hasCompletion(completionId: number): boolean {
    return this.#completions.has(completionId);
  }

  completion(completionId: number): Handle {
    return this.#handle(this.completionSource(completionId));
  }

  /** Where the result of a command comes from. */
  completionSource(id: number): Source {
    let source = this.#completions.get(id);
    if (source === undefined) this.#completions.set(id, (source = new Source("completion", id)));
    return source;
  }

  signal(index: number): Handle {
    return this.#handle(this.#signal(index));
  }

  namedSignal(name: string): Handle {
    return this.#handle(this.#namedSignal(name));
  }

  /** A handle whose result is there from the start. */
  completed(completionId: number, result: Result): Handle {
    const source = new Source("completion", completionId);
    source.ready(result);
    return this.#handle(source);
  }

  /** What a handle stands for; undefined when its result has been taken. */
  source(handle: Handle): Source | undefined {
    return handle === CANCEL_HANDLE ? this.cancel : this.#sources[handle - FIRST_HANDLE];
  }

  /** Makes the next arrival visible and answers where it came from; undefined when there is none. */
  advance(): Source | undefined {
    if (this.#queueIndex === this.#queue.length) return undefined;
    const { source, result } = this.#queue[this.#queueIndex++] as { source: Source; result: Result };
    if (this.#queueIndex === this.#queue.length) {
      this.#queue.length = 0;
      this.#queueIndex = 0;
    }
    source.ready(result);
    return source;
  }

  take(handle: Handle): Result | undefined {
    const source = this.source(handle);
    if (source === undefined || !source.isReady) return undefined;
    if (handle !== CANCEL_HANDLE) this.#sources[handle - FIRST_HANDLE] = undefined;
    if (source.kind === "completion") this.#completions.delete(source.id as number);
    return source.take();
  }

  #enqueue(source: Source, result: Result): void {
    this.count++;
    this.#queue.push({ source, result });
  }

  #handle(source: Source): Handle {
    return this.#sources.push(source) - 1 + FIRST_HANDLE;
  }

  #sourceOf(message: NotificationMessage): Source | undefined {
    if (message.completionId !== undefined) return this.completionSource(message.completionId);
    if (message.signalId !== undefined) return this.#signal(message.signalId);
    if (message.signalName !== undefined) return this.#namedSignal(message.signalName);
    return undefined;
  }

  #signal(index: number): Source {
    if (index === BuiltInSignal.Cancel) return this.cancel;
    const signals = (this.#signals ??= new Map());
    let source = signals.get(index);
    if (source === undefined) signals.set(index, (source = new Source("signal", index)));
    return source;
  }

  #namedSignal(name: string): Source {
    const signals = (this.#namedSignals ??= new Map());
    let source = signals.get(name);
    if (source === undefined) signals.set(name, (source = new Source("namedSignal", name)));
    return source;
  }
}

function resultOf(message: NotificationMessage): Result | undefined {
  if (message.value !== undefined) return { kind: "value", bytes: message.value };
  if (message.void !== undefined) return VOID;
  if (message.failure !== undefined) return { kind: "failure", failure: message.failure };
  if (message.invocationId !== undefined) return { kind: "invocationId", id: message.invocationId };
  if (message.stateKeys !== undefined) return { kind: "stateKeys", keys: message.stateKeys.map(String) };
  return undefined;
}
