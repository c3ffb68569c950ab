import { Writable } from "node:stream";
import type { ServerConfig } from "./config/index.ts";

export type Log = (level: "debug" | "info" | "warn" | "error", message: string, fields?: object) => void;

const COLORS = { debug: 90, info: 32, warn: 33, error: 31 } as const;
const PINO_LEVELS: Readonly<Record<number, keyof typeof COLORS>> = { 20: "debug", 30: "info", 40: "warn", 50: "error" };

/** The server's log on stderr. `json` is pino's own form; the others are for eyes, `compact` on one line without color. */
export async function createLog(
  config: Pick<ServerConfig, "logLevel" | "logFormat"> & { readonly hasNoColors?: boolean },
): Promise<Log> {
  const { default: pino } = await import("pino");
  const destination =
    config.logFormat === "json"
      ? pino.destination({ dest: 2, sync: false })
      : readable(
          config.logFormat === "pretty" &&
            config.hasNoColors !== true &&
            process.stderr.isTTY === true &&
            (process.env.NO_COLOR ?? "") === "",
        );
  const logger = pino({ level: config.logLevel, base: null }, destination);
  return (level, message, fields) => {
    if (fields === undefined) logger[level](message);
    else logger[level](withError(fields), message);
  };
}

/** Errors under `error` are written as pino writes those under `err`. */
function withError(fields: object): object {
  if (!("error" in fields) || !(fields.error instanceof Error)) return fields;
  const { error, ...rest } = fields;
  return { ...rest, err: error };
}

function readable(isColored: boolean): Writable {
  return new Writable({
    write(line: Buffer, _encoding, done) {
      process.stderr.write(readableLine(line.toString(), isColored), () => done());
    },
  });
}

/** One line for eyes from one of pino's. */
export function readableLine(line: string, isColored: boolean): string {
  const { level, time, msg, err, ...fields } = JSON.parse(line) as Record<string, unknown>;
  const name = PINO_LEVELS[level as number] ?? "info";
  const label = isColored ? `\u001b[${COLORS[name]}m${name.padEnd(5)}\u001b[0m` : name.padEnd(5);
  const clock = new Date(time as number).toISOString().slice(11, 23);
  const said = Object.entries(fields).map(
    ([key, value]) => ` ${key}=${typeof value === "string" ? value : JSON.stringify(value)}`,
  );
  const stack = err === undefined ? "" : `\n${(err as { stack?: string }).stack ?? JSON.stringify(err)}`;
  return `${clock} ${label} ${String(msg)}${said.join("")}${stack}\n`;
}
