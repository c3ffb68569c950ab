import { End, ErrorBehavior, ErrorMessage, JOURNAL_MISMATCH } from "../protocol/index.ts";
import { type FailedCommand, JournalMismatchError, VmClosedError } from "./failures.ts";
import { Output } from "./output.ts";
import type { VmOptions } from "./types.ts";

/** What an `ErrorMessage` may say beside code and message. */
export interface FailureDetails {
  readonly stack?: string | undefined;
  readonly related?: FailedCommand | undefined;
  readonly delayMs?: number | undefined;
  readonly behavior?: ErrorBehavior | undefined;
}

const BEHAVIORS = { retry: ErrorBehavior.Retry, pause: ErrorBehavior.Pause, fail: ErrorBehavior.Fail } as const;

/** What is said to the server, up to the last word: end, suspension or error. */
export class Exchange {
  readonly #options: VmOptions;
  readonly #output = new Output();
  /** Why nothing more can be said. */
  #ending: string | undefined;

  constructor(options: VmOptions) {
    this.#options = options;
  }

  get isClosed(): boolean {
    return this.#ending !== undefined;
  }

  send(frame: Buffer): void {
    this.#output.add(frame);
  }

  takeOutput(): Uint8Array | undefined {
    return this.#output.take();
  }

  end(): void {
    this.#last(End.frame({}), "the invocation is complete");
  }

  suspend(suspension: Buffer): void {
    this.#last(suspension, "the invocation is suspended");
  }

  /** Ends the attempt with an error; does nothing when it has ended. */
  fail(code: number, message: string, details: FailureDetails = {}): void {
    if (this.isClosed) return;
    const { related } = details;
    const error = ErrorMessage.frame({
      code,
      message,
      stacktrace: details.stack ?? "",
      relatedCommandIndex: related?.index,
      relatedCommandName: related?.name === "" ? undefined : related?.name,
      relatedCommandType: related?.type,
      nextRetryDelay: details.delayMs,
      behavior: details.behavior ?? ErrorBehavior.Retry,
    });
    this.#last(error, message);
  }

  /**
   * Ends the attempt with an error, and what the handler does just now as well.
   *
   * @throws VmClosedError always
   */
  refuse(code: number, message: string, details?: FailureDetails): never {
    this.fail(code, message, details);
    throw new VmClosedError(message);
  }

  /**
   * The same for a journal that does not match the handler.
   *
   * @throws JournalMismatchError always
   */
  mismatch(message: string, related: FailedCommand | undefined): never {
    const { version, onJournalMismatch = "retry" } = this.#options;
    // Servers before v7 know of nothing but retries.
    const behavior = version >= 7 ? BEHAVIORS[onJournalMismatch] : ErrorBehavior.Retry;
    // Where in the handler: as a rule its frames are on the stack.
    const error = new JournalMismatchError(message);
    this.fail(JOURNAL_MISMATCH, message, { related, behavior, stack: error.stack });
    throw error;
  }

  /** @throws VmClosedError when the attempt has ended */
  assertOpen(): void {
    if (this.#ending !== undefined) throw new VmClosedError(`The attempt has ended: ${this.#ending}.`);
  }

  #last(frame: Buffer, ending: string): void {
    this.#output.add(frame);
    this.#ending = ending;
  }
}
