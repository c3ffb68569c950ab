import type { CombinatorType, Failure, Header } from "../protocol/index.ts";

/**
 * What a command or signal of this attempt will answer with. Handles are given out in the order of the calls that
 * make them, so the same handler gets the same handles on every replay. A handle stays valid for the whole attempt.
 */
export type Handle = number;

/** The handle of the cancel signal, the same in every attempt. */
export const CANCEL_HANDLE: Handle = 1;

/** What a handler waits for: one handle, or a combination of such things. Finished branches are left out by the caller. */
export type Awaited = Handle | AwaitedCombination;
export interface AwaitedCombination {
  readonly combinator: CombinatorType;
  readonly of: readonly Awaited[];
}

/** The answer behind a handle. `failure` carries what user code sees as a terminal error. */
export type Result =
  | { readonly kind: "void" }
  | { readonly kind: "value"; readonly bytes: Uint8Array }
  | { readonly kind: "failure"; readonly failure: Failure }
  | { readonly kind: "stateKeys"; readonly keys: readonly string[] }
  | { readonly kind: "invocationId"; readonly id: string };

/** What `progress` found out. */
export type Progress =
  /** At least one handle among those awaited has its result: `take` it and look again. */
  | { readonly kind: "completed" }
  /** The closure of this run has to be executed now, then proposed. Reported once per run and attempt. */
  | { readonly kind: "executeRun"; readonly handle: Handle }
  /** Nothing to do before more input arrives or a run that executes is proposed. */
  | { readonly kind: "wait" }
  /** The invocation was cancelled (only without `explicitCancellation`); consumed by this answer. */
  | { readonly kind: "cancelled" }
  /** The attempt ended in a suspension; its message is in the output and the machine is closed. */
  | { readonly kind: "suspended" };

export type Phase = "waitingStart" | "replaying" | "processing" | "closed";

/** What starts an attempt, once the known journal has arrived. */
export interface Input {
  /** `inv_1…`. */
  readonly invocationId: string;
  /** Empty for a plain service. */
  readonly key: string;
  readonly headers: readonly Header[];
  readonly body: Uint8Array;
  /** From the start message of protocol v6 and newer; derived from the invocation id before that. */
  readonly randomSeed: bigint;
  readonly idempotencyKey: string | undefined;
  readonly scope: string | undefined;
  readonly limitKey: string | undefined;
}

/** A call or a send. Absent optional fields are not sent. */
export interface CallTarget {
  readonly service: string;
  readonly handler: string;
  readonly key?: string | undefined;
  readonly headers?: readonly Header[] | undefined;
  readonly idempotencyKey?: string | undefined;
  readonly scope?: string | undefined;
  readonly limitKey?: string | undefined;
  /** Name of the entry, for observability. */
  readonly name?: string | undefined;
}

/** How a failed run is retried within the handler's own policy. Absent: the invocation's retry policy decides. */
export interface RunRetryPolicy {
  readonly initialIntervalMs?: number | undefined;
  readonly factor?: number | undefined;
  readonly maxIntervalMs?: number | undefined;
  readonly maxAttempts?: number | undefined;
  readonly maxDurationMs?: number | undefined;
}

/** What came out of the execution of a run's closure. Durations in milliseconds. */
export type RunOutcome =
  | { readonly kind: "value"; readonly bytes: Uint8Array }
  /** A terminal failure: stored as the run's result. */
  | { readonly kind: "failure"; readonly failure: Failure }
  /** A failure to retry. Ends the attempt, or becomes terminal when the policy's attempts or duration are used up. */
  | {
      readonly kind: "retry";
      readonly error: AttemptError;
      readonly attemptDurationMs: number;
      readonly policy?: RunRetryPolicy | undefined;
      /** Wait as long as this instead of what the policy says (`RetryableError.retryAfter`). */
      readonly delayMs?: number | undefined;
    }
  /** Pause the invocation (`PauseError`). */
  | { readonly kind: "pause"; readonly error: AttemptError };

/** A failure of the attempt that is not the invocation's result. */
export interface AttemptError {
  readonly message: string;
  readonly stack?: string | undefined;
}

/** Command kinds by which an error is related to a command; the numbers are the message types. */
export type CommandKind =
  | "input"
  | "output"
  | "getState"
  | "getStateKeys"
  | "setState"
  | "clearState"
  | "clearAllState"
  | "getPromise"
  | "peekPromise"
  | "completePromise"
  | "sleep"
  | "call"
  | "oneWayCall"
  | "sendSignal"
  | "run"
  | "attachInvocation"
  | "getInvocationOutput"
  | "completeAwakeable";

