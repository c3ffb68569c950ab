import type { Request } from "./request.ts";

/**
 * Code around a handler and its steps, part of the invocation: what it throws counts as if the handler had thrown it
 * (a `TerminalError` fails the invocation, anything else is retried). It cannot change a result, but may throw
 * another error than `next` rejected with.
 *
 * `next` is to be called exactly once. It rejects, too, when the attempt ends without a failure (suspension, pause,
 * a lost connection; `internal.isSuspendedError` tells): clean up and throw the error on.
 *
 * @example
 * interceptor: {
 *   handler: async (next) => {
 *     const span = startSpan();
 *     try {
 *       await next();
 *     } finally {
 *       span.end();
 *     }
 *   },
 * }
 */
export interface Interceptor {
  /** Around the handler, in every attempt. */
  handler?: (next: () => Promise<void>) => Promise<void>;
  /** Around the closure of a `ctx.run` with that name, when it is executed: not for results from the journal. */
  run?: (name: string, next: () => Promise<void>) => Promise<void>;
}

export interface Hooks {
  interceptor?: Interceptor;
}

/** Called at the start of every attempt; its hooks live as long as the attempt. */
export type HooksProvider = (ctx: { request: Request }) => Hooks;
