import {
  type Context,
  type ContextDate,
  type DurablePromise,
  type GenericCall,
  type GenericSend,
  type InvocationHandle,
  type InvocationId,
  type InvocationPromise,
  type InvocationReference,
  type Rand,
  type Request,
  type RestatePromise,
  RUN_OPTIONS,
  type RunAction,
  type RunOptions,
} from "../authoring/index.ts";
import {
  checkOptions,
  type Duration,
  millisOrDurationToMillis,
  type Serde,
  serde as serdes,
  TerminalError,
} from "../core/index.ts";
import { CombinatorType } from "../protocol/index.ts";
import { CANCEL_HANDLE, type CallTarget, type Handle, type Input, type Vm } from "../vm/index.ts";
import type { Attempt } from "./attempt.ts";
import { Clients } from "./clients.ts";
import { WorkflowPromise } from "./durable-promise.ts";
import { type EntryKind, EntryKinds } from "./entry-kind.ts";
import { CallPromise, EntryPromise, Sent } from "./entry-promise.ts";
import { asError, failureOf } from "./errors.ts";
import { OtherInvocation } from "./invocation.ts";
import { ConstPromise, combine, pendingInvocation } from "./promise.ts";
import { SeededRand } from "./rand.ts";

/** What companion packages use of a context beyond what handlers do. May change without notice. */
export interface ContextInternal extends Context {
  /** False while the handler does again what it did before. Not for decisions: they would differ on replay. */
  isProcessing(): boolean;
  /**
   * Settles when the invocation is cancelled; the same promise until then, a new one afterwards. Only with
   * `explicitCancellation`; without it cancellations reject what the handler awaits, and this promise never settles.
   */
  cancellation(): RestatePromise<void>;
  /** Cancels all calls made so far, and says which. Does nothing without `explicitCancellation`. */
  cancelPreviousCalls(): RestatePromise<InvocationId[]>;
}

/** The context of every kind of handler; the types say which handler may use what of it. */
export class HandlerContext extends Clients implements ContextInternal {
  readonly #attempt: Attempt;
  readonly #input: Input;
  /** With explicit cancellation: the calls that `cancelPreviousCalls` is about. */
  #callIds: EntryPromise<InvocationId>[] | undefined;
  #cancellation: EntryPromise<void> | undefined;
  #rand: Rand | undefined;
  #date: ContextDate | undefined;

  constructor(attempt: Attempt, input: Input) {
    super(attempt.defaultSerde);
    this.#attempt = attempt;
    this.#input = input;
    if (attempt.options.explicitCancellation) {
      this.#callIds = [];
    }
  }

  // What the handler may know.

  get key(): string {
    if (this.#attempt.handler.kind === "SERVICE") {
      throw new TerminalError(
        "ctx.key exists in virtual objects and workflows only; this handler belongs to a service",
      );
    }
    return this.#input.key;
  }

  get rand(): Rand {
    this.#rand ??= new SeededRand(this.#input.randomSeed);
    return this.#rand;
  }

