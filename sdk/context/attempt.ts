import type { ExecutionOptions, HandlerComponent, RestatePromise } from "../authoring/index.ts";
import {
  type Duration,
  type JournalValueCodec,
  millisOrDurationToMillis,
  PauseError,
  RestateError,
  RetryableError,
  type SdkError,
  TerminalError,
} from "../core/index.ts";
import { AttemptVm, type Handle, type RelatedCommand, type RunOutcome, type Vm } from "../vm/index.ts";
import { type CommandHost, Commands } from "./commands.ts";
import { HandlerContext } from "./context.ts";
import { type End, Ending } from "./ending.ts";
import { type AsTerminalError, asError, attemptErrorOf, failureOf } from "./errors.ts";
import { type Interceptors, interceptorsOf } from "./interceptors.ts";
import { AttemptLog } from "./log.ts";
import { type Detail, type MistakeCode, mistake } from "./mistakes.ts";
import { HandlerRequest } from "./request.ts";
import { Scheduler, type SchedulerHost } from "./scheduler.ts";
import type { AttemptEnvironment, AttemptStart, RunningAttempt } from "./types.ts";
import { Unawaited } from "./unawaited.ts";

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
  return new HandlerAttempt(handler, start, environment);
}

const HANDLER_HOOK = "The handler interceptor of a hook";

/** What there is from the moment the handler starts. */
interface Started {
  readonly context: HandlerContext;
  readonly request: HandlerRequest;
}

/** One attempt: waits for its journal, runs the handler, ends once. */
class HandlerAttempt implements RunningAttempt, SchedulerHost, CommandHost {
  readonly environment: AttemptEnvironment;
  readonly vm: Vm;
  readonly log: AttemptLog;
  readonly unawaited = new Unawaited();
  readonly scheduler: Scheduler;
  interceptors: Interceptors | undefined;
  codec: JournalValueCodec | undefined;
  readonly #handler: HandlerComponent;
  readonly #start: AttemptStart;
  readonly #commands: Commands;
  readonly #ending = new Ending();
  #isCodecThere = true;
  #started: Started | undefined;

  constructor(handler: HandlerComponent, start: AttemptStart, environment: AttemptEnvironment) {
    const { options } = handler;
    this.#handler = handler;
    this.#start = start;
    this.environment = environment;
    const codec = environment.journalValueCodec;
    this.vm = new AttemptVm({
      version: start.version,
      explicitCancellation: options.explicitCancellation ?? false,
      onJournalMismatch: options.onJournalMismatchErrors ?? "retry",
      checkPayloads: codec === undefined,
    });
    this.log = new AttemptLog(environment.logger, () => this.vm.phase !== "processing");
    this.scheduler = new Scheduler(this);
    this.#commands = new Commands(this, options.defaultSerde);
    if (codec instanceof Promise) {
      this.#isCodecThere = false;
      codec.then(
        (loaded) => {
          this.codec = loaded;
          this.#isCodecThere = true;
          this.#inputArrived();
        },
        (error) => this.fail(error),
      );
    } else {
      this.codec = codec;
    }
  }

  // What the transport says.

  push(bytes: Uint8Array): void {
    if (this.hasEnded) return;
    this.vm.push(bytes);
    this.#inputArrived();
  }

  inputClosed(): void {
    if (this.hasEnded) return;
    this.vm.inputClosed();
    this.#inputArrived();
  }

  disconnected(reason: string): void {
    if (this.hasEnded) return;
    this.log.warn(
      `The connection of this attempt is gone: ${reason}. Either the server went away, or it gave the attempt up (abort timeout, cancel, kill); it will start another one if one is due.`,
    );
    this.vm.fail({ message: `Connection closed: ${reason}` });
    this.#finish("disconnected");
  }

  #inputArrived(): void {
    if (this.#started === undefined) {
      if (this.#isCodecThere && this.vm.isReady) this.#startHandler();
      return;
    }
    // A closed machine: what arrived was no message of the protocol, and it has said so.
    if (this.vm.phase === "closed") return this.#finish("failed");
    this.scheduler.inputArrived();
  }

  // The handler.

