import type { ErrorCode } from "../../error-codes/index.ts";
import type { LiveAttempt } from "../attempts.ts";
import type { Kernel } from "../kernel.ts";

/** Carries out one command; the entry is stored by `store`, which each rule calls once the command is accepted. */
export type CommandRule = (kernel: Kernel, live: LiveAttempt, body: Buffer, store: () => void) => void;

/**
 * A command that cannot be accepted (RT0017, RT0018, RT0024). The entry and what follows it are dropped, and the
 * attempt is retried.
 */
export class Precondition extends Error {
  readonly restateCode: ErrorCode;

  constructor(reason: string, restateCode: ErrorCode = "RT0017") {
    super(reason);
    this.name = "Precondition";
    this.restateCode = restateCode;
  }
}