/** Which command an error belongs to. */
export type RelatedCommand =
  /** The command with this index in the journal (`lastCommandIndex` right after the call that made it). */
  | { readonly at: number; readonly kind: CommandKind; readonly name?: string | undefined }
  /** The command that would have come next (its input could not be prepared, for example serialised). */
  | { readonly next: CommandKind };

export interface VmOptions {
  /** The negotiated service protocol version. */
  readonly version: 5 | 6 | 7;
  /** The handler deals with the cancel signal itself: `progress` never answers `cancelled`. Default false. */
  readonly explicitCancellation?: boolean;
  /** What a journal mismatch asks of the server. Default "retry" (the retry policy decides). */
  readonly onJournalMismatch?: "retry" | "pause" | "fail";
  /** Whether replayed payloads must equal what the handler produces now. Default true; off with a journal value codec. */
  readonly checkPayloads?: boolean;
}

/**
 * The state machine of one attempt (`AttemptVm` in `index.ts` implements it): bytes of the server in, bytes for the
 * server out, and between them what the handler does. No method does I/O, reads a clock or draws a random number.
 *
 * `waitingStart` → `replaying` (commands are compared with the journal, entry by entry) → `processing` (commands are
 * new and go to the output) → `closed`. Without recorded commands beyond the input, `replaying` is left at once.
 *
 * Every command method throws `VmClosedError` when the machine is closed, and `JournalMismatchError` (after it has
 * written the error message and closed itself) when the journal says something else. Whoever gets one of the two
 * stops running the handler and flushes the output.
 */
export interface Vm {
  readonly phase: Phase;
  /** The known journal has arrived: `input()` may be called. Also true when the machine is closed by a bad input. */
  readonly isReady: boolean;
  /** Index of the last command, the input being 0; -1 before it. */
  readonly lastCommandIndex: number;

  /** Bytes of the request. Never throws: unreadable bytes close the machine with an error message. */
  push(bytes: Uint8Array): void;
  /** The request has ended. From now on what cannot go on suspends. */
  inputClosed(): void;
  /** What is to be sent, or undefined when nothing is. The machine forgets it. */
  takeOutput(): Uint8Array | undefined;

  /** Takes the input command. Call it once, when `isReady`. @throws VmClosedError when what arrived was no journal */
  input(): Input;

  getState(name: string): Handle;
  getStateKeys(): Handle;
  setState(name: string, value: Uint8Array): void;
  clearState(name: string): void;
  clearAllState(): void;

  /** @param wakeUpTimeMs Unix time in milliseconds; on replay the recorded one counts */
  sleep(wakeUpTimeMs: number, name?: string): Handle;
  call(target: CallTarget, argument: Uint8Array): { readonly invocationId: Handle; readonly result: Handle };
  /** @param invokeTimeMs Unix time in milliseconds; absent or 0: at once */
  send(target: CallTarget, argument: Uint8Array, invokeTimeMs?: number): { readonly invocationId: Handle };
  attachInvocation(invocationId: string): Handle;
  getInvocationOutput(invocationId: string): Handle;
  cancelInvocation(invocationId: string): void;

  /** @returns the id for the outside, and the handle of its completion */
  awakeable(): { readonly id: string; readonly handle: Handle };
  completeAwakeable(id: string, result: Uint8Array | Failure): void;
  /** A named signal. Calling twice with one name gives two handles, resolved by two signals in turn. */
  signal(name: string): Handle;
  sendSignal(invocationId: string, name: string, result: Uint8Array | Failure): void;

  getPromise(name: string): Handle;
  peekPromise(name: string): Handle;
  completePromise(name: string, result: Uint8Array | Failure): Handle;

  /** @returns `isReplayed` when the result is in the journal already: the closure will not be asked for */
  run(name: string): { readonly handle: Handle; readonly isReplayed: boolean };
  /** The outcome of a closure that `progress` asked for. */
  proposeRun(handle: Handle, outcome: RunOutcome): void;

  /** Whether a result is there. Does not count as waiting. */
  isCompleted(handle: Handle): boolean;
  /** The result, or undefined as long as there is none. A result is given out once. */
  take(handle: Handle): Result | undefined;
  /** The handler waits for this. Decides what has to happen next; may close the machine with a suspension. */
  progress(awaited: Awaited): Progress;

  /** The handler's result; followed by `end`. */
  writeOutput(result: Uint8Array | Failure): void;
  /** The invocation is complete. */
  end(): void;
  /** The attempt failed and is to be retried. Does nothing when closed. `delayMs` overrides the retry policy once. */
  fail(error: AttemptError, options?: { readonly related?: RelatedCommand; readonly delayMs?: number }): void;
}
