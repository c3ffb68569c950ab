/** 128 + SIGINT: what a shell reports of an interrupted program. */
const INTERRUPTED = 130;

/** Runs `stop` on the first Ctrl-C (or SIGTERM); the second one ends the process at once. */
export function onInterrupt(stop: () => Promise<void>): void {
  let isStopping = false;
  const interrupted = () => {
    if (isStopping) process.exit(INTERRUPTED);
    isStopping = true;
    stop().catch((error: unknown) => {
      process.stderr.write(`restate-lite: ${error instanceof Error ? error.message : String(error)}\n`);
      process.exit(1);
    });
  };
  process.on("SIGINT", interrupted);
  process.on("SIGTERM", interrupted);
}
