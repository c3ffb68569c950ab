import type { ExecutionOptions, HandlerComponent } from "../authoring/index.ts";
import {
  type JournalValueCodec,
  millisOrDurationToMillis,
  PauseError,
  RestateError,
  RetryableError,
  type SdkError,
  type Serde,
  serde as serdes,
  TerminalError,
} from "../core/index.ts";
import { AttemptVm, type Handle, type RelatedCommand, type RunOutcome, type Vm } from "../vm/index.ts";
import { HandlerContext } from "./context.ts";
import { type End, Ending } from "./ending.ts";
import type { EntryKind } from "./entry-kind.ts";
import { asError, attemptErrorOf, failureOf } from "./errors.ts";
import { type Interceptors, interceptorsOf } from "./interceptors.ts";
import { AttemptLog } from "./log.ts";
import { type Detail, type MistakeCode, mistake } from "./mistakes.ts";
import { AttemptRequest } from "./request.ts";
import { Runs } from "./run.ts";
import { Scheduler, type SchedulerHost } from "./scheduler.ts";
import type { AttemptEnvironment, AttemptStart, RunningAttempt } from "./types.ts";
import { Unawaited } from "./unawaited.ts";
import { findUnserializable } from "./unserializable.ts";

/**
 * Runs one attempt of a handler: from the first byte of the request to `sink.end`.
 *
 * @returns the attempt, which waits for the bytes of the journal
 */
export function startAttempt(
  handler: HandlerComponent,
  start: AttemptStart,
  environment: AttemptEnvironment,
): RunningAttempt {
  return new Attempt(handler, start, environment);
}

const HANDLER_HOOK = "The handler interceptor of a hook";

/** One attempt: waits for its journal, runs the handler, ends once. */
export class Attempt implements RunningAttempt, SchedulerHost {
  readonly handler: HandlerComponent;
  readonly options: ExecutionOptions;
  readonly start: AttemptStart;
  readonly environment: AttemptEnvironment;
  readonly vm: Vm;
  readonly log: AttemptLog;
  readonly defaultSerde: Serde<unknown>;
  readonly unawaited = new Unawaited();
  readonly scheduler: Scheduler;
  readonly runs: Runs;
  /** Both are there from the moment the handler starts. */
  context!: HandlerContext;
  request!: AttemptRequest;
  interceptors: Interceptors | undefined;
  codec: JournalValueCodec | undefined;
  #isCodecThere = true;
  #hasStarted = false;
  readonly #ending = new Ending();

  constructor(handler: HandlerComponent, start: AttemptStart, environment: AttemptEnvironment) {
    const { options } = handler;
    this.handler = handler;
    this.options = options;
    this.start = start;
    this.environment = environment;
    this.defaultSerde = options.defaultSerde ?? serdes.json;
    const codec = environment.journalValueCodec;
    this.vm = new AttemptVm({
      version: start.version,
      explicitCancellation: options.explicitCancellation ?? false,
      onJournalMismatch: options.onJournalMismatchErrors ?? "retry",
      checkPayloads: codec === undefined,
    });
    this.log = new AttemptLog(environment.logger, () => this.vm.phase !== "processing");
    this.scheduler = new Scheduler(this);
    this.runs = new Runs(this);
    if (codec instanceof Promise) {
      this.#isCodecThere = false;
      codec.then(
        (loaded) => {
          this.codec = loaded;
          this.#isCodecThere = true;
          this.#arrived();
        },
        (error) => this.fail(error),
      );
    } else {
      this.codec = codec;
    }
  }

  get hasEnded(): boolean {
    return this.#ending.end !== undefined;
  }

  /** The handler is through, so using its context is a mistake. */
  get hasReturned(): boolean {
    return this.#ending.end === "returned";
  }

  /** Where a mistake happened. */
  get place(): string {
    const name = `${this.handler.serviceName}/${this.handler.name}`;
    return this.request === undefined ? name : `${name}, invocation ${this.request.id}`;
  }

  mistake(code: MistakeCode, detail: Detail, cause?: unknown): SdkError {
    return mistake(code, this.place, detail, cause);
  }

  // What the transport says.

  push(bytes: Uint8Array): void {
    if (!this.hasEnded) {
      this.vm.push(bytes);
      this.#arrived();
    }
  }

