import { loadConfig } from "../config/index.ts";
import { createLog } from "../log.ts";
import { startServer } from "../start.ts";
import type { Arguments } from "./arguments.ts";
import { banner } from "./banner.ts";
import { type Child, startChild } from "./child.ts";
import { giveMemoryBackWhenIdle } from "./idle-memory.ts";
import { onInterrupt } from "./interrupt.ts";
import { watchEndpoint } from "./watch.ts";

const DEFAULT_ENDPOINT = "http://localhost:9080";

/** `start` and `dev`: runs a server until it is interrupted. */
export async function serve(args: Arguments): Promise<void> {
  const { config, warnings } = await loadConfig({
    options: args.options,
    environment: process.env,
    configFile: args.configFile,
  });
  const log = await createLog(config);
  for (const warning of warnings) log("warn", warning);
  const say = (line: string) => void process.stdout.write(`${line}\n`);
  const starting = startServer({
    config,
    log,
    onFatal: (error) => {
      log("error", "The storage failed. Nothing is acknowledged any more; the server stops.", { error });
      process.exit(1);
    },
  });
  const watches: (() => void)[] = [];
  let child: Child | undefined;
  // Before the banner: who reads it may interrupt.
  onInterrupt(async () => {
    say("Stopping; press Ctrl-C again to stop at once.");
    for (const stop of watches) stop();
    child?.expectEnd();
    await (await starting).close(config.shutdownTimeoutMs);
    // Last, because what is running may need it to finish.
    await child?.end();
    process.exit(0);
  });

  const server = await starting;
  say(banner(server, config));
  giveMemoryBackWhenIdle();
  if (args.command === "start") return;
  if (args.child.length > 0) child = startChild(args.child, say);
  const endpoints = args.endpoints.length > 0 ? args.endpoints : [DEFAULT_ENDPOINT];
  for (const endpoint of endpoints) {
    watches.push(watchEndpoint({ server, endpoint, useHttp11: args.useHttp11, say }));
  }
}
