import type { InvocationId } from "./invocation.ts";

/** Which handler, and of which key. */
export interface Target {
  service: string;
  handler: string;
  key?: string;
  /** `service/handler`, or `service/key/handler`. */
  toString(): string;
}

/** The request that this invocation answers, and the attempt that is under way. */
export interface Request {
  readonly target: Target;
  /** The same in all attempts, unlike that of any other invocation. */
  readonly id: InvocationId;
  /** As the caller sent them. */
  readonly headers: ReadonlyMap<string, string>;
  /** HTTP headers of this attempt, which differ between attempts (tracing, for example). */
  readonly attemptHeaders: ReadonlyMap<string, string | string[] | undefined>;
  /** The input before it is deserialised. */
  readonly body: Uint8Array;
  /**
   * What the platform handed to the endpoint besides the request: Lambda's context, a Worker's environment and
   * execution context, …. It differs between attempts, so do not let the handler's course depend on it.
   */
  readonly extraArgs: unknown[];
  readonly idempotencyKey?: string;
  /** @experimental */
  readonly scope?: string;
  /** @experimental */
  readonly limitKey?: string;
  /** Aborted when this attempt is over, however it ended. What the handler then still does has no effect. */
  readonly attemptCompletedSignal: AbortSignal;
}