  inputClosed(): void {
    if (!this.hasEnded) {
      this.vm.inputClosed();
      this.#arrived();
    }
  }

  disconnected(reason: string): void {
    if (!this.hasEnded) {
      this.log.warn(
        `The connection of this attempt is gone: ${reason}. Either the server went away, or it gave the attempt up (abort timeout, cancel, kill); it will start another one if one is due.`,
      );
      this.vm.fail({ message: `Connection closed: ${reason}` });
      this.#finish("disconnected");
    }
  }

  #arrived(): void {
    if (this.#hasStarted) {
      if (this.vm.phase === "closed") {
        // What arrived was no message of the protocol. The machine has said so.
        return this.#finish("failed");
      }
      this.scheduler.inputArrived();
    } else if (this.#isCodecThere && this.vm.isReady) {
      this.#hasStarted = true;
      this.#run();
    }
  }

  // The handler.

  #run(): void {
    const { vm, handler, options } = this;
    const name = { service: handler.serviceName, handler: handler.name };
    try {
      const input = vm.input();
      this.request = new AttemptRequest(name, input, this.start, () => this.#ending.signal());
      this.log.about(name, input.key, this.request, this.start.logContext);
      this.log.info(vm.phase === "processing" ? "Starting invocation." : "Replaying invocation.");
      this.context = new HandlerContext(this, input);
    } catch (thrown) {
      return this.broken(thrown);
    }
    const providers = options.hooks;
    if (providers === undefined || providers.length === 0) {
      this.#invoke().then(
        (output) => this.#returned(output),
        (thrown) => this.#threw(thrown),
      );
    } else {
      this.#runIntercepted(providers);
    }
  }

  async #runIntercepted(providers: NonNullable<ExecutionOptions["hooks"]>): Promise<void> {
    let output: Uint8Array | undefined;
    try {
      this.interceptors = interceptorsOf(providers, this.request, () => this.vm.phase === "processing");
      let isInvoked = false;
      const next = async (): Promise<void> => {
        if (isInvoked) {
          throw this.mistake("RL_SDK_INTERCEPTOR_NEXT", { subject: HANDLER_HOOK, reason: "called next() twice" });
        }
        isInvoked = true;
        output = await this.#invoke();
      };
      const intercept = this.interceptors.handler;
      await (intercept === undefined ? next() : intercept(() => this.#ending.orRejected(next)));
      if (output === undefined && !this.hasEnded) {
        throw this.mistake("RL_SDK_INTERCEPTOR_NEXT", {
          subject: HANDLER_HOOK,
          reason: "finished without an outcome of next()",
        });
      }
    } catch (thrown) {
      return this.#threw(thrown);
    }
    if (output !== undefined) {
      this.#returned(output);
    }
  }

  /** The handler's encoded result. Decoding and encoding by the codec count as the handler's doing. */
  #invoke(): Promise<Uint8Array> {
    const { codec, handler, context, request } = this;
    return codec === undefined ? handler.invoke(context, request.body) : this.#invokeWith(codec);
  }

  async #invokeWith(codec: JournalValueCodec): Promise<Uint8Array> {
    let input: Uint8Array;
    try {
      input = await codec.decode(this.request.body);
    } catch (thrown) {
      const reason = asError(thrown).message;
      throw new TerminalError(`The journal value codec could not decode the input: ${reason}`, { errorCode: 400 });
    }
    return codec.encode(await this.handler.invoke(this.context, input));
  }

  #returned(output: Uint8Array): void {
    if (this.hasEnded) {
      return;
    }
    const wasProcessing = this.vm.phase === "processing";
    try {
      this.vm.writeOutput(output);
      this.vm.end();
    } catch (thrown) {
      return this.broken(thrown);
    }
    if (wasProcessing) {
      this.#warnOfUnawaited();
    }
    this.log.info("Invocation completed successfully.");
    this.#finish("returned");
  }

  #threw(thrown: unknown): void {
    if (this.hasEnded) {
      return;
    }
    let error: Error | undefined;
    try {
      error = asError(thrown, this.options.asTerminalError);
      this.#logFailure(error);
      if (error instanceof TerminalError) {
        this.vm.writeOutput(failureOf(error));
        this.vm.end();
        return this.#finish("failed", error);
      }
      const delayMs =
        error instanceof RetryableError && error.retryAfter !== undefined
          ? millisOrDurationToMillis(error.retryAfter)
          : undefined;
      if (error instanceof PauseError) {
        this.log.warn("A PauseError pauses the invocation only when it is thrown in ctx.run; the handler is retried.");
      }
      this.vm.fail(attemptErrorOf(error), delayMs === undefined ? {} : { delayMs });
    } catch (vmThrew) {
      return this.broken(vmThrew);
    }
    this.#finish("failed", error);
  }

  #warnOfUnawaited(): void {
    const descriptions = this.unawaited.descriptions();
    if (descriptions.length > 0) {
      this.log.warn(this.mistake("RL_SDK_PROMISE_NOT_AWAITED", { subject: descriptions.join(", ") }).message);
    }
  }

  #logFailure(error: Error): void {
    this.log.warn("Error when processing a Restate context operation.\n", error);
  }

  // What the context and its promises ask for.

  /**
   * Whether a call of the context may go ahead. False: the attempt has ended and the handler is to wait for ever.
   *
   * @throws SdkError when the handler has returned, or when the call comes from inside a run
   */
  admits(kind: EntryKind, name: string): boolean {
    if (this.hasEnded) {
      if (!this.hasReturned) {
        return false;
      }
      const error = this.mistake("RL_SDK_CONTEXT_USED_AFTER_END", { subject: kind.label(name) });
      this.log.error(error.message, error);
      throw error;
    }
    const run = this.runs.surrounding();
    if (run !== undefined) {
      throw this.mistake("RL_SDK_CONTEXT_USED_IN_RUN", { subject: kind.label(name), reason: run });
    }
    return true;
  }

  /**
   * A value as bytes for the journal.
   *
   * @throws SdkError `RL_SDK_VALUE_NOT_SERIALIZABLE`
   */
  serialize<T>(value: T, serde: Serde<T>, kind: EntryKind, name: string): Uint8Array {
    try {
      const bytes = serde.serialize(value);
      return this.codec === undefined ? bytes : this.codec.encode(bytes);
    } catch (thrown) {
      const found = findUnserializable(value);
      const reason = found === undefined ? asError(thrown).message : found.text;
      const subject = kind.label(name);
      throw this.mistake("RL_SDK_VALUE_NOT_SERIALIZABLE", { subject, reason }, thrown);
    }
  }

  /** Ends the attempt; the server's retry policy decides what comes next, unless it was a mistake of the program. */
  fail(thrown: unknown, related?: RelatedCommand): void {
    if (this.hasEnded) {
      return;
    }
    const error = asError(thrown);
    if (error instanceof TerminalError) {
      return this.#threw(error);
    }
    this.#logFailure(error);
    this.vm.fail(attemptErrorOf(error), related === undefined ? {} : { related });
    this.#finish("failed", error);
  }

  /** What a closure came to. */
  propose(handle: Handle, outcome: RunOutcome): void {
    try {
      this.vm.proposeRun(handle, outcome);
    } catch (thrown) {
      return this.broken(thrown);
    }
    if (this.vm.phase === "closed") {
      const message = outcome.kind === "retry" || outcome.kind === "pause" ? outcome.error.message : "Attempt ended";
      this.#finish("failed", new RestateError(message));
    } else {
      this.scheduler.request();
    }
  }

  executeRun(handle: Handle): void {
    this.runs.start(handle);
  }

  // How it ends.

  flush(): void {
    const output = this.vm.takeOutput();
    if (output !== undefined) {
      this.start.sink.write(output);
    }
  }

  suspended(): void {
    this.log.info("Invocation suspended");
    this.#finish("suspended");
  }

  /** A method of the state machine threw: as a rule because the journal says something else, and it has closed itself. */
  broken(thrown: unknown): void {
    if (this.hasEnded) {
      return;
    }
    const error = asError(thrown);
    this.#logFailure(error);
    this.vm.fail(attemptErrorOf(error));
    this.#finish("failed", error);
  }

  #finish(end: End, error?: Error): void {
    this.#ending.set(end);
    if (end !== "disconnected") {
      this.flush();
    }
    this.start.sink.end();
    this.#ending.tell(error);
  }
}
