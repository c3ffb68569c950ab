/**
 * The engine: what each request, message and timer does to invocations, journals, keys, timers, promises and state.
 *
 * It has no socket, clock or randomness of its own. Every change is a few SQL statements inside the turn's open
 * transaction (SQLite is the engine's memory); what the outside may see of it waits in the turn's outbox for the
 * commit or for the flush. In memory is only what a restart may forget: running attempts, waiting HTTP clients, when
 * the next timer is due.
 *
 * The rooms, each a file: `engine` (what the ingress and the admin API call), `messages` (what running attempts
 * report) with `commands/` (one rule for each command of the protocol), `invocations` (making and finding),
 * `attempts` (which invocations run now), `notifications` and `awaiting` (waking up what waits), `completions` (the
 * end, and who is told), `failures` (retries), `keys` (locks and inboxes), `timers`, `retention`, `backlog` (what is too much for one turn), `control` (cancel,
 * kill, pause, …), `restart` (restart as new), `edits` (a paused journal is changed), `journal`, `identity` (ids), `describe` (why is it not further?), `cycle` (who waits for himself?), `instance` (how does an object stand?), `suspensions` (when did it wait?), `flow/` (limits, paused queues), `observation` (who watches).
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
