import { loadConfig } from "../config/index.ts";
import { createLog } from "../log.ts";
import { outputTo } from "../output.ts";
import { startServer } from "../start.ts";
import type { Arguments } from "./arguments.ts";
import { banner } from "./banner.ts";
import { giveMemoryBackWhenIdle } from "./idle-memory.ts";
import { onInterrupt } from "./interrupt.ts";

/** `start`: runs a server until it is interrupted. */
export async function serve(args: Arguments): Promise<void> {
  const { config, warnings } = await loadConfig({
    options: args.options,
    environment: process.env,
    configFile: args.configFile,
  });
  const log = await createLog(config);
  for (const warning of warnings) log("warn", warning);
  // A terminal that has been closed ends no server before it has stopped.
  const output = outputTo(process.stdout);
  const say = (line: string) => output.write(`${line}\n`);
  const starting = startServer({
    config,
    log,
    onFatal: (error) => {
      log("error", "The storage failed. Nothing is acknowledged any more; the server stops.", { error });
      process.exit(1);
    },
  });
  // Before the banner: who reads it may interrupt.
  onInterrupt(async () => {
    say("Stopping; press Ctrl-C again to stop at once.");
    await (await starting).close(config.shutdownTimeoutMs);
    process.exit(0);
  });
  say(banner(await starting, config));
  giveMemoryBackWhenIdle();
}
