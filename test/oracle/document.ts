import { readFileSync } from "node:fs";
import { differences } from "./differences.ts";

export const documentUrl = new URL("../../docs/compatibility.md", import.meta.url);

const BEGIN = "<!-- differences: begin -->\n";
const END = "<!-- differences: end -->";

/** docs/compatibility.md as it should be: its own text, with the table of the differences between the two marks. */
export function expectedDocument(): string {
  const text = readFileSync(documentUrl, "utf8");
  const begin = text.indexOf(BEGIN) + BEGIN.length;
  const end = text.indexOf(END);
  if (begin < BEGIN.length || end < begin) throw new Error("docs/compatibility.md lacks the marks of its table");
  return text.slice(0, begin) + table() + text.slice(end);
}

function table(): string {
  const rows = differences.map(
    ({ what, oursSays, realSays, reason }) => `| ${what} | ${oursSays} | ${realSays} | ${reason} |\n`,
  );
  return `| What | restate-lite | restate-server 1.7.12 | Why |\n| --- | --- | --- | --- |\n${rows.join("")}`;
}
