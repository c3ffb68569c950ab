import { format } from "node:util";
import type { LoggerTransport } from "../../../sdk/authoring/index.ts";
import { LogSource } from "../../../sdk/authoring/index.ts";
import { consoleLogger } from "../../../sdk/context/index.ts";
import type { Log } from "../../log.ts";

/** The beginning and the end of every attempt are the SDK's information, and details of the server's. */
const LEVELS = { trace: "debug", debug: "debug", info: "debug", warn: "warn", error: "error" } as const;

/**
 * The logger of services that bring none: what handlers say by `ctx.console` goes to the console as anywhere else,
 * what the SDK says about them to the server's log.
 */
export function inProcessLogger(log: Log): LoggerTransport {
  return (metadata, message, ...rest) => {
    const { source, level, context } = metadata;
    if (source === LogSource.USER) consoleLogger(metadata, message, ...rest);
    else if (context === undefined) log(LEVELS[level], format(message, ...rest));
    else log(LEVELS[level], format(message, ...rest), { invocation: context.invocationId });
  };
}
