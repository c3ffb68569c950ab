/**
 * The state machine of one attempt, without I/O: bytes of the server in, bytes for the server out, and between them
 * what the handler does. `types.ts` says what its user sees; the rest is how it is made.
 *
 * - `attempt-vm` reads the messages of the server, offers one method for each thing that a handler can do, and decides
 *   what happens next when the handler waits.
 * - `journal` holds the recorded commands in order. While there are any left, `command` compares what the handler does
 *   with them; `mismatch` puts a difference into words. When none are left, what the handler does is sent.
 * - `notifications` holds the answers, in the order of their arrival, and gives them out one by one when the handler
 *   waits: the next only when all before it could not let the handler go on. So the handler sees them in the same
 *   order when it runs and when it is replayed. `await-tree` knows when an await point can go on.
 * - `runs` and `retry-policy` are about closures with side effects, `eager-state` about state that came with the start,
 *   `random-seed` about the seed before protocol v6, `failures` about the ways in which an attempt ends early.
 */
export { AttemptVm } from "./attempt-vm.ts";
export { JournalMismatchError, VmClosedError } from "./failures.ts";
export * from "./types.ts";
