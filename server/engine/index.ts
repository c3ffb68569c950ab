/**
 * The engine: what each request, message and timer does to invocations, journals, keys, timers, promises and state.
 *
 * It has no socket, clock or randomness of its own. Every change is a few SQL statements inside the turn's open
 * transaction (SQLite is the engine's memory); what the outside may see of it waits in the turn's outbox for the
 * commit or for the flush. In memory is only what a restart may forget: running attempts, waiting HTTP clients, when
 * the next timer is due.
 *
 * The rooms, each a file. What comes in:
 *
 * - `engine` is what the ingress and the admin API call; `types` what the engine and the invoker say to each other.
 * - `messages` is what running attempts report, with one rule for each command of the protocol in `commands`.
 * - `control` is what people ask for (cancel, kill, pause, ...); `restart` restarts as new; `edits` changes a paused
 *   journal, `edit-results` knows which result fits an entry, `journal-state` what dropped entries did to the state.
 *
 * The life of an invocation:
 *
 * - `invocations` makes and finds them; `identity` has their ids.
 * - `attempts` runs them, as far as there are `places`; `flow` has limits and paused queues.
 * - `journal` appends and replays; `notifications` and `awaiting` wake up what waits; `suspensions` remembers when
 *   it did.
 * - `failures` decides on retries; `failure-event` is what the journal's events say of them.
 * - `completions` is the end, and who is told; `retention` deletes what was kept long enough.
 * - `keys` has locks and inboxes; `state-version` tells one state from another.
 * - `timers` has sleeps, delays and retries, `alarm` rings for the first; `backlog` does what is too much for one
 *   turn, of the kinds in `work`.
 *
 * For people who look: `describe` says why an invocation makes no progress, `cycle` which ones wait for each other in
 * a ring, `instance` who holds an object's key and who waits for it; `observation` tells those who watch.
 *
 * `kernel` is what the rooms have of each other.
 */

export type { Cycle } from "./cycle.ts";
export type { Description } from "./describe.ts";
export type { EditedResult } from "./edit-results.ts";
export type { EditRefusal } from "./edits.ts";
export { Engine } from "./engine.ts";
export type { FlowSnapshot } from "./flow/index.ts";
export type { Queued } from "./instance.ts";
export type { StateMutation } from "./keys.ts";
export type { RestartOptions, RestartResult } from "./restart.ts";
export { isIssuedVersion } from "./state-version.ts";
export type * from "./types.ts";
