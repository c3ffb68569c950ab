/** 128 + SIGINT: what a shell reports of an interrupted program. */
const INTERRUPTED = 130;

export interface Interrupt {
  /** What a Ctrl-C does, for a terminal that sends it as a key. */
  press(): void;
  /** The terminal is gone: like the first Ctrl-C, and no second one. */
  hangUp(): void;
}

/**
 * Runs `stop` on the first Ctrl-C (or SIGTERM), and when the terminal is closed; a second Ctrl-C ends the process at
 * once.
 *
 * @param atOnce runs before that, to leave the terminal as it was
 */
export function onInterrupt(stop: () => Promise<void>, atOnce: () => void = () => {}): Interrupt {
  let isStopping = false;
  const interrupted = () => {
    if (isStopping) {
      atOnce();
      process.exit(INTERRUPTED);
    }
    isStopping = true;
    stop().catch((error: unknown) => {
      atOnce();
      process.stderr.write(`restate-lite: ${error instanceof Error ? error.message : String(error)}\n`);
      process.exit(1);
    });
  };
  process.on("SIGINT", interrupted);
  process.on("SIGTERM", interrupted);
  // Windows: Ctrl-Break. Elsewhere there is no such signal, and nothing happens.
  process.on("SIGBREAK", interrupted);
  const hangUp = () => {
    if (!isStopping) interrupted();
  };
  // Windows: the console window is closed.
  process.on("SIGHUP", hangUp);
  return { press: interrupted, hangUp };
}
