import { MessageType, OutputCommand, type OutputCommandMessage } from "../../sdk/protocol/index.ts";
import type { Handler } from "../registry/types.ts";
import { type InvocationRow, isWorkflowRun } from "../storage/index.ts";
import type { LiveAttempt } from "./attempts.ts";
import { Origin } from "./invocations.ts";
import type { Kernel } from "./kernel.ts";
import type { Completion, Outcome } from "./types.ts";
import { STEPS_PER_TURN, Work } from "./work.ts";

type OnCompletion = (completion: Completion) => void;

/** Clients that are answered in one turn. */
const CLIENTS_PER_TURN = 128;
const DAY_MS = 86_400_000;
/** In the place of a completion id, which no output entry has. */
const MADE_BY_SERVER = 0;
const DEFAULT_RETENTION = { idempotencyRetentionMs: DAY_MS, workflowRetentionMs: DAY_MS, journalRetentionMs: DAY_MS };

/** The end of invocations: result, retention, lock, and everybody who waits for it. */
export class Completions {
  readonly #kernel: Kernel;
  readonly #waiting = new Map<number, Set<OnCompletion>>();
  readonly #waitedBy = new Map<OnCompletion, number>();
  /** False: certainly no invocation attached itself to another one, so a completion need not look for those. */
  #mayHaveAwaiters: boolean;

  constructor(kernel: Kernel) {
    this.#kernel = kernel;
    this.#mayHaveAwaiters = kernel.statements.waits.hasAwaiters.get() === 1;
  }

  /** The invocation `seq` gets the result of `row` in its journal, as a completion of this type. */
  addAwaiter(row: InvocationRow, seq: number, completionId: number, type: number): void {
    this.#mayHaveAwaiters = true;
    this.#kernel.statements.waits.addAwaiter.run(row.seq, seq, completionId, type);
  }

  /** A client waits, in this process, for the end of `row`; at once when it has ended. */
  await(row: InvocationRow, onCompletion: OnCompletion): void {
    if (row.completed_at !== null) {
      const completion = this.stored(row);
      this.#kernel.turns.afterFlush(() => onCompletion(completion));
      return;
    }
    const waiting = this.#waiting.get(row.seq);
    if (waiting === undefined) this.#waiting.set(row.seq, new Set([onCompletion]));
    else waiting.add(onCompletion);
    this.#waitedBy.set(onCompletion, row.seq);
  }

  /** The client went away. Its invocation goes on. */
  forget(onCompletion: OnCompletion): void {
    const seq = this.#waitedBy.get(onCompletion);
    if (seq === undefined) return;
    this.#waitedBy.delete(onCompletion);
    const waiting = this.#waiting.get(seq);
    waiting?.delete(onCompletion);
    if (waiting?.size === 0) this.#waiting.delete(seq);
  }

