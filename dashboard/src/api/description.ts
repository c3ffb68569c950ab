import { admin } from "./admin.ts";

/**
 * `GET /restate-lite/invocations/{id}`: how an invocation stands. The server's own type fits into this one, which
 * `test/dashboard/description.ts` has the compiler check: what the server learns to say has to be said here, too.
 */
export interface Description {
  readonly status: string;
  readonly waitsFor?: WaitsFor | undefined;
  /** When it was asked to cancel, if its handler has done nothing since. */
  readonly cancelRequestedAtMs?: number | undefined;
  readonly retryCount: number;
  readonly lastFailure?:
    | {
        readonly code: number;
        readonly message: string;
        readonly stacktrace?: string | undefined;
        readonly restateCode?: string | undefined;
        readonly relatedCommandIndex?: number | undefined;
        readonly relatedCommandName?: string | undefined;
      }
    | undefined;
}

export type WaitsFor =
  | { readonly kind: "time"; readonly dueAtMs: number }
  | { readonly kind: "key"; readonly holder?: string | undefined; readonly cycle?: Cycle | undefined }
  | { readonly kind: "slot"; readonly taken: number; readonly limit: number }
  | { readonly kind: "limit"; readonly level: string; readonly rule: string }
  | { readonly kind: "queue" }
  | { readonly kind: "notifications"; readonly await: Awaited; readonly cycle?: Cycle | undefined }
  | { readonly kind: "retry"; readonly dueAtMs?: number | undefined }
  | { readonly kind: "resume" };

export interface Awaited {
  readonly waitingCompletions?: readonly number[];
  readonly waitingSignals?: readonly number[];
  readonly waitingNamedSignals?: readonly string[];
}

/** Invocations that wait for each other in a ring: each for the next one, the last for the first. */
export interface Cycle {
  readonly members: readonly CycleMember[];
  /** Id of the one whose end lets the others go on. */
  readonly kill: string;
}

export interface CycleMember {
  readonly id: string;
  readonly service: string;
  readonly handler: string;
  readonly key?: string | undefined;
  readonly waitsFor: "key" | "result";
}

export function describeInvocation(id: string, signal: AbortSignal): Promise<Description> {
  return admin<Description>(`/restate-lite/invocations/${id}`, { signal });
}
