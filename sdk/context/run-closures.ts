import type { RunAction, RunOptions } from "../authoring/index.ts";
import { millisOrDurationToMillis, PauseError, RetryableError, type Serde, TerminalError } from "../core/index.ts";
import type { Handle, RelatedCommand, RunOutcome, RunRetryPolicy } from "../vm/index.ts";
import type { AttemptCore } from "./attempt-core.ts";
import { EntryKinds } from "./entry-kind.ts";
import { type AsTerminalError, asError, attemptErrorOf, failureOf } from "./errors.ts";
import type { Interceptors } from "./interceptors.ts";
import type { AttemptLog } from "./log.ts";
import { serialize } from "./serialize.ts";
import type { AttemptEnvironment } from "./types.ts";

const DEFAULT_FACTOR = 2;
const DEFAULT_INITIAL_INTERVAL_MS = 50;
const DEFAULT_MAX_INTERVAL_MS = 10_000;

/** One `ctx.run` whose result is not in the journal yet. */
export interface RunClosure {
  readonly handle: Handle;
  /** Empty without one. */
  readonly name: string;
  readonly index: number;
  readonly action: RunAction<unknown>;
  readonly serde: Serde<unknown>;
  readonly options: RunOptions<unknown> | undefined;
}

/** What the closures of runs ask of the attempt that they belong to. */
export interface RunHost extends AttemptCore {
  readonly environment: AttemptEnvironment;
  readonly log: AttemptLog;
  readonly asTerminalError: AsTerminalError | undefined;
  /** Absent without hooks. */
  readonly interceptors: Interceptors | undefined;
  /** What a closure came to. */
  propose(handle: Handle, outcome: RunOutcome): void;
}

/** A name that nothing else has in a stack trace, even in a minified bundle. */
const CLOSURE_FRAME = "restate-lite:run-closure";

/**
 * Executes the closures of an attempt, when the state machine asks for them, and proposes their outcomes.
 *
 * It also tells whether a call of the context comes from inside a closure. While a closure runs up to its first await
 * that is known. After that, V8's stack traces still lead from an awaited function to the one that awaits it, so the
 * trace is searched for the frame from which closures are called; on other engines a call after the first await
 * remains unnoticed. No trace is taken unless a closure is executing.
 */
export class RunClosures {
  readonly #attempt: RunHost;
  readonly #starters = new Map<Handle, () => void>();
  readonly #executing = new Set<RunClosure>();
  /** The closure that is on the stack. */
  #onStack: RunClosure | undefined;

  constructor(attempt: RunHost) {
    this.#attempt = attempt;
  }