  /** The result of a completed invocation, as it is stored. */
  stored(row: InvocationRow): Completion {
    return {
      id: this.#kernel.invocations.textId(row),
      service: row.service,
      handler: row.handler,
      outcome: outcomeOf(this.#kernel.journal.output(row.seq)),
      expiresAtMs: row.kept_until ?? row.expires_at ?? undefined,
    };
  }

  /** The SDK ended the invocation with the output it had sent. */
  end(live: LiveAttempt): void {
    this.#kernel.attempts.end(live);
    const { output } = live;
    this.#complete(
      live.row,
      output === undefined ? outcomeOf(this.#kernel.journal.output(live.row.seq)) : outcomeIn(output),
      live,
    );
  }

  /** Ends an invocation with a failure that the server decides on (kill, last attempt). */
  fail(row: InvocationRow, failure: { code: number; message: string }, live?: LiveAttempt): void {
    const { journal } = this.#kernel;
    const outcome: Outcome = { kind: "failure", failure };
    journal.append(
      row.seq,
      journal.length(row.seq),
      MessageType.OutputCommand,
      // No entry of the SDK's: introspection leaves it out of the journal.
      MADE_BY_SERVER,
      OutputCommand.encode({ failure }),
    );
    this.#complete(row, outcome, live);
  }

  /** Ends an invocation that never ran: nothing of it stays. */
  vanish(row: InvocationRow, failure: { code: number; message: string }): void {
    const outcome: Outcome = { kind: "failure", failure };
    this.#tellInvocations(row, outcome);
    this.#tellClients(row, outcome);
    this.#kernel.journal.deleteAll(row.seq);
    this.#kernel.invocations.delete(row);
  }

  #complete(row: InvocationRow, outcome: Outcome, live: LiveAttempt | undefined): void {
    const { statements, clock, retention, keys } = this.#kernel;
    const nowMs = clock.nowMs();
    const { journalMs, rowMs } = this.#retentionOf(row, live);
    const expiresAt = nowMs + Math.min(journalMs, rowMs);
    const keptUntil = journalMs < rowMs ? nowMs + rowMs : null;
    // An attempt that stored nothing leaves no mark: what it ran on is not where the invocation was.
    const pinnedBy = live?.hasStored === true ? live : undefined;
    statements.invocations.complete.run(
      nowMs,
      outcome.kind === "failure" ? 1 : 0,
      expiresAt,
      keptUntil,
      row.deployment ?? pinnedBy?.deployment.id ?? null,
      row.protocol ?? pinnedBy?.protocol ?? null,
      row.started_at ?? live?.startedAtMs ?? null,
      row.seq,
    );
    retention.expects(expiresAt);
    if (live !== undefined) live.isPinned = true;
    if (live === undefined || live.hasFailure) statements.waits.clearFailure.run(row.seq);
    this.#kernel.observation.tell(row, {
      kind: "completed",
      failure: outcome.kind === "failure" ? outcome.failure : undefined,
    });
    if (row.exclusive === 1) keys.release(row);
    this.#tellInvocations(row, outcome);
    this.#tellClients(row, outcome);
  }

  /** How long the row and the journal stay (the journal no longer than the row: docs/facts.md). */
  #retentionOf(row: InvocationRow, live: LiveAttempt | undefined): { journalMs: number; rowMs: number } {
    const handler: Pick<Handler, keyof typeof DEFAULT_RETENTION> =
      live?.handler ?? this.#kernel.registry.service(row.service)?.handlers.get(row.handler) ?? DEFAULT_RETENTION;
    if (isWorkflowRun(row)) {
      return this.#capped(handler.journalRetentionMs, handler.workflowRetentionMs);
    }
    // The real server gives every call of the ingress an idempotency key of its own, and keeps restarted ones as long.
    if (row.idempotency_key !== null || row.origin !== Origin.Invocation) {
      return this.#capped(handler.journalRetentionMs, handler.idempotencyRetentionMs);
    }
    return { journalMs: handler.journalRetentionMs, rowMs: handler.journalRetentionMs };
  }

  #capped(journalMs: number, rowMs: number): { journalMs: number; rowMs: number } {
    return { journalMs: Math.min(journalMs, rowMs), rowMs };
  }

  #tellInvocations(row: InvocationRow, outcome: Outcome): void {
    const { notifications } = this.#kernel;
    if (row.caller !== null && row.caller_completion !== null) {
      notifications.complete(row.caller, MessageType.CallCompletion, row.caller_completion, outcome);
    }
    if (this.#mayHaveAwaiters) this.#tellSome(row.seq, outcome, STEPS_PER_TURN);
  }

  /**
   * Tells as many of those who wait for the result of `callee` as `steps` allow, and leaves the others for a later turn.
   * @param output the result, as an OutputCommand: the invocation itself may be gone by then
   * @returns the steps it took
   */
  tellAwaiters(callee: number, output: Buffer, steps: number): number {
    return this.#tellSome(callee, outcomeOf(output), steps);
  }

  #tellSome(callee: number, outcome: Outcome, steps: number): number {
    const { backlog, notifications, statements } = this.#kernel;
    const awaiters = statements.waits.awaiters.all(callee, steps);
    const last = awaiters.at(-1);
    if (last === undefined) return 0;
    statements.waits.clearAwaiters.run(callee, last.seq, last.completion);
    for (const { seq, completion, type } of awaiters) notifications.complete(seq, type, completion, outcome);
    if (awaiters.length === steps) backlog.add(Work.TellAwaiters, callee, 0, outputOf(outcome));
    return steps;
  }

  #tellClients(row: InvocationRow, outcome: Outcome): void {
    const waiting = this.#waiting.get(row.seq);
    if (waiting === undefined) return;
    this.#waiting.delete(row.seq);
    for (const onCompletion of waiting) this.#waitedBy.delete(onCompletion);
    const completion: Completion = {
      id: this.#kernel.invocations.textId(row),
      service: row.service,
      handler: row.handler,
      outcome,
      expiresAtMs: undefined,
    };
    this.#answer([...waiting], completion);
  }

  /** Each answer is written to a socket, so they go in turns. */
  #answer(clients: readonly OnCompletion[], completion: Completion): void {
    const { turns } = this.#kernel;
    for (const onCompletion of clients.slice(0, CLIENTS_PER_TURN)) turns.afterFlush(() => onCompletion(completion));
    const others = clients.slice(CLIENTS_PER_TURN);
    if (others.length > 0) turns.afterCommit(() => turns.apply(() => this.#answer(others, completion)));
  }
}

function outputOf(outcome: Outcome): Buffer {
  return OutputCommand.encode(outcome.kind === "failure" ? { failure: outcome.failure } : { value: outcome.value });
}

/** An SDK that ends without an output has returned nothing. */
function outcomeOf(output: Buffer | undefined): Outcome {
  if (output === undefined) return { kind: "value", value: Buffer.alloc(0) };
  return outcomeIn(OutputCommand.decode(output));
}

function outcomeIn({ value, failure }: OutputCommandMessage): Outcome {
  if (failure !== undefined) return { kind: "failure", failure };
  return { kind: "value", value: value ?? Buffer.alloc(0) };
}
