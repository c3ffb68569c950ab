/** 128 + SIGINT: what a shell reports of an interrupted program. */
const INTERRUPTED = 130;

/**
 * Runs `stop` on the first Ctrl-C (or SIGTERM); the second one ends the process at once.
 *
 * @param atOnce runs before that, to leave the terminal as it was
 * @returns what a Ctrl-C does, for a terminal that sends it as a key
 */
export function onInterrupt(stop: () => Promise<void>, atOnce: () => void = () => {}): () => void {
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
  return interrupted;
}
