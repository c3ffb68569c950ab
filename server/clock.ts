import type { Clock } from "./seams.ts";

/** A timer of Node counts time that passes while the machine is awake; looking again this often follows the wall clock. */
const LOOK_AGAIN_MS = 1000;

/** The wall clock. When it jumps ahead (a laptop wakes up), what is due fires within a second. */
export const systemClock: Clock = {
  nowMs: () => Date.now(),
  wakeAt(atMs, wake) {
    let timer: NodeJS.Timeout;
    const look = (): void => {
      const leftMs = atMs - Date.now();
      if (leftMs <= 0) wake();
      else timer = setTimeout(look, Math.min(leftMs, LOOK_AGAIN_MS));
    };
    timer = setTimeout(look, Math.min(Math.max(0, atMs - Date.now()), LOOK_AGAIN_MS));
    return () => clearTimeout(timer);
  },
};
