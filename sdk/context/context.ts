import {
  type Context,
  type ContextDate,
  type DurablePromise,
  type GenericCall,
  type GenericSend,
  type HandlerComponent,
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
import { CANCEL_HANDLE, type CallTarget, type Input } from "../vm/index.ts";
import { Clients } from "./clients.ts";
import type { Commands } from "./commands.ts";
import { ConstNode, pendingPromise } from "./const-node.ts";
import { WorkflowPromise } from "./durable-promise.ts";
import { EntryKinds } from "./entry-kind.ts";
import { EntryNode } from "./entry-node.ts";
import { asError, failureOf } from "./errors.ts";
import { HandlerPromise } from "./handler-promise.ts";
import { CallPromise, pendingInvocation, SentInvocation } from "./invocation-promise.ts";
import { OtherInvocation } from "./other-invocation.ts";
import { SeededRand } from "./rand.ts";
import { combine } from "./restate-promise.ts";

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
  readonly #commands: Commands;
  readonly #handler: HandlerComponent;
  readonly #input: Input;
  readonly #request: Request;
  /** With explicit cancellation: the ids of the calls that `cancelPreviousCalls` is about. */
  #callIds: RestatePromise<InvocationId>[] | undefined;
  #cancellation: { readonly node: EntryNode<void>; readonly promise: RestatePromise<void> } | undefined;
  #rand: Rand | undefined;
  #date: ContextDate | undefined;

  constructor(commands: Commands, handler: HandlerComponent, input: Input, request: Request) {
    super(handler.options.defaultSerde);
    this.#commands = commands;
    this.#handler = handler;
    this.#input = input;
    this.#request = request;
    if (handler.options.explicitCancellation) this.#callIds = [];
  }

  // What the handler may know.

  get key(): string {
    if (this.#handler.kind === "SERVICE") {
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
    const { environment } = this.#commands.attempt;
    this.#date ??= {
      now: () => this.run(() => environment.now()),
      toJSON: () => this.run(() => new Date(environment.now()).toJSON()),
    };
    return this.#date;
  }

  get console(): Console {
    return this.#commands.attempt.log.console;
  }

  request(): Request {
    return this.#request;
  }

  isProcessing(): boolean {
    return this.#commands.attempt.vm.phase === "processing";
  }

  // State.

  get<T>(name: string, serde?: Serde<T>): RestatePromise<T | null> {
    return this.#commands.issueWithResult<T | null>(EntryKinds.getState, name, serde as Serde<T | null>, (vm) =>
      vm.getState(name),
    );
  }

  stateKeys(): RestatePromise<string[]> {
    return this.#commands.issueWithResult<string[]>(EntryKinds.getStateKeys, "", undefined, (vm) => vm.getStateKeys());
  }

  set<T>(name: string, value: T, serde?: Serde<T>): void {
    const bytes = this.#commands.prepare(EntryKinds.setState, name, value, serde);
    if (bytes !== undefined) this.#commands.issue((vm) => vm.setState(name, bytes));
  }

  clear(name: string): void {
    this.#commands.issueWithoutResult(EntryKinds.clearState, name, (vm) => vm.clearState(name));
  }

  clearAll(): void {
    this.#commands.issueWithoutResult(EntryKinds.clearAllState, "", (vm) => vm.clearAllState());
  }

  // Steps and time.

  run<T>(nameOrAction: string | RunAction<T>, action?: RunAction<T>, options?: RunOptions<T>): RestatePromise<T> {
    const commands = this.#commands;
    const { attempt } = commands;
    const hasName = typeof nameOrAction === "string";
    const name = hasName ? nameOrAction : "";
    const closure = hasName ? action : nameOrAction;
    if (typeof closure !== "function" || (!hasName && action !== undefined)) {
      throw attempt.mistake("RL_SDK_RUN_ARGUMENTS", { reason: describeRunArguments(nameOrAction, action) });
    }
    if (options !== undefined) checkOptions(options, RUN_OPTIONS, EntryKinds.run.label(name));
    if (!commands.admit(EntryKinds.run, name)) return pendingPromise();
    const run = commands.issue((vm) => vm.run(name));
    if (run === undefined) return pendingPromise();
    const serde = commands.serdeOrDefault(options?.serde);
    const { handle } = run;
    const index = attempt.vm.lastCommandIndex;
    if (!run.isReplayed) {
      commands.runs.add({
        handle,
        name,
        index,
        action: closure,
        serde: serde as Serde<unknown>,
        options: options as RunOptions<unknown> | undefined,
      });
    }
    return commands.promiseOf(EntryKinds.run, name, handle, serde);
  }

  sleep(duration: Duration | number, name?: string): RestatePromise<void> {
    return this.#commands.sleep(duration, name);
  }

  // Calls.

  override genericCall<REQ = Uint8Array, RES = Uint8Array>(call: GenericCall<REQ, RES>): InvocationPromise<RES> {
    const commands = this.#commands;
    const name = `${call.service}/${call.method}`;
    const argument = commands.prepare(EntryKinds.call, name, call.parameter, call.inputSerde ?? binary<REQ>());
    if (argument === undefined) return pendingInvocation<RES>();
    const handles = commands.issue((vm) => vm.call(targetOf(call), argument));
    if (handles === undefined) return pendingInvocation<RES>();
    const { attempt } = commands;
    const { result, invocationId } = handles;
    const index = attempt.vm.lastCommandIndex;
    const serde = call.outputSerde ?? binary<RES>();
    const promise = new CallPromise<RES>(attempt, name, result, index, serde, invocationId);
    this.#callIds?.push(promise.invocationId);
    return promise;
  }

  override genericSend<REQ = Uint8Array>(send: GenericSend<REQ>): InvocationHandle {
    const commands = this.#commands;
    const { attempt } = commands;
    const name = `${send.service}/${send.method}`;
    const argument = commands.prepare(EntryKinds.send, name, send.parameter, send.inputSerde ?? binary<REQ>());
    if (argument === undefined) return pendingInvocation();
    const delayMs = send.delay === undefined ? 0 : millisOrDurationToMillis(send.delay);
    const invokeTimeMs = delayMs > 0 ? attempt.environment.now() + delayMs : undefined;
    const handles = commands.issue((vm) => vm.send(targetOf(send), argument, invokeTimeMs));
    if (handles === undefined) return pendingInvocation();
    return new SentInvocation(attempt, EntryKinds.sendId, name, handles.invocationId, attempt.vm.lastCommandIndex);
  }

  // Other invocations.

  attach<T>(invocationId: InvocationId, serde?: Serde<T>): RestatePromise<T> {
    return this.#commands.attach(invocationId, serde);
  }

  cancel(invocationId: InvocationId): void {
    this.#commands.cancel(invocationId);
  }

  invocation(invocationId: InvocationId): InvocationReference {
    return new OtherInvocation(this.#commands, invocationId);
  }

  // What comes from outside.

  awakeable<T>(serde?: Serde<T>): { id: string; promise: RestatePromise<T> } {
    const kind = EntryKinds.awakeable;
    const commands = this.#commands;
    const made = commands.admit(kind, "") ? commands.issue((vm) => vm.awakeable()) : undefined;
    const promise = commands.promiseOf(kind, "", made?.handle, commands.serdeOrDefault(serde));
    return { id: made?.id ?? "invalid", promise };
  }

  resolveAwakeable<T>(id: string, payload?: T, serde?: Serde<T>): void {
    // Without a serde of its own, nothing becomes JSON's null, which every default serde can hold.
    const value = payload === undefined && serde === undefined ? (null as T) : payload;
    const bytes =
      value === undefined
        ? this.#commands.prepare(EntryKinds.completeAwakeable, id, NO_BYTES, serdes.binary)
        : this.#commands.prepare(EntryKinds.completeAwakeable, id, value, serde);
    if (bytes !== undefined) this.#commands.issue((vm) => vm.completeAwakeable(id, bytes));
  }

  rejectAwakeable(id: string, reason: string | TerminalError): void {
    this.#commands.issueWithoutResult(EntryKinds.completeAwakeable, id, (vm) =>
      vm.completeAwakeable(id, failureOf(reason)),
    );
  }

  signal<T>(name: string, serde?: Serde<T>): RestatePromise<T> {
    return this.#commands.issueWithResult(EntryKinds.signal, name, serde, (vm) => vm.signal(name));
  }

  promise<T>(name: string, serde?: Serde<T>): DurablePromise<T> {
    return new WorkflowPromise(this.#commands, name, serde);
  }

  // Cancellation.

  cancellation(): RestatePromise<void> {
    if (this.#cancellation === undefined || this.#cancellation.node.isTaken) {
      const node = new EntryNode<void>(this.#commands.attempt, EntryKinds.cancellation, "", CANCEL_HANDLE, 0);
      this.#cancellation = { node, promise: new HandlerPromise(node) };
    }
    return this.#cancellation.promise;
  }

  cancelPreviousCalls(): RestatePromise<InvocationId[]> {
    const ids = this.#callIds;
    if (ids === undefined) return new HandlerPromise(new ConstNode(() => Promise.resolve<InvocationId[]>([])));
    this.#callIds = [];
    return combine("ctx.cancelPreviousCalls", CombinatorType.AllCompleted, (all) => Promise.allSettled(all), ids).map(
      (settled, failure) => {
        if (failure !== undefined) throw failure;
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
}

const NO_BYTES = new Uint8Array();

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