  #startHandler(): void {
    let started: Started;
    try {
      started = this.#makeContext();
    } catch (thrown) {
      return this.machineThrew(thrown);
    }
    this.#started = started;
    const providers = this.#handler.options.hooks;
    if (providers === undefined || providers.length === 0) {
      this.#invoke(started).then(
        (output) => this.#returned(output),
        (thrown) => this.#threw(thrown),
      );
    } else {
      this.#runIntercepted(started, providers);
    }
  }

  #makeContext(): Started {
    const handler = this.#handler;
    const name = { service: handler.serviceName, handler: handler.name };
    const input = this.vm.input();
    const request = new HandlerRequest(name, input, this.#start, () => this.#ending.signal());
    this.log.about(name, input.key, request, this.#start.logContext);
    this.log.info(this.vm.phase === "processing" ? "Starting invocation." : "Replaying invocation.");
    return { context: new HandlerContext(this.#commands, handler, input, request), request };
  }

  async #runIntercepted(started: Started, providers: NonNullable<ExecutionOptions["hooks"]>): Promise<void> {
    let output: Uint8Array | undefined;
    try {
      this.interceptors = interceptorsOf(providers, started.request, () => this.vm.phase === "processing");
      let isInvoked = false;
      const next = async (): Promise<void> => {
        if (isInvoked) {
          throw this.mistake("RL_SDK_INTERCEPTOR_NEXT", { subject: HANDLER_HOOK, reason: "called next() twice" });
        }
        isInvoked = true;
        output = await this.#invoke(started);
      };
      const intercept = this.interceptors.handler;
      await (intercept === undefined ? next() : intercept(() => this.#ending.rejectWhenEnded(next)));
      if (output === undefined && !this.hasEnded) {
        throw this.mistake("RL_SDK_INTERCEPTOR_NEXT", {
          subject: HANDLER_HOOK,
          reason: "finished without an outcome of next()",
        });
      }
    } catch (thrown) {
      return this.#threw(thrown);
    }
    if (output !== undefined) this.#returned(output);
  }

  /** The handler's encoded result. Decoding and encoding by the codec count as the handler's doing. */
  #invoke({ context, request }: Started): Promise<Uint8Array> {
    const { codec } = this;
    return codec === undefined
      ? this.#handler.invoke(context, request.body)
      : this.#invokeWith(codec, context, request.body);
  }

  async #invokeWith(codec: JournalValueCodec, context: HandlerContext, encoded: Uint8Array): Promise<Uint8Array> {
    let input: Uint8Array;
    try {
      input = await codec.decode(encoded);
    } catch (thrown) {
      const reason = asError(thrown).message;
      throw new TerminalError(`The journal value codec could not decode the input: ${reason}`, { errorCode: 400 });
    }
    return codec.encode(await this.#handler.invoke(context, input));
  }

  #returned(output: Uint8Array): void {
    if (this.hasEnded) return;
    const wasProcessing = this.vm.phase === "processing";
    try {
      this.vm.writeOutput(output);
      this.vm.end();
    } catch (thrown) {
      return this.machineThrew(thrown);
    }
    if (wasProcessing) this.#warnOfUnawaited();
    this.log.info("Invocation completed successfully.");
    this.#finish("returned");
  }

  #threw(thrown: unknown): void {
    if (this.hasEnded) return;
    let error: Error | undefined;
    try {
      error = asError(thrown, this.asTerminalError);
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
    } catch (thrownMeanwhile) {
      return this.machineThrew(thrownMeanwhile);
    }
    this.#finish("failed", error);
  }

  #warnOfUnawaited(): void {
    const descriptions = this.unawaited.descriptions();
    if (descriptions.length === 0) return;
    this.log.warn(this.mistake("RL_SDK_PROMISE_NOT_AWAITED", { subject: descriptions.join(", ") }).message);
  }

  #logFailure(error: Error): void {
    this.log.warn("Error when processing a Restate context operation.\n", error);
  }

  // What commands, promises and runs ask for.

  get hasEnded(): boolean {
    return this.#ending.end !== undefined;
  }

  get hasReturned(): boolean {
    return this.#ending.end === "returned";
  }

  get asTerminalError(): AsTerminalError | undefined {
    return this.#handler.options.asTerminalError;
  }

  mistake(code: MistakeCode, detail: Detail, cause?: unknown): SdkError {
    const name = `${this.#handler.serviceName}/${this.#handler.name}`;
    const place = this.#started === undefined ? name : `${name}, invocation ${this.#started.request.id}`;
    return mistake(code, place, detail, cause);
  }

  fail(thrown: unknown, related?: RelatedCommand): void {
    if (this.hasEnded) return;
    const error = asError(thrown);
    if (error instanceof TerminalError) return this.#threw(error);
    this.#failWith(error, related);
  }

  sleep(duration: Duration | number): RestatePromise<void> {
    return this.#commands.sleep(duration);
  }

  propose(handle: Handle, outcome: RunOutcome): void {
    try {
      this.vm.proposeRun(handle, outcome);
    } catch (thrown) {
      return this.machineThrew(thrown);
    }
    if (this.vm.phase !== "closed") return this.scheduler.request();
    const message = outcome.kind === "retry" || outcome.kind === "pause" ? outcome.error.message : "Attempt ended";
    this.#finish("failed", new RestateError(message));
  }

  executeRun(handle: Handle): void {
    this.#commands.runs.start(handle);
  }

  // How it ends.

  flush(): void {
    const output = this.vm.takeOutput();
    if (output !== undefined) this.#start.sink.write(output);
  }

  suspended(): void {
    this.log.info("Invocation suspended");
    this.#finish("suspended");
  }

  /** As a rule because the journal says something else, and the machine has closed itself. */
  machineThrew(thrown: unknown): void {
    if (!this.hasEnded) this.#failWith(asError(thrown));
  }

  #failWith(error: Error, related?: RelatedCommand): void {
    this.#logFailure(error);
    this.vm.fail(attemptErrorOf(error), related === undefined ? {} : { related });
    this.#finish("failed", error);
  }

  #finish(end: End, error?: Error): void {
    this.#ending.set(end);
    if (end !== "disconnected") this.flush();
    this.#start.sink.end();
    this.#ending.announce(error);
  }
}
