/**
 * The run of one attempt: what a handler gets as `ctx`, the durable promises it awaits, and `startAttempt`, which
 * glues both to the state machine of `sdk/vm`.
 *
 * Reading order: `attempt.ts` (the life of an attempt), `scheduler.ts` (who waits for what, and when the machine is
 * asked for progress), `promise.ts` (the promises), `context.ts` (`ctx`), `mistakes.ts` (what the
 * SDK says to a handler that does what it must not).
 */
export { startAttempt } from "./attempt.ts";
export type { ContextInternal } from "./context.ts";
export { InvocationIdParser } from "./invocation-id.ts";
export { consoleLogger, createConsoleLogger } from "./log.ts";
export { isRestatePromise, RestatePromise } from "./restate-promise.ts";
export { isSuspendedError } from "./suspended.ts";
export type { AttemptEnvironment, AttemptSink, RunningAttempt } from "./types.ts";
