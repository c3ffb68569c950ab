import { JOURNAL_MISMATCH, PROTOCOL_VIOLATION } from "../../sdk/protocol/index.ts";
import type { ErrorCode } from "../error-codes/index.ts";
import type { RetryPolicy } from "../registry/types.ts";
import { type InvocationRow, InvocationStatus, TimerKind } from "../storage/index.ts";
import type { LiveAttempt } from "./attempts.ts";
import { pausedEvent, transientErrorEvent } from "./failure-event.ts";
import type { Kernel } from "./kernel.ts";
import type { AttemptFailure } from "./types.ts";

/** The real server's code for an invocation that nothing serves. */
const UNSERVED = "RT0011";
const UNSERVED_RETRY_MS = 1000;
const UNSERVED_MAX_RETRY_MS = 60_000;
const LOOKS_PER_TURN = 256;
/**
 * Until its next attempt an invocation goes on counting at its scope and limit key, unless that is two seconds away
 * or more (measured of restate-server 1.7.12, 36 services with delays from 1 to 2 s; it adds up to a third at random).
 */
const LEAVES_ITS_PLACE_MS = 2000;

/** The real server's code for an error that an SDK reported. */
export function restateCodeOf(code: number): ErrorCode {
  if (code === JOURNAL_MISMATCH) return "RT0016";
  if (code === PROTOCOL_VIOLATION) return "RT0012";
  return "RT0007";
}

/** Milliseconds until the next attempt, after `failedAttempts` in a row. */
function backoffMs(policy: RetryPolicy, failedAttempts: number): number {
  const interval = policy.initialIntervalMs * policy.factor ** (failedAttempts - 1);
  return Math.round(Math.min(interval, policy.maxIntervalMs));
}

/** What is stored of an attempt beside its failure, for those who look at it. */
function attemptOf({ startedAtMs, deployment, server }: LiveAttempt) {
  return { startedAtMs, deployment: deployment.id, server };
}

/** What happens after a failed attempt: another one later, a pause, or the end. */
export class Failures {
  readonly #kernel: Kernel;

  constructor(kernel: Kernel) {
    this.#kernel = kernel;
  }

  /** An attempt is over without an end or a suspension. */
  failed(live: LiveAttempt, failure: AttemptFailure): void {
    const { attempts, completions, flow, log } = this.#kernel;
    attempts.end(live, true);
    if (failure.behavior === "wait") {
      this.#wait(live.row, failure, live);
      return;
    }
    const policy = live.handler.retryPolicy;
    const failedAttempts = live.retryCount + 1;
    const isLast = policy.maxAttempts !== null && failedAttempts >= policy.maxAttempts;
    if (failure.behavior === "fail" || (isLast && policy.onMaxAttempts === "Kill")) {
      // The caller gets code and message; where it went wrong is for the owner of the endpoint, who reads the log.
      log(
        "warn",
        `Ended ${live.row.service}/${live.row.handler} after ${failedAttempts} failed attempts: ${failure.message}`,
        {
          invocation: live.id,
          code: failure.restateCode,
          stacktrace: failure.stacktrace,
        },
      );
      flow.leave(live.row.seq);
      completions.fail(live.row, { code: failure.code, message: failure.message }, live);
      return;
    }
    const sinceMs = live.failingSinceMs ?? this.#kernel.clock.nowMs();
    if (failure.behavior === "pause" || isLast) this.#pause(live, failedAttempts, sinceMs, failure);
    else this.#backOff(live.row, failedAttempts, sinceMs, failure, backoffMs(policy, failedAttempts), live);
  }

