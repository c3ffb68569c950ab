import {
  AwaitingOn,
  ErrorBehavior,
  ErrorMessage,
  encodeFrame,
  isCommand,
  MessageError,
  MessageType,
  messageTypeName,
  Notification,
  PROTOCOL_VIOLATION,
  ProposeRunCompletion,
  ProposeRunCompletionAck,
  REQUESTED_ACK,
  RunCommand,
  Suspension,
} from "../../sdk/protocol/index.ts";
import type { ErrorCode } from "../error-codes/index.ts";
import { MAX_JOURNAL_ENTRIES } from "../storage/index.ts";
import type { LiveAttempt } from "./attempts.ts";
import { awaitedCompletions, awaitTree, isEmpty, storedSuspension } from "./awaiting.ts";
import { commandRule } from "./commands/index.ts";
import { Precondition } from "./commands/rule.ts";
import { restateCodeOf } from "./failures.ts";
import type { Kernel } from "./kernel.ts";
import type { AttemptEvents, AttemptFailure } from "./types.ts";

interface SdkMessage {
  readonly type: number;
  readonly flags: number;
  readonly body: Buffer;
}

/** What running attempts report: the SDK's messages, and how the attempt ended. */
export class Messages implements AttemptEvents {
  readonly #kernel: Kernel;

  constructor(kernel: Kernel) {
    this.#kernel = kernel;
  }

  /** Messages of one attempt in order. Those of an attempt that has been ended (killed, paused) are dropped. */
  messages(attempt: number, frames: readonly SdkMessage[]): void {
    const live = this.#kernel.attempts.byAttempt(attempt);
    if (live === undefined) return;
    this.#kernel.attempts.moves(live);
    this.#kernel.control.startChunk();
    try {
      for (const frame of frames) {
        this.#message(live, frame);
        if (this.#kernel.attempts.byAttempt(attempt) === undefined) break;
      }
    } catch (error) {
      // The turn is about to take all of this back, the entries in other journals among it.
      this.#kernel.attempts.forgetIndexes();
      throw error;
    }
    if (live.hasStored && !live.isPinned) this.#pin(live);
  }

  server(attempt: number, name: string): void {
    const live = this.#kernel.attempts.byAttempt(attempt);
    if (live !== undefined) live.server = name;
  }

  failed(attempt: number, failure: AttemptFailure): void {
    const live = this.#kernel.attempts.byAttempt(attempt);
    if (live !== undefined) this.#kernel.failures.failed(live, failure);
  }

  closed(_attempt: number): void {
    // The slot was freed when the terminal message came: what is left of the stream needs no attempt.
  }

  #message(live: LiveAttempt, message: SdkMessage): void {
    try {
      this.#understand(live, message);
    } catch (error) {
      if (!(error instanceof MessageError)) throw error;
      this.#reject(live, message.type, "RT0012", error.message);
    }
  }

