import { encodeSignalAwakeableId, type Failure, MessageType, PROTOCOL_VIOLATION } from "../protocol/index.ts";
import { AwaitPoint, COMPLETED } from "./await-point.ts";
import * as commands from "./command.ts";
import { CommandLog } from "./command-log.ts";
import { EagerState } from "./eager-state.ts";
import { Exchange } from "./exchange.ts";
import { commandType, type FailedCommand, INTERNAL } from "./failures.ts";
import { Intake } from "./intake.ts";
import { Journal } from "./journal.ts";
import { describeRecorded, differentCommands } from "./mismatch.ts";
import { Notifications } from "./notifications.ts";
import { seedOf } from "./random-seed.ts";
import { RunProposals } from "./run-proposals.ts";
import { Runs } from "./runs.ts";
import type {
  AttemptError,
  Awaited,
  CallTarget,
  Handle,
  Input,
  Phase,
  Progress,
  RelatedCommand,
  Result,
  RunOutcome,
  Vm,
  VmOptions,
} from "./types.ts";

const CANCELLED: Progress = { kind: "cancelled" };
const VOID: Result = { kind: "void" };
const NO_BYTES = Buffer.alloc(0);

/** See `Vm` for what the methods do. */
export class AttemptVm implements Vm {
  readonly #version: 5 | 6 | 7;
  readonly #isCancellationExplicit: boolean;
  readonly #journal = new Journal();
  readonly #notifications = new Notifications();
  readonly #runs = new Runs();
  readonly #exchange: Exchange;
  readonly #intake: Intake;
  readonly #log: CommandLog;
  readonly #proposals: RunProposals;
  readonly #awaitPoint: AwaitPoint;
  #eagerState: EagerState | undefined;
  /** Calls to be cancelled with this invocation: the handle of the invocation id, and the id once it was taken. */
  #calls = new Map<Handle, string | undefined>();

