import { stringifyJson } from "../../ui/exact-json.ts";
import { type Column, type Row, textOf } from "./results.ts";

/**
 * A table as CSV (RFC 4180): lines end with CRLF, fields with a comma, a quote or a line break are quoted. What is
 * null is empty; a text that is empty is `""`, so that the two can be told apart.
 */
export function csvOf(columns: readonly Column[], rows: readonly Row[]): string {
  const lines = [columns.map(({ name }) => csvField(name)).join(",")];
  for (const row of rows) lines.push(columns.map(({ name }) => csvField(row[name])).join(","));
  return `${lines.join("\r\n")}\r\n`;
}

function csvField(value: unknown): string {
  if (value === undefined || value === null) return "";
  const text = textOf(value);
  return text === "" || /[",\r\n]|^\s|\s$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** A table as JSON: an array with a line for each row, in which nulls are written. */
export function jsonOf(columns: readonly Column[], rows: readonly Row[]): string {
  const lines = rows.map((row) =>
    stringifyJson(Object.fromEntries(columns.map(({ name }) => [name, row[name] ?? null]))),
  );
  return lines.length === 0 ? "[]\n" : `[\n${lines.join(",\n")}\n]\n`;
}

/** Gives a file to the person, as a download. */
export function download(name: string, type: string, text: string): void {
  const url = URL.createObjectURL(new Blob([text], { type }));
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  // The browser has begun to read it by then.
  window.setTimeout(() => URL.revokeObjectURL(url), 60_000);
}
