import { loadConfig } from "../config/index.ts";
import { createLog } from "../log.ts";
import { startServer } from "../start.ts";
import type { Arguments } from "./arguments.ts";
import { banner } from "./banner.ts";
import { startChild } from "./child.ts";
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
  const server = await startServer({
    config,
    log,
    onFatal: (error) => {
      log("error", "The storage failed. Nothing is acknowledged any more; the server stops.", { error });
      process.exit(1);
    },
  });
  const say = (line: string) => void process.stdout.write(`${line}\n`);
  say(banner(server, config));

  const endings: (() => void)[] = [];
  if (args.command === "dev") {
    if (args.child.length > 0) endings.push(startChild(args.child, say));
    const endpoints = args.endpoints.length > 0 ? args.endpoints : [DEFAULT_ENDPOINT];
    for (const endpoint of endpoints) {
      endings.push(watchEndpoint({ server, endpoint, useHttp11: args.useHttp11, say }));
    }
  }
  onInterrupt(async () => {
    say("Stopping; press Ctrl-C again to stop at once.");
    for (const end of endings) end();
    await server.close(config.shutdownTimeoutMs);
    process.exit(0);
  });
}