  /** No deployment serves the invocation now. */
  undeployed(row: InvocationRow): void {
    this.#wait(row, {
      code: 500,
      message:
        row.deployment === null
          ? `No deployment serves ${row.service}/${row.handler}. Register one that does.`
          : `Deployment ${row.deployment}, to which this invocation is pinned, no longer serves ${row.service}/${row.handler}. ` +
            "Register it again, or resume the invocation on another deployment.",
      stacktrace: undefined,
      restateCode: UNSERVED,
      relatedCommandIndex: undefined,
      relatedCommandName: undefined,
      relatedCommandType: undefined,
      nextRetryDelayMs: undefined,
      behavior: "wait",
    });
  }

  /** After a registration: what waits for one looks again now. */
  lookAgain(): void {
    const { statements, turns } = this.#kernel;
    const lookFrom = (afterSeq: number): void => {
      const seqs = statements.waits.failedWith.all(UNSERVED, afterSeq, LOOKS_PER_TURN);
      for (const seq of seqs) {
        const row = statements.invocations.bySeq.get(seq);
        if (row?.status === InvocationStatus.BackingOff) this.retryNow(row);
      }
      const last = seqs.at(-1);
      if (last !== undefined && seqs.length === LOOKS_PER_TURN) {
        turns.afterCommit(() => turns.apply(() => lookFrom(last)));
      }
    };
    lookFrom(0);
  }

  /** Nothing serves the invocation now (RT0011): it looks for something again and again, and never gives up. */
  #wait(row: InvocationRow, failure: AttemptFailure, live?: LiveAttempt): void {
    const known = this.#kernel.statements.waits.failure.get(row.seq);
    const sinceMs = known?.since ?? this.#kernel.clock.nowMs();
    const looks = (known?.retry_count ?? 0) + 1;
    const delayMs = Math.min(UNSERVED_RETRY_MS * 2 ** (looks - 1), UNSERVED_MAX_RETRY_MS);
    this.#backOff(row, looks, sinceMs, failure, delayMs, live);
  }

  /** Stops the retries until somebody resumes the invocation. */
  #pause(live: LiveAttempt, failedAttempts: number, sinceMs: number, failure: AttemptFailure): void {
    const { statements, clock, journal, log } = this.#kernel;
    const { row } = live;
    const stored = JSON.stringify({ ...failure, attempt: attemptOf(live) });
    statements.waits.setFailure.run(row.seq, failedAttempts, sinceMs, clock.nowMs(), null, stored);
    journal.recordEvent(row.seq, "Paused", pausedEvent(failure));
    statements.invocations.setStatus.run(InvocationStatus.Paused, row.seq);
    this.#kernel.flow.leave(row.seq);
    this.#kernel.observation.tellFailure(row, failure, failedAttempts);
    log("warn", `Paused ${row.service}/${row.handler} after ${failedAttempts} failed attempts: ${failure.message}`, {
      invocation: this.#kernel.invocations.textId(row),
    });
  }

  #backOff(
    row: InvocationRow,
    failedAttempts: number,
    sinceMs: number,
    failure: AttemptFailure,
    policyDelayMs: number,
    live: LiveAttempt | undefined,
  ): void {
    const { statements, clock, timers, journal, log } = this.#kernel;
    const nowMs = clock.nowMs();
    const dueMs = nowMs + (failure.nextRetryDelayMs ?? policyDelayMs);
    const stored = JSON.stringify(live === undefined ? failure : { ...failure, attempt: attemptOf(live) });
    statements.waits.setFailure.run(row.seq, failedAttempts, sinceMs, nowMs, dueMs, stored);
    journal.recordEvent(row.seq, "TransientError", transientErrorEvent(failure));
    statements.invocations.setStatus.run(InvocationStatus.BackingOff, row.seq);
    timers.add(dueMs, row.seq, TimerKind.Retry, 0);
    if (dueMs - nowMs >= LEAVES_ITS_PLACE_MS) this.#kernel.flow.leave(row.seq);
    this.#kernel.observation.tellFailure(row, failure, failedAttempts, dueMs);
    log("info", `Attempt ${failedAttempts} of ${row.service}/${row.handler} failed: ${failure.message}`, {
      invocation: this.#kernel.invocations.textId(row),
      code: failure.restateCode,
      nextRetryInMs: dueMs - nowMs,
    });
  }

  /** Ends the wait for the next attempt. The failure stays until the invocation makes progress. */
  retryNow(row: InvocationRow): void {
    const { statements, attempts, observation } = this.#kernel;
    const due = statements.waits.failure.get(row.seq)?.next_retry_at;
    if (due != null) statements.waits.removeTimer.run(due, row.seq, TimerKind.Retry, 0);
    statements.invocations.setStatus.run(InvocationStatus.Ready, row.seq);
    observation.tell(row, { kind: "ready" });
    attempts.ready(row.seq);
  }
}