  /**
   * Keeps a closure until `start`. It is called from a continuation of this call, so that what the platform attaches
   * to the flow of control (`AsyncLocalStorage`) is that of the handler.
   */
  add(run: RunClosure): void {
    new Promise<void>((resolve) => this.#starters.set(run.handle, resolve)).then(() => this.#execute(run));
  }

  start(handle: Handle): void {
    const start = this.#starters.get(handle);
    if (start === undefined) throw new Error(`The state machine asked for a run that does not exist: handle ${handle}`);
    this.#starters.delete(handle);
    start();
  }

  /** The label of the run from inside whose closure this is called, as far as that can be known. */
  labelOfEnclosingRun(): string | undefined {
    if (this.#executing.size === 0) return undefined;
    if (this.#onStack !== undefined) return EntryKinds.run.label(this.#onStack.name);
    if (!stackTrace().includes(CLOSURE_FRAME)) return undefined;
    return [...this.#executing].map((run) => EntryKinds.run.label(run.name)).join(" or ");
  }

  async #execute(run: RunClosure): Promise<void> {
    const attempt = this.#attempt;
    if (attempt.hasEnded) return;
    this.#executing.add(run);
    try {
      const outcome = await this.#outcomeOf(run);
      this.#executing.delete(run);
      if (outcome !== undefined && !attempt.hasEnded) attempt.propose(run.handle, outcome);
    } catch (thrown) {
      // Neither the closure nor its hooks, but what was made of their error: options or a mapping of the user's.
      this.#executing.delete(run);
      attempt.fail(thrown, relatedTo(run));
    }
  }

  async #outcomeOf(run: RunClosure): Promise<RunOutcome | undefined> {
    const { environment } = this.#attempt;
    const startMs = environment.now();
    let value: unknown;
    try {
      value = await this.#intercepted(run);
    } catch (thrown) {
      return this.#failure(run, thrown, Math.max(0, environment.now() - startMs));
    }
    return this.#success(run, value);
  }

  async #intercepted(run: RunClosure): Promise<unknown> {
    const intercept = this.#attempt.interceptors?.run;
    if (intercept === undefined) return await closure[CLOSURE_FRAME](this, run);
    let value: unknown;
    await intercept(run.name, async () => {
      value = await closure[CLOSURE_FRAME](this, run);
    });
    return value;
  }

  /** Calls the user's function; what happens before its first await happens inside this call. */
  call(run: RunClosure): unknown {
    this.#onStack = run;
    try {
      return run.action();
    } finally {
      this.#onStack = undefined;
    }
  }

  #success(run: RunClosure, value: unknown): RunOutcome {
    return { kind: "value", bytes: serialize(this.#attempt, value, run.serde, EntryKinds.run, run.name) };
  }

  #failure(run: RunClosure, thrown: unknown, attemptDurationMs: number): RunOutcome {
    const attempt = this.#attempt;
    const error = asError(thrown, attempt.asTerminalError);
    if (error instanceof TerminalError) return { kind: "failure", failure: failureOf(error) };
    if (error instanceof PauseError) return { kind: "pause", error: attemptErrorOf(error) };
    if (error instanceof RetryableError) {
      return {
        kind: "retry",
        error: attemptErrorOf(error),
        attemptDurationMs,
        policy: limitsOf(run.options),
        delayMs: error.retryAfter === undefined ? undefined : millisOrDurationToMillis(error.retryAfter),
      };
    }
    attempt.log.warn(`Error when executing ${EntryKinds.run.label(run.name)}.\n`, error);
    return { kind: "retry", error: attemptErrorOf(error), attemptDurationMs, policy: policyOf(run.options) };
  }
}

function relatedTo(run: RunClosure): RelatedCommand {
  return { at: run.index, kind: "run", ...(run.name !== "" && { name: run.name }) };
}

const closure = {
  async [CLOSURE_FRAME](closures: RunClosures, run: RunClosure): Promise<unknown> {
    // Awaited here and not returned, so that this frame is part of the stack trace of what the closure awaits.
    const value = await closures.call(run);
    return value;
  },
};

function stackTrace(): string {
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = 100;
  const trace = new Error().stack ?? "";
  Error.stackTraceLimit = limit;
  return trace;
}

/** With a delay of its own, an error takes no more from the policy than when to give up. */
function limitsOf(options: RunOptions<unknown> | undefined): RunRetryPolicy | undefined {
  if (options?.maxRetryAttempts === undefined && options?.maxRetryDuration === undefined) return undefined;
  return {
    maxAttempts: options.maxRetryAttempts,
    maxDurationMs:
      options.maxRetryDuration === undefined ? undefined : millisOrDurationToMillis(options.maxRetryDuration),
  };
}

/** Without a single option the invocation's retry policy decides. */
function policyOf(options: RunOptions<unknown> | undefined): RunRetryPolicy | undefined {
  if (
    options?.initialRetryInterval === undefined &&
    options?.retryIntervalFactor === undefined &&
    options?.maxRetryInterval === undefined &&
    limitsOf(options) === undefined
  ) {
    return undefined;
  }
  return {
    ...limitsOf(options),
    factor: options?.retryIntervalFactor ?? DEFAULT_FACTOR,
    initialIntervalMs: millisOrDurationToMillis(options?.initialRetryInterval ?? DEFAULT_INITIAL_INTERVAL_MS),
    maxIntervalMs: millisOrDurationToMillis(options?.maxRetryInterval ?? DEFAULT_MAX_INTERVAL_MS),
  };
}
