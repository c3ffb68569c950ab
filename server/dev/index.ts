/**
 * The development loop: what `restate-lite dev` does beyond running a server.
 *
 * - A `program` is what the developer works on: a file (`file-program`, made one module by `bundle`, run with
 *   `preload` inside, which serves what it `exports` and sends `messages`), or a command in any language
 *   (`command-program`).
 * - Each state of its files that starts is a `version`: a `process` that serves an endpoint, and the deployment made
 *   of it.
 * - `loop` keeps the newest version serving, and the old ones for as long as unfinished invocations are pinned to
 *   them; `control` is what it does to the server for that. `watcher` says when files have changed.
 * - `forward` keeps other ports of the program reachable. `tree` ends a process with those that it started; `guard`
 *   does so when this process could not, by a process of its own (`guard-process`).
 * - While a program is not there, `held-attempts` keeps its invocations from trying.
 * - `view` shows all of it, from the events that the server's observers get; `curl` has the lines to paste.
 */
export { CommandProgram } from "./command-program.ts";
export { DevControl } from "./control.ts";
export { curlLines } from "./curl.ts";
export { FileProgram } from "./file-program.ts";
export { Guard } from "./guard.ts";
export { HeldAttempts } from "./held-attempts.ts";
export { DevLoop } from "./loop.ts";
export { type Program, prober, type Surroundings } from "./program.ts";
export * from "./view/index.ts";
