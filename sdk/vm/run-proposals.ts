import { ErrorBehavior, MessageType, ProposeRunCompletion, REQUESTED_ACK } from "../protocol/index.ts";
import type { CommandLog } from "./command-log.ts";
import type { Exchange } from "./exchange.ts";
import { INTERNAL } from "./failures.ts";
import type { Intake } from "./intake.ts";
import type { Journal } from "./journal.ts";
import { type FailedAttempts, nextRetry } from "./retry-policy.ts";
import type { Run, Runs } from "./runs.ts";
import type { AttemptError, Handle, Result, RunOutcome } from "./types.ts";

/** Makes of the outcome of a closure what the server is told: a result to store, or why the attempt ends. */
export class RunProposals {
  readonly #version: number;
  readonly #exchange: Exchange;
  readonly #intake: Intake;
  readonly #journal: Journal;
  readonly #log: CommandLog;
  readonly #runs: Runs;

  constructor(version: number, exchange: Exchange, intake: Intake, journal: Journal, log: CommandLog, runs: Runs) {
    this.#version = version;
    this.#exchange = exchange;
    this.#intake = intake;
    this.#journal = journal;
    this.#log = log;
    this.#runs = runs;
  }

  /**
   * @throws RangeError when no closure is being executed for this handle
   * @throws VmClosedError when the protocol version does not allow such a failure
   */
  propose(handle: Handle, outcome: RunOutcome): void {
    const run = this.#runs.finish(handle);
    if (run === undefined) throw new RangeError(`no run with handle ${handle} is being executed`);
    switch (outcome.kind) {
      case "value":
        return this.#propose(run, { kind: "value", bytes: outcome.bytes });
      case "failure":
        this.#log.checkFailure(outcome.failure);
        return this.#propose(run, { kind: "failure", failure: outcome.failure });
      case "pause":
        // Before v7 the server does not know of it and retries, as after any other error.
        return this.#fail(run, outcome.error, undefined, ErrorBehavior.Pause);
      case "retry": {
        const delayMs = nextRetry(outcome.policy, this.#failedAttempts(outcome.attemptDurationMs));
        if (delayMs !== "giveUp") return this.#fail(run, outcome.error, outcome.delayMs ?? delayMs);
        return this.#propose(run, { kind: "failure", failure: { code: INTERNAL, message: outcome.error.message } });
      }
    }
  }

  #propose(run: Run, result: Extract<Result, { kind: "value" | "failure" }>): void {
    const resultCompletionId = run.source.id as number;
    const isAcknowledged = this.#version >= 7;
    // From v7 on the server only says that it has the result; before, it sends the result back.
    if (isAcknowledged) this.#runs.propose(resultCompletionId, result);
    const draft =
      result.kind === "value"
        ? { resultCompletionId, value: result.bytes }
        : { resultCompletionId, failure: result.failure };
    this.#exchange.send(ProposeRunCompletion.frame(draft, isAcknowledged ? REQUESTED_ACK : 0));
  }

  #fail(run: Run, error: AttemptError, delayMs: number | undefined, behavior?: ErrorBehavior): void {
    const related = { index: run.commandIndex, type: MessageType.RunCommand, name: run.name };
    this.#exchange.fail(INTERNAL, error.message, { stack: error.stack, related, delayMs, behavior });
  }

  /** The failures of the run that has just failed once more. */
  #failedAttempts(durationMs: number): FailedAttempts {
    const start = this.#intake.start;
    if (start === undefined || !this.#journal.isAtEndOfReplay || start.retryCountSinceLastStoredEntry === 0) {
      // Without a retry, the server's duration is the time that the invocation waited before this attempt.
      return { count: 1, durationMs };
    }
    return {
      count: start.retryCountSinceLastStoredEntry + 1,
      durationMs: start.durationSinceLastStoredEntry + durationMs,
    };
  }
}
