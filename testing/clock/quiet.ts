import { setTimeout as delay, setImmediate as tick } from "node:timers/promises";
import { TestEnvironmentError } from "../errors.ts";
import type { Traffic } from "./traffic.ts";

/** What must be at rest before time may move. */
export interface Restless {
  /** Grows with everything that happens. */
  readonly activity: number;
  /** Attempts that run, as people name them. */
  running(): readonly string[];
  /** Asks what runs to suspend where it waits. */
  askToSuspend(): void;
  /** Whether an invocation is ready to run. */
  hasReady(): boolean;
  readonly traffic: Traffic;
}

/** Rounds of the event loop in which nothing happens. */
const CALM_ROUNDS = 4;
/** What stays ready that long, without anything running, is held back: it waits for somebody. */
const HELD_BACK_ROUNDS = 100;

/**
 * Waits until nothing moves but time could move it: no attempt runs, none is about to, no request is on its way. What
 * runs is asked to suspend, which it does when all that it waits for is durable; what does something else (a request of
 * its own, say) is waited for, in real time.
 *
 * @param limitMs real time after which it gives up
 * @throws TestEnvironmentError RL_TEST_NOT_QUIET
 */
export async function settled(world: Restless, limitMs: number, isStopped: () => boolean = () => false): Promise<void> {
  const untilMs = performance.now() + limitMs;
  let calm = 0;
  let held = 0;
  while (calm < CALM_ROUNDS && !isStopped()) {
    const before = world.activity;
    await tick();
    const running = world.running();
    const isReady = running.length === 0 && world.hasReady();
    if (performance.now() > untilMs) throw notQuiet(running, limitMs);
    if (running.length > 0 || world.traffic.isUnderWay) {
      calm = 0;
      if (before !== world.activity) continue;
      world.askToSuspend();
      await delay(1);
    } else if (isReady && held < HELD_BACK_ROUNDS) {
      calm = 0;
      held += 1;
      if (held > 3) await delay(1);
    } else if (before !== world.activity) {
      calm = 0;
      held = 0;
    } else calm += 1;
  }
}

function notQuiet(running: readonly string[], limitMs: number): TestEnvironmentError {
  const what = running.length === 0 ? "requests did not arrive" : `still running: ${running.join(", ")}`;
  return new TestEnvironmentError(
    "RL_TEST_NOT_QUIET",
    `the clock cannot move, because after ${limitMs} ms of real time not everything waits for it: ${what}. A handler ` +
      "that waits for something outside of Restate (a request, a plain setTimeout) holds the clock; pass " +
      "settleLimitMs to wait longer",
  );
}
