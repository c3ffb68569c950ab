/** Something that wants to be called when user code has nothing left to do. */
export interface Idler {
  /** Must not throw. */
  check(): void;
}

/** So many turns of the microtask queue in a row may pass before I/O gets its chance. */
const TURNS_BEFORE_IO = 128;

let waiting: Idler[] = [];
let turnsSinceIo = 0;

/**
 * Calls `idler.check()` once the microtask queue has run dry: whatever user code could do without outside help, it has
 * done by then. That is what makes the order of results the same live and replayed, however long a chain of promises
 * the user's code goes through between two awaits.
 *
 * Node runs `process.nextTick` callbacks when the microtasks are exhausted, but one that is scheduled from another one
 * runs before them. Hence the detour through a microtask. All attempts share one such turn.
 */
export function whenIdle(idler: Idler): void {
  waiting.push(idler);
  if (waiting.length === 1) queueMicrotask(scheduleIdlers);
}

function scheduleIdlers(): void {
  turnsSinceIo += 1;
  if (turnsSinceIo < TURNS_BEFORE_IO) {
    afterMicrotasks(runIdlers);
  } else {
    turnsSinceIo = 0;
    inNextLoopTurn(runIdlers);
  }
}

function runIdlers(): void {
  const idlers = waiting;
  waiting = [];
  for (const idler of idlers) idler.check();
}

/** A turn of the event loop, so that replaying a long journal does not starve sockets and timers. */
const inNextLoopTurn: (callback: () => void) => void = turnOfTheEventLoop();
/** Right after the microtasks, where the platform has such a thing. */
const afterMicrotasks: (callback: () => void) => void =
  globalThis.process?.nextTick?.bind(globalThis.process) ?? inNextLoopTurn;

function turnOfTheEventLoop(): (callback: () => void) => void {
  if (typeof setImmediate === "function") return (callback) => void setImmediate(callback);
  if (typeof MessageChannel === "function") {
    // Not throttled, unlike a timer of zero milliseconds.
    const callbacks: (() => void)[] = [];
    const channel = new MessageChannel();
    (channel.port1 as { onmessage?: () => void }).onmessage = () => callbacks.shift()?.();
    return (callback) => {
      callbacks.push(callback);
      channel.port2.postMessage(undefined);
    };
  }
  return (callback) => void setTimeout(callback, 0);
}