  get date(): ContextDate {
    this.#date ??= {
      now: () => this.run(() => this.#attempt.environment.now()),
      toJSON: () => this.run(() => new Date(this.#attempt.environment.now()).toJSON()),
    };
    return this.#date;
  }

  get console(): Console {
    return this.#attempt.log.console;
  }

  request(): Request {
    return this.#attempt.request;
  }

  isProcessing(): boolean {
    return this.#attempt.vm.phase === "processing";
  }

  // State.

  get<T>(name: string, serde?: Serde<T>): RestatePromise<T | null> {
    return this.completable<T | null>(EntryKinds.getState, name, serde as Serde<T | null>, (vm) => vm.getState(name));
  }

  stateKeys(): RestatePromise<string[]> {
    return this.completable<string[]>(EntryKinds.getStateKeys, "", undefined, (vm) => vm.getStateKeys());
  }

  set<T>(name: string, value: T, serde?: Serde<T>): void {
    const bytes = this.prepared(EntryKinds.setState, name, value, serde);
    if (bytes !== undefined) {
      this.#issue((vm) => vm.setState(name, bytes));
    }
  }

  clear(name: string): void {
    this.command(EntryKinds.clearState, name, (vm) => vm.clearState(name));
  }

  clearAll(): void {
    this.command(EntryKinds.clearAllState, "", (vm) => vm.clearAllState());
  }

  // Steps and time.

  run<T>(nameOrAction: string | RunAction<T>, action?: RunAction<T>, options?: RunOptions<T>): RestatePromise<T> {
    const attempt = this.#attempt;
    const hasName = typeof nameOrAction === "string";
    const name = hasName ? nameOrAction : "";
    const closure = hasName ? action : nameOrAction;
    if (typeof closure !== "function" || (!hasName && action !== undefined)) {
      throw attempt.mistake("RL_SDK_RUN_ARGUMENTS", { reason: describeRunArguments(nameOrAction, action) });
    }
    if (options !== undefined) {
      checkOptions(options, RUN_OPTIONS, EntryKinds.run.label(name));
    }
    if (!attempt.admits(EntryKinds.run, name)) {
      return ConstPromise.pending();
    }
    const run = this.#issue((vm) => vm.run(name));
    if (run === undefined) {
      return ConstPromise.pending();
    }
    const serde = (options?.serde ?? this.defaultSerde) as Serde<T>;
    const index = attempt.vm.lastCommandIndex;
    if (!run.isReplayed) {
      attempt.runs.add({
        handle: run.handle,
        name,
        index,
        action: closure,
        serde: serde as Serde<unknown>,
        options: options as RunOptions<unknown> | undefined,
      });
    }
    return new EntryPromise(attempt, EntryKinds.run, name, run.handle, index, serde);
  }

  sleep(duration: Duration | number, name?: string): RestatePromise<void> {
    const attempt = this.#attempt;
    if (!attempt.admits(EntryKinds.sleep, name ?? "")) {
      return ConstPromise.pending();
    }
    const millis = duration === undefined ? Number.NaN : millisOrDurationToMillis(duration);
    if (!(millis >= 0)) {
      const reason = duration === undefined ? "no duration" : `a duration of ${millis} milliseconds`;
      const subject = EntryKinds.sleep.label(name ?? "");
      attempt.fail(attempt.mistake("RL_SDK_SLEEP_INVALID", { subject, reason }), { next: "sleep" });
      return ConstPromise.pending();
    }
    const handle = this.#issue((vm) => vm.sleep(attempt.environment.now() + millis, name));
    return this.#promiseOf<void>(EntryKinds.sleep, name ?? "", handle, undefined);
  }

  // Calls.

  override genericCall<REQ = Uint8Array, RES = Uint8Array>(call: GenericCall<REQ, RES>): InvocationPromise<RES> {
    const attempt = this.#attempt;
    const name = `${call.service}/${call.method}`;
    const argument = this.prepared(EntryKinds.call, name, call.parameter, call.inputSerde ?? binary<REQ>());
    if (argument === undefined) {
      return pendingInvocation<RES>();
    }
    const handles = this.#issue((vm) => vm.call(targetOf(call), argument));
    if (handles === undefined) {
      return pendingInvocation<RES>();
    }
    const { result, invocationId } = handles;
    const index = attempt.vm.lastCommandIndex;
    const reader = call.outputSerde ?? binary<RES>();
    const promise = new CallPromise<RES>(attempt, name, result, index, reader, invocationId);
    this.#callIds?.push(promise.invocationId);
    return promise;
  }

  override genericSend<REQ = Uint8Array>(send: GenericSend<REQ>): InvocationHandle {
    const attempt = this.#attempt;
    const name = `${send.service}/${send.method}`;
    const argument = this.prepared(EntryKinds.send, name, send.parameter, send.inputSerde ?? binary<REQ>());
    if (argument === undefined) {
      return pendingInvocation();
    }
    const delayMs = send.delay === undefined ? 0 : millisOrDurationToMillis(send.delay);
    const invokeTimeMs = delayMs > 0 ? attempt.environment.now() + delayMs : undefined;
    const handles = this.#issue((vm) => vm.send(targetOf(send), argument, invokeTimeMs));
    return handles === undefined
      ? pendingInvocation()
      : new Sent(attempt, EntryKinds.sendId, name, handles.invocationId, attempt.vm.lastCommandIndex);
  }

  // Other invocations.

  attach<T>(invocationId: InvocationId, serde?: Serde<T>): RestatePromise<T> {
    return this.completable(EntryKinds.attach, invocationId, serde, (vm) => vm.attachInvocation(invocationId));
  }

  cancel(invocationId: InvocationId): void {
    this.command(EntryKinds.cancel, invocationId, (vm) => vm.cancelInvocation(invocationId));
  }

  invocation(invocationId: InvocationId): InvocationReference {
    return new OtherInvocation(this, invocationId);
  }

  // What comes from outside.

  awakeable<T>(serde?: Serde<T>): { id: string; promise: RestatePromise<T> } {
    const kind = EntryKinds.awakeable;
    const made = this.#attempt.admits(kind, "") ? this.#issue((vm) => vm.awakeable()) : undefined;
    return { id: made?.id ?? "invalid", promise: this.#promiseOf(kind, "", made?.handle, serde ?? this.#serde<T>()) };
  }

  resolveAwakeable<T>(id: string, payload?: T, serde?: Serde<T>): void {
    // Without a serde of its own, nothing becomes JSON's null, which every default serde can hold.
    const value = payload === undefined && serde === undefined ? (null as T) : payload;
    const bytes =
      value === undefined
        ? this.prepared(EntryKinds.completeAwakeable, id, nothing, serdes.binary)
        : this.prepared(EntryKinds.completeAwakeable, id, value, serde);
    if (bytes !== undefined) {
      this.#issue((vm) => vm.completeAwakeable(id, bytes));
    }
  }

  rejectAwakeable(id: string, reason: string | TerminalError): void {
    this.command(EntryKinds.completeAwakeable, id, (vm) => vm.completeAwakeable(id, failureOf(reason)));
  }

  signal<T>(name: string, serde?: Serde<T>): RestatePromise<T> {
    return this.completable(EntryKinds.signal, name, serde, (vm) => vm.signal(name));
  }

  promise<T>(name: string, serde?: Serde<T>): DurablePromise<T> {
    return new WorkflowPromise(this, name, serde ?? this.#serde<T>());
  }

  // Cancellation.

  cancellation(): RestatePromise<void> {
    if (this.#cancellation === undefined || this.#cancellation.isTaken) {
      this.#cancellation = new EntryPromise<void>(this.#attempt, EntryKinds.cancellation, "", CANCEL_HANDLE, 0);
    }
    return this.#cancellation;
  }

  cancelPreviousCalls(): RestatePromise<InvocationId[]> {
    const ids = this.#callIds;
    if (ids === undefined) {
      return ConstPromise.of<InvocationId[]>([]);
    }
    this.#callIds = [];
    return combine("ctx.cancelPreviousCalls", CombinatorType.AllCompleted, (all) => Promise.allSettled(all), ids).map(
      (settled, failure) => {
        if (failure !== undefined) {
          throw failure;
        }
        const cancelled: InvocationId[] = [];
        for (const id of settled ?? []) {
          if (id.status === "fulfilled") {
            this.cancel(id.value as InvocationId);
            cancelled.push(id.value as InvocationId);
          } else {
            this.console.warn(`A call without an invocation id could not be cancelled: ${id.reason}`);
          }
        }
        return cancelled;
      },
    );
  }

  // How commands are issued.

  /** Issues a command with a result. A promise that never settles when the attempt cannot go on. */
  completable<T>(
    kind: EntryKind,
    name: string,
    serde: Serde<T> | undefined,
    issue: (vm: Vm) => Handle,
  ): RestatePromise<T> {
    const handle = this.#attempt.admits(kind, name) ? this.#issue(issue) : undefined;
    return this.#promiseOf(kind, name, handle, serde ?? this.#serde<T>());
  }

  /** Issues a command without a result. */
  command(kind: EntryKind, name: string, issue: (vm: Vm) => void): void {
    if (this.#attempt.admits(kind, name)) {
      this.#issue(issue);
    }
  }

  /** The bytes of a value for a command to come. Undefined when there will be none. */
  prepared<T>(
    kind: EntryKind & Required<Pick<EntryKind, "command">>,
    name: string,
    value: T,
    serde?: Serde<T>,
  ): Uint8Array | undefined {
    const attempt = this.#attempt;
    if (!attempt.admits(kind, name)) {
      return undefined;
    }
    try {
      return attempt.serialize(value, serde ?? this.#serde<T>(), kind, name);
    } catch (thrown) {
      attempt.fail(thrown, { next: kind.command });
      return undefined;
    }
  }

  /** Issues a command that is admitted and prepared. */
  issue(command: (vm: Vm) => void): void {
    this.#issue(command);
  }

  #issue<R>(command: (vm: Vm) => R): R | undefined {
    const attempt = this.#attempt;
    try {
      const result = command(attempt.vm);
      // So that it leaves even if the handler goes on to wait for something that is not durable.
      attempt.scheduler.request();
      return result;
    } catch (thrown) {
      attempt.broken(thrown);
      return undefined;
    }
  }

  #promiseOf<T>(
    kind: EntryKind,
    name: string,
    handle: Handle | undefined,
    serde: Serde<T> | undefined,
  ): RestatePromise<T> {
    const attempt = this.#attempt;
    return handle === undefined
      ? ConstPromise.pending<T>()
      : new EntryPromise<T>(attempt, kind, name, handle, attempt.vm.lastCommandIndex, serde);
  }

  #serde<T>(): Serde<T> {
    return this.defaultSerde as Serde<T>;
  }
}

const nothing = new Uint8Array();

function binary<T>(): Serde<T> {
  return serdes.binary as unknown as Serde<T>;
}

function targetOf(call: GenericCall<never, never> | GenericSend<never>): CallTarget;
function targetOf<A, B>(call: GenericCall<A, B> | GenericSend<A>): CallTarget;
function targetOf(call: GenericCall<unknown, unknown> | GenericSend<unknown>): CallTarget {
  const { service, method, key, headers, idempotencyKey, scope, limitKey, name } = call;
  return {
    service,
    handler: method,
    key,
    headers: headers === undefined ? undefined : Object.entries(headers).map(([key, value]) => ({ key, value })),
    idempotencyKey,
    scope,
    limitKey,
    name,
  };
}

function describeRunArguments(first: unknown, second: unknown): string {
  return typeof first === "string"
    ? `a name ("${first}") and ${second === undefined ? "nothing" : `a ${typeof second}`} where the action should be`
    : typeof first === "function"
      ? "a second argument after an action without a name"
      : `${asError(first).message} where the name or the action should be`;
}
