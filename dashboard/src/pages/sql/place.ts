/** A part of a query, as offsets into it. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

/** As restate-lite writes it, and as the parser of the real server does. */
const LINE_COLUMN = /\(line (\d+), column (\d+)\)|Line: (\d+), Column: (\d+)/;
const UNKNOWN_NAME = /No field named ((?:"(?:[^"]|"")*"|[\w.])+?)\.?(?:\s|$)|(?:table|Invalid function) '([^']+)'/i;

/** What a refusal of the server is about, if it says so. */
export function spanOf(query: string, message: string): Span | undefined {
  const at = LINE_COLUMN.exec(message);
  if (at !== null) return wordAt(query, offsetOf(query, Number(at[1] ?? at[3]), Number(at[2] ?? at[4])));
  const unknown = UNKNOWN_NAME.exec(message);
  if (unknown === null) return undefined;
  const name = (unknown[1] ?? unknown[2] ?? "").split(".").at(-1)?.replaceAll('"', "") ?? "";
  const found = new RegExp(`(?<![\\w"])"?${name.replace(/[^\w]/g, "\\$&")}(?!\\w)`, "i").exec(query);
  return found === null || name === "" ? undefined : { from: found.index, to: found.index + found[0].length };
}

/** Lines and columns begin with 1. */
function offsetOf(query: string, line: number, column: number): number {
  let start = 0;
  for (let n = 1; n < line; n++) {
    const end = query.indexOf("\n", start);
    if (end < 0) break;
    start = end + 1;
  }
  return Math.min(query.length, start + Math.max(0, column - 1));
}

/** The word at an offset; at the end of the query its last character. */
function wordAt(query: string, offset: number): Span {
  const word = /^(?:\w+|[^\w\s])/.exec(query.slice(offset))?.[0];
  if (word !== undefined) return { from: offset, to: offset + word.length };
  const end = query.trimEnd().length;
  return { from: Math.max(0, Math.min(offset, end) - 1), to: Math.max(1, Math.min(offset, end)) };
}

/** `line 2, column 5`. */
export function placeText(query: string, { from }: Span): string {
  const before = query.slice(0, from).split("\n");
  return `line ${before.length}, column ${(before.at(-1)?.length ?? 0) + 1}`;
}