  constructor(options: VmOptions) {
    this.#version = options.version;
    this.#isCancellationExplicit = options.explicitCancellation ?? false;
    this.#exchange = new Exchange(options);
    this.#intake = new Intake(this.#exchange, this.#journal, this.#notifications, this.#runs);
    this.#log = new CommandLog(options, this.#exchange, this.#intake, this.#journal);
    this.#proposals = new RunProposals(
      options.version,
      this.#exchange,
      this.#intake,
      this.#journal,
      this.#log,
      this.#runs,
    );
    this.#awaitPoint = new AwaitPoint(
      options.version,
      this.#exchange,
      this.#intake,
      this.#journal,
      this.#notifications,
      this.#runs,
    );
  }

  get phase(): Phase {
    if (this.#exchange.isClosed) return "closed";
    if (this.#intake.start === undefined) return "waitingStart";
    return this.#journal.isReplayed ? "processing" : "replaying";
  }

  get isReady(): boolean {
    return this.#exchange.isClosed || this.#intake.start !== undefined;
  }

  get lastCommandIndex(): number {
    return this.#journal.index;
  }

  push(bytes: Uint8Array): void {
    this.#intake.push(bytes);
  }

  inputClosed(): void {
    this.#intake.close();
  }

  takeOutput(): Uint8Array | undefined {
    return this.#exchange.takeOutput();
  }

  input(): Input {
    const start = this.#log.start();
    const recorded = this.#log.next();
    if (recorded === undefined) this.#exchange.refuse(PROTOCOL_VIOLATION, "Protocol violation: there is no input.");
    const command = this.#log.replay(commands.Input, {}, recorded);
    const isV7 = this.#version >= 7;
    return {
      invocationId: start.debugId,
      key: start.key,
      headers: command.headers,
      body: command.value ?? NO_BYTES,
      randomSeed: this.#version >= 6 ? start.randomSeed : seedOf(start.id),
      idempotencyKey: isV7 ? start.idempotencyKey : undefined,
      scope: isV7 ? start.scope : undefined,
      limitKey: isV7 ? start.limitKey : undefined,
    };
  }

  getState(name: string): Handle {
    const state = this.#state();
    const completionId = this.#journal.nextCompletionId();
    const recorded = this.#log.next();
    const key = Buffer.from(name);
    if (recorded === undefined) {
      const value = state.get(name);
      if (value === "unknown") {
        this.#log.send(commands.GetLazyState, { key, resultCompletionId: completionId });
        return this.#notifications.completion(completionId);
      }
      this.#log.send(commands.GetEagerState, value === undefined ? { key, void: true } : { key, value });
      return this.#notifications.completed(completionId, value === undefined ? VOID : { kind: "value", bytes: value });
    }
    if (recorded.type !== MessageType.GetEagerStateCommand) {
      this.#log.replay(commands.GetLazyState, { key, resultCompletionId: completionId }, recorded);
      return this.#notifications.completion(completionId);
    }
    const { value, void: isVoid } = this.#log.replay(commands.GetEagerState, { key }, recorded);
    if (value !== undefined) return this.#notifications.completed(completionId, { kind: "value", bytes: value });
    if (isVoid !== true) this.#log.refuseEmpty(commands.GetEagerState);
    return this.#notifications.completed(completionId, VOID);
  }

  getStateKeys(): Handle {
    const state = this.#state();
    const completionId = this.#journal.nextCompletionId();
    const recorded = this.#log.next();
    if (recorded === undefined) {
      const keys = state.keys();
      if (keys === "unknown") {
        this.#log.send(commands.GetLazyStateKeys, { resultCompletionId: completionId });
        return this.#notifications.completion(completionId);
      }
      this.#log.send(commands.GetEagerStateKeys, { value: keys.map((key) => Buffer.from(key)) });
      return this.#notifications.completed(completionId, { kind: "stateKeys", keys });
    }
    if (recorded.type !== MessageType.GetEagerStateKeysCommand) {
      this.#log.replay(commands.GetLazyStateKeys, { resultCompletionId: completionId }, recorded);
      return this.#notifications.completion(completionId);
    }
    const { value } = this.#log.replay(commands.GetEagerStateKeys, {}, recorded);
    if (value === undefined) this.#log.refuseEmpty(commands.GetEagerStateKeys);
    return this.#notifications.completed(completionId, { kind: "stateKeys", keys: value.map(String) });
  }

  setState(name: string, value: Uint8Array): void {
    const state = this.#state();
    this.#log.make(commands.SetState, { key: Buffer.from(name), value });
    state.set(name, value);
  }

  clearState(name: string): void {
    const state = this.#state();
    this.#log.make(commands.ClearState, { key: Buffer.from(name) });
    state.clear(name);
  }

  clearAllState(): void {
    const state = this.#state();
    this.#log.make(commands.ClearAllState, {});
    state.clearAll();
  }

  sleep(wakeUpTimeMs: number, name?: string): Handle {
    const completionId = this.#journal.nextCompletionId();
    this.#log.make(commands.Sleep, { wakeUpTime: wakeUpTimeMs, name, resultCompletionId: completionId });
    return this.#notifications.completion(completionId);
  }

  call(target: CallTarget, argument: Uint8Array): { readonly invocationId: Handle; readonly result: Handle } {
    this.#log.checkTarget(target);
    const idCompletion = this.#journal.nextCompletionId();
    const resultCompletion = this.#journal.nextCompletionId();
    this.#log.make(commands.Call, {
      serviceName: target.service,
      handlerName: target.handler,
      parameter: argument,
      headers: target.headers,
      key: target.key,
      idempotencyKey: target.idempotencyKey,
      scope: target.scope,
      limitKey: target.limitKey,
      invocationIdNotificationIdx: idCompletion,
      resultCompletionId: resultCompletion,
      name: target.name,
    });
    const invocationId = this.#notifications.completion(idCompletion);
    if (!this.#isCancellationExplicit) this.#calls.set(invocationId, undefined);
    return { invocationId, result: this.#notifications.completion(resultCompletion) };
  }

  send(target: CallTarget, argument: Uint8Array, invokeTimeMs?: number): { readonly invocationId: Handle } {
    this.#log.checkTarget(target);
    const idCompletion = this.#journal.nextCompletionId();
    this.#log.make(commands.Send, {
      serviceName: target.service,
      handlerName: target.handler,
      parameter: argument,
      invokeTime: invokeTimeMs,
      headers: target.headers,
      key: target.key,
      idempotencyKey: target.idempotencyKey,
      scope: target.scope,
      limitKey: target.limitKey,
      invocationIdNotificationIdx: idCompletion,
      name: target.name,
    });
    return { invocationId: this.#notifications.completion(idCompletion) };
  }

  attachInvocation(invocationId: string): Handle {
    const resultCompletionId = this.#journal.nextCompletionId();
    this.#log.make(commands.Attach, { invocationId, resultCompletionId });
    return this.#notifications.completion(resultCompletionId);
  }

  getInvocationOutput(invocationId: string): Handle {
    const resultCompletionId = this.#journal.nextCompletionId();
    this.#log.make(commands.GetInvocationOutput, { invocationId, resultCompletionId });
    return this.#notifications.completion(resultCompletionId);
  }

  cancelInvocation(invocationId: string): void {
    this.#log.make(commands.SendSignal, {
      targetInvocationId: invocationId,
      idx: this.#notifications.cancel.id as number,
      void: true,
    });
  }

  awakeable(): { readonly id: string; readonly handle: Handle } {
    const start = this.#log.start();
    const index = this.#journal.nextSignalIndex();
    return { id: encodeSignalAwakeableId(start.id, index), handle: this.#notifications.signal(index) };
  }

  completeAwakeable(id: string, result: Uint8Array | Failure): void {
    this.#log.checkFailure(result);
    this.#log.make(commands.CompleteAwakeable, { awakeableId: id, ...valueOrFailure(result) });
  }

  signal(name: string): Handle {
    this.#log.start();
    return this.#notifications.namedSignal(name);
  }

  sendSignal(invocationId: string, name: string, result: Uint8Array | Failure): void {
    this.#log.checkFailure(result);
    this.#log.make(commands.SendSignal, { targetInvocationId: invocationId, name, ...valueOrFailure(result) });
  }

  getPromise(name: string): Handle {
    const resultCompletionId = this.#journal.nextCompletionId();
    this.#log.make(commands.GetPromise, { key: name, resultCompletionId });
    return this.#notifications.completion(resultCompletionId);
  }

  peekPromise(name: string): Handle {
    const resultCompletionId = this.#journal.nextCompletionId();
    this.#log.make(commands.PeekPromise, { key: name, resultCompletionId });
    return this.#notifications.completion(resultCompletionId);
  }

  completePromise(name: string, result: Uint8Array | Failure): Handle {
    this.#log.checkFailure(result);
    const resultCompletionId = this.#journal.nextCompletionId();
    this.#log.make(
      commands.CompletePromise,
      result instanceof Uint8Array
        ? { key: name, completionValue: result, resultCompletionId }
        : { key: name, completionFailure: result, resultCompletionId },
    );
    return this.#notifications.completion(resultCompletionId);
  }

  run(name: string): { readonly handle: Handle; readonly isReplayed: boolean } {
    const resultCompletionId = this.#journal.nextCompletionId();
    this.#log.make(commands.Run, { name, resultCompletionId });
    const isReplayed = this.#notifications.hasCompletion(resultCompletionId);
    const handle = this.#notifications.completion(resultCompletionId);
    if (!isReplayed) {
      const source = this.#notifications.completionSource(resultCompletionId);
      this.#runs.add({ handle, source, commandIndex: this.#journal.index, name });
    }
    return { handle, isReplayed };
  }

  proposeRun(handle: Handle, outcome: RunOutcome): void {
    // A closure that outlives its attempt has nobody to report to.
    if (!this.#exchange.isClosed) this.#proposals.propose(handle, outcome);
  }

  isCompleted(handle: Handle): boolean {
    return this.#notifications.source(handle)?.isReady === true;
  }

  take(handle: Handle): Result | undefined {
    const result = this.#notifications.take(handle);
    if (result?.kind === "invocationId" && this.#calls.has(handle)) this.#calls.set(handle, result.id);
    return result;
  }

  progress(awaited: Awaited): Progress {
    this.#log.start();
    const { cancel } = this.#notifications;
    if (this.#isCancellationExplicit) return this.#awaitPoint.progress(awaited, undefined);
    const progress = this.#awaitPoint.progress(awaited, cancel);
    return progress === COMPLETED && cancel.isReady ? this.#cancelCalls() : progress;
  }

  writeOutput(result: Uint8Array | Failure): void {
    this.#log.checkFailure(result);
    this.#log.make(commands.Output, valueOrFailure(result));
  }

  end(): void {
    if (this.#exchange.isClosed) return;
    this.#log.start();
    const next = this.#journal.peek();
    if (next === undefined) return this.#exchange.end();
    const index = this.#journal.index + 1;
    this.#exchange.mismatch(differentCommands(index, describeRecorded(next.type, next.body), "end"), {
      index,
      type: next.type,
    });
  }

  fail(error: AttemptError, options?: { readonly related?: RelatedCommand; readonly delayMs?: number }): void {
    const related = options?.related;
    this.#exchange.fail(INTERNAL, error.message, {
      stack: error.stack,
      related: related === undefined ? undefined : this.#related(related),
      delayMs: options?.delayMs,
    });
  }

  #state(): EagerState {
    const { stateMap, partialState } = this.#log.start();
    return (this.#eagerState ??= new EagerState(stateMap, partialState));
  }

  /** The invocation was cancelled: so are its calls, as soon as their ids are known; then the handler hears of it. */
  #cancelCalls(): Progress {
    for (const [handle, id] of this.#calls) {
      if (id !== undefined) continue;
      const progress = this.#awaitPoint.progress(handle, undefined);
      if (progress !== COMPLETED) return progress;
      const result = this.#notifications.source(handle)?.result;
      if (result?.kind === "invocationId") this.#calls.set(handle, result.id);
    }
    const calls = this.#calls;
    this.#calls = new Map();
    for (const id of calls.values()) if (id !== undefined) this.cancelInvocation(id);
    this.#notifications.cancel.take();
    return CANCELLED;
  }

  #related(related: RelatedCommand): FailedCommand {
    if ("next" in related) return { index: this.#journal.index + 1, type: commandType(related.next) };
    return { index: related.at, type: commandType(related.kind), name: related.name };
  }
}

function valueOrFailure(result: Uint8Array | Failure): { value: Uint8Array } | { failure: Failure } {
  return result instanceof Uint8Array ? { value: result } : { failure: result };
}
