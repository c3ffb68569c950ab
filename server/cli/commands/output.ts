import { printable, printableLines } from "../../printable.ts";
import type { CommandLine } from "./line.ts";

/** What commands write with. */
export interface Output {
  /** For eyes: lines, without what a terminal would take for commands. */
  print(text: string): void;
  /** A value or a script, byte for byte; a line break follows if it has none. */
  value(text: string): void;
  /** For programs: one JSON value. */
  json(value: unknown): void;
  readonly isJson: boolean;
}

export function outputOf(line: CommandLine, write: (text: string) => void): Output {
  const value = (text: string) => write(text.endsWith("\n") ? text : `${text}\n`);
  return {
    print: (text) => value(printableLines(text, Number.POSITIVE_INFINITY)),
    value,
    json: (value) => write(`${JSON.stringify(value, undefined, 2)}\n`),
    isJson: line.has("json"),
  };
}

/** Rows below the names of their columns, aligned. */
export function tableOf(rows: readonly Readonly<Record<string, unknown>>[], columns?: readonly string[]): string {
  const names = columns ?? [...new Set(rows.flatMap((row) => Object.keys(row)))];
  const cells = [names, ...rows.map((row) => names.map((name) => cell(row[name])))];
  const widths = names.map((_, column) => Math.max(...cells.map((row) => (row[column] ?? "").length)));
  return cells
    .map((row) =>
      row
        .map((text, column) => text.padEnd(widths[column] ?? 0))
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}

function cell(value: unknown): string {
  if (value === undefined || value === null) return "";
  const text = typeof value === "object" ? JSON.stringify(value) : String(value);
  return printable(text.replaceAll(/\r?\n/g, "⏎"));
}