  #understand(live: LiveAttempt, { type, flags, body }: SdkMessage): void {
    switch (type) {
      case MessageType.ProposeRunCompletion:
        return this.#proposed(live, flags, body);
      case MessageType.End:
        return this.#kernel.completions.end(live);
      case MessageType.Suspension:
        return this.#suspended(live, body);
      case MessageType.Error:
        return this.#reported(live, body);
      case MessageType.AwaitingOn:
        AwaitingOn.decode(body);
        return this.#kernel.attempts.waits(live, body);
      default:
        return this.#command(live, type, body);
    }
  }

  #command(live: LiveAttempt, type: number, body: Buffer): void {
    const rule = commandRule(type);
    if (rule === undefined) {
      this.#reject(live, type, "RT0012", isCommand(type) ? "unknown command" : "an SDK may not send this message");
      return;
    }
    if (this.#kernel.attempts.nextIndex(live) >= MAX_JOURNAL_ENTRIES - 2) {
      this.#reject(
        live,
        type,
        "RL_JOURNAL_FULL",
        `the journal has ${MAX_JOURNAL_ENTRIES} entries, the most it can have`,
      );
      return;
    }
    try {
      rule(this.#kernel, live, body, () => this.#store(live, type, null, body));
    } catch (error) {
      if (!(error instanceof Precondition)) throw error;
      this.#reject(live, type, error.restateCode, error.message);
    }
  }

  #store(live: LiveAttempt, type: number, notification: number | null, body: Buffer): void {
    this.#kernel.journal.append(live.row.seq, this.#kernel.attempts.takeIndex(live), type, notification, body);
    live.hasStored = true;
    this.#kernel.observation.tell(live.row, { kind: "journal" });
    if (live.hasFailure) {
      this.#kernel.statements.waits.clearFailure.run(live.row.seq);
      live.hasFailure = false;
      live.retryCount = 0;
      live.failingSinceMs = undefined;
    }
  }

  /** The first stored entry decides on which deployment, with which protocol, the journal can be replayed. */
  #pin(live: LiveAttempt): void {
    live.isPinned = true;
    this.#kernel.statements.invocations.pin.run(live.deployment.id, live.protocol, live.startedAtMs, live.row.seq);
  }

  /** The result of a run: stored as its completion, and acknowledged in the form that the SDK asked for. */
  #proposed(live: LiveAttempt, flags: number, body: Buffer): void {
    const { resultCompletionId: completionId, value, failure } = ProposeRunCompletion.decode(body);
    const completion = Notification.encode(
      failure !== undefined ? { completionId, failure } : { completionId, value: value ?? Buffer.alloc(0) },
    );
    this.#store(live, MessageType.RunCompletion, completionId, completion);
    this.#kernel.attempts.deliver(
      live,
      (flags & REQUESTED_ACK) !== 0
        ? ProposeRunCompletionAck.frame({ completionId })
        : encodeFrame(MessageType.RunCompletion, completion),
    );
  }

  #suspended(live: LiveAttempt, body: Buffer): void {
    const { attempts, notifications, statements, observation, clock } = this.#kernel;
    const { seq } = live.row;
    const tree = awaitTree(Suspension.decode(body));
    if (isEmpty(tree)) {
      this.#reject(live, MessageType.Suspension, "RT0012", "it waits for nothing, so nothing could resume it");
      return;
    }
    attempts.end(live);
    // What it waits for may have arrived after the request was closed. And a result that only the handler itself can
    // deliver would never arrive: such an invocation runs again (the real server leaves it stuck,
    // restatedev/restate#5196).
    if (notifications.isResolvedSince(seq, live.knownEntries, tree) || this.#owesRun(seq, awaitedCompletions(tree))) {
      observation.tell(live.row, { kind: "ready" });
      attempts.ready(seq);
      return;
    }
    const stored = storedSuspension({ body, sinceMs: clock.nowMs(), knownEntries: live.knownEntries });
    statements.invocations.suspend.run(stored, live.startedAtMs, seq);
    observation.tell(live.row, { kind: "suspended" });
  }

  /** Whether one of these completions is that of a run which has no result yet. */
  #owesRun(seq: number, completionIds: readonly number[]): boolean {
    const { journal } = this.#kernel;
    const runs = journal.ofType(seq, MessageType.RunCommand);
    if (runs.length === 0) return false;
    const owed = new Set(runs.map((entry) => RunCommand.decode(entry.body).resultCompletionId));
    return completionIds.some((id) => owed.has(id) && !journal.hasNotification(seq, id));
  }

  #reported(live: LiveAttempt, body: Buffer): void {
    const error = ErrorMessage.decode(body);
    const { behavior } = error;
    this.#kernel.failures.failed(live, {
      code: error.code,
      message: error.message,
      stacktrace: error.stacktrace === "" ? undefined : error.stacktrace,
      restateCode: restateCodeOf(error.code),
      relatedCommandIndex: error.relatedCommandIndex,
      relatedCommandName: error.relatedCommandName,
      relatedCommandType: error.relatedCommandType,
      nextRetryDelayMs: error.nextRetryDelay,
      behavior: behavior === ErrorBehavior.Pause ? "pause" : behavior === ErrorBehavior.Fail ? "fail" : "retry",
    });
  }

  /** The server itself refuses a message: the attempt is let go and retried. */
  #reject(live: LiveAttempt, type: number, restateCode: ErrorCode, reason: string): void {
    const { attempts, failures } = this.#kernel;
    const index = this.#commandIndex(live);
    attempts.letGo(live);
    failures.failed(live, {
      code: restateCode === "RT0012" ? PROTOCOL_VIOLATION : 500,
      message: `cannot process command ${messageTypeName(type)} (command index ${index}): ${reason}`,
      stacktrace: undefined,
      restateCode,
      relatedCommandIndex: index,
      relatedCommandName: undefined,
      relatedCommandType: type,
      nextRetryDelayMs: undefined,
      behavior: "retry",
    });
  }

  /** Commands alone are counted, as SDKs count them. */
  #commandIndex(live: LiveAttempt): number {
    return this.#kernel.journal.types(live.row.seq).filter(([type]) => isCommand(type)).length;
  }
}
