/**
 * The run of one attempt: what a handler gets as `ctx`, the durable promises it awaits, and `startAttempt`, which
 * glues both to the state machine of `sdk/vm`. A paragraph uses its own files and those above it.
 *
 * - `types` is the seam to the ways of serving. `mistakes` has what the SDK says to a handler that does what it must
 *   not; `errors` makes errors of what was thrown, and of failures in the journal; `suspended` tells whether an error
 *   only says that the attempt ends. `entry-kind` has the kinds of entries, with their names in messages.
 * - Of an attempt's own: `ending` (whether and how it has ended), `log`, `request` (`ctx.request()`), `rand`
 *   (`ctx.rand`), `interceptors` (of hooks), `unawaited` (promises that nobody awaits), and `scheduler` with `idle`:
 *   who waits for what, and when the machine is asked for progress.
 * - `attempt-core` is all that the following know of the attempt. `serialize` makes bytes of a value.
 * - Promises: `handler-promise` is what handlers hold; behind it is a node, of `const-node` (a known outcome),
 *   `entry-node` (one completion) or `journal-node` (combined and mapped ones). `restate-promise` combines them.
 * - `run-closures` executes the closures of `ctx.run`. `commands` issues commands, and answers with promises.
 * - What handlers hold: `invocation-promise` (calls and sends), `other-invocation` (by its id), `invocation-id`,
 *   `durable-promise` (`ctx.promise`), `clients` (the typed ones), and `context`: `ctx` itself.
 * - `attempt` puts it all together: the life of an attempt. Begin there.
 */
export { startAttempt } from "./attempt.ts";
export type { ContextInternal } from "./context.ts";
export { InvocationIdParser } from "./invocation-id.ts";
export { consoleLogger, createConsoleLogger } from "./log.ts";
export { isRestatePromise, RestatePromise } from "./restate-promise.ts";
export { isSuspendedError } from "./suspended.ts";
export type { AttemptEnvironment, AttemptSink, RunningAttempt } from "./types.ts";
