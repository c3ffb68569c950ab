/**
 * The state machine of one attempt, without I/O: bytes of the server in, bytes for the server out, and between them
 * what the handler does. `types.ts` says what its user sees; the rest is how it is made.
 *
 * - `attempt-vm` is the machine: one method for each thing that a handler can do. It leaves the work to the others.
 * - In: `intake` reads the start, the known journal and the answers that follow. It puts recorded commands into
 *   `journal`, which gives them back in order and counts commands, completions and signals, and answers into
 *   `notifications`. These keep the order of arrival and let the handler see one answer at a time, so it sees the same
 *   order when it runs and when it is replayed.
 * - Out: `exchange` says things to the server, up to the last word (end, suspension or error), through the frames of
 *   `output`.
 * - Commands: `command-log` takes those of the handler, compares the ones that are recorded and sends the new ones.
 *   `command` has the kinds of commands, `aspect` what of them must be equal, `mismatch` the words for a difference.
 * - Waiting: `await-point` decides what happens while the handler waits; `await-tree` knows when the wait can go on.
 * - Closures with side effects: `runs` knows those without a recorded result, `run-proposals` makes of an outcome what
 *   the server is told, `retry-policy` says when a failed one is tried again.
 * - `eager-state` is the state that came with the start, with this attempt's changes; `random-seed` the seed before
 *   protocol v6; `failures` the codes and errors by which an attempt ends early.
 */
export { AttemptVm } from "./attempt-vm.ts";
export { JournalMismatchError, VmClosedError } from "./failures.ts";
export * from "./types.ts";
