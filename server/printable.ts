/**
 * Text from outside (an endpoint's error, a header, a name) made fit for a terminal or a log line: control and escape
 * characters, line breaks and the characters that turn the direction of text are written as escapes, and what is long
 * is cut. The API has it whole.
 */
export function printable(text: string, limit = LOGGED_CHARACTERS): string {
  const shown = text.length > limit ? text.slice(0, limit) : text;
  const safe = shown.replace(NOT_PRINTABLE, escaped);
  return text.length > limit ? `${safe}… (${text.length - limit} characters more)` : safe;
}

/** The same for text of several lines, a stack or a message that a person reads: its line breaks stay. */
export function printableLines(text: string, limit = LOGGED_CHARACTERS): string {
  const shown = text.length > limit ? text.slice(0, limit) : text;
  const safe = shown
    .split(/\r?\n/)
    .map((line) => line.replace(NOT_PRINTABLE, escaped))
    .join("\n");
  return text.length > limit ? `${safe}… (${text.length - limit} characters more)` : safe;
}

/** A field of a log line, at any depth of it. */
export function printableField(value: unknown, depth = 0): unknown {
  if (typeof value === "string") return printable(value);
  if (typeof value !== "object" || value === null || value instanceof Error || depth > 4) return value;
  if (Array.isArray(value)) return value.map((element) => printableField(element, depth + 1));
  return Object.fromEntries(
    Object.entries(value).map(([name, field]) => [printable(name), printableField(field, depth + 1)]),
  );
}

const LOGGED_CHARACTERS = 2000;

/** C0 and C1 controls without the tab, DEL, line and paragraph separators, marks of direction, lone surrogates. */
const NOT_PRINTABLE =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: it looks for them
  /[\0-\x08\x0a-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]|\p{Surrogate}/gu;

function escaped(character: string): string {
  const code = character.charCodeAt(0);
  if (code === 0x0a) return "\\n";
  if (code === 0x0d) return "\\r";
  return code < 0x100 ? `\\x${code.toString(16).padStart(2, "0")}` : `\\u${code.toString(16).padStart(4, "0")}`;
}
