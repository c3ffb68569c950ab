/**
 * Flow control: how many invocations of a scope and of a limit key run at a time, and queues that are paused. `slots`
 * counts and says whose turn it is, in memory; `flow` keeps what waits as rows and lets it in.
 */
export { Flow, type FlowSnapshot } from "./flow.ts";
