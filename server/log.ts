import type { ServerConfig } from "./config/index.ts";
import type { ErrorCode } from "./error-codes/index.ts";
import { outputTo } from "./output.ts";
import { printable, printableField, printableLines } from "./printable.ts";

/** What a line says beside its message. */
export interface LogFields {
  /** For who looks for it in docs/errors.md. */
  readonly code?: ErrorCode | undefined;
  readonly [name: string]: unknown;
}

export type Log = (level: "debug" | "info" | "warn" | "error", message: string, fields?: LogFields) => void;

const COLORS = { debug: 90, info: 32, warn: 33, error: 31 } as const;
const PINO_LEVELS: Readonly<Record<number, keyof typeof COLORS>> = { 20: "debug", 30: "info", 40: "warn", 50: "error" };

/**
 * The server's log on stderr. `json` is pino's own form; the others are for eyes, `compact` on one line without color.
 * A line that cannot be written is dropped, and the log says how many were as soon as it can.
 */
export async function createLog(
  config: Pick<ServerConfig, "logLevel" | "logFormat"> & { readonly hasNoColors?: boolean },
): Promise<Log> {
  const { default: pino } = await import("pino");
  const isColored =
    config.logFormat === "pretty" &&
    config.hasNoColors !== true &&
    process.stderr.isTTY === true &&
    (process.env.NO_COLOR ?? "") === "";
  const formOf = config.logFormat === "json" ? (line: string) => line : (line: string) => readableLine(line, isColored);
  const output = outputTo(process.stderr, {
    afterGap: (dropped, reason) => formOf(gapLine(dropped, reason)),
  });
  const logger = pino({ level: config.logLevel, base: null }, { write: (line: string) => output.write(formOf(line)) });
  return (level, message, fields) => {
    if (fields === undefined) logger[level](printable(message));
    else logger[level](withError(fields), printable(message));
  };
}

/** As pino would write it: it is no part of pino's own output, because it goes before a line of that. */
function gapLine(dropped: number, reason: string): string {
  const why = reason === "EAGAIN" ? "nobody read it" : `it could not be written (${reason})`;
  const msg = `${dropped} ${dropped === 1 ? "line" : "lines"} of this log were dropped because ${why}.`;
  const code: ErrorCode = "RL_LOG_DROPPED";
  return `${JSON.stringify({ level: 40, time: Date.now(), code, dropped, msg })}\n`;
}

/** Errors under `error` are written as pino writes those under `err`, all of it printable. */
function withError(fields: object): object {
  if (!("error" in fields) || !(fields.error instanceof Error)) return printableField(fields) as object;
  const { error, ...rest } = fields;
  const { name, message, stack } = error;
  const err = { type: name, message: printable(message), stack: printableLines(stack ?? message) };
  return { ...(printableField(rest) as object), err };
}

/** One line for eyes from one of pino's. */
function readableLine(line: string, isColored: boolean): string {
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
