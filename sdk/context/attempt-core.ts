import type { RestatePromise } from "../authoring/index.ts";
import type { Duration, JournalValueCodec, SdkError } from "../core/index.ts";
import type { RelatedCommand, Vm } from "../vm/index.ts";
import type { Detail, MistakeCode } from "./mistakes.ts";
import type { Scheduler } from "./scheduler.ts";
import type { Unawaited } from "./unawaited.ts";

/** What the promises, commands and runs of an attempt know of it. */
export interface AttemptCore {
  readonly vm: Vm;
  readonly scheduler: Scheduler;
  readonly unawaited: Unawaited;
  /** Absent: the journal holds values as they are. */
  readonly codec: JournalValueCodec | undefined;
  readonly hasEnded: boolean;
  /** It has ended because the handler has returned, so using its context is a mistake. */
  readonly hasReturned: boolean;
  /** The error for a mistake of the handler's. */
  mistake(code: MistakeCode, detail: Detail, cause?: unknown): SdkError;
  /** Ends the attempt; the server's retry policy decides what comes next, unless it was a mistake of the program. */
  fail(thrown: unknown, related?: RelatedCommand): void;
  /** As `ctx.sleep`. */
  sleep(duration: Duration | number): RestatePromise<void>;
}
