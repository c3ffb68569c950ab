import { differences as printed } from "../restate-cli/differences.ts";
import { differences as answers } from "./differences.ts";

export const documentUrl = new URL("../../docs/compatibility.md", import.meta.url);

/**
 * The document with other content between the two marks of that name.
 * @throws Error when the document lacks them
 */
export function withSection(text: string, name: string, content: string): string {
  const [begin, end] = [`<!-- ${name}: begin -->\n`, `<!-- ${name}: end -->`];
  const from = text.indexOf(begin) + begin.length;
  const to = text.indexOf(end);
  if (from < begin.length || to < from) throw new Error(`docs/compatibility.md lacks the marks of '${name}'`);
  return text.slice(0, from) + content + text.slice(to);
}

/** docs/compatibility.md with the tables of both lists of differences as they should be. */
export function withDifferences(text: string): string {
  const head = ["What", "restate-lite", "restate-server 1.7.12", "Why"];
  const inAnswers = answers.map(({ what, oursSays, realSays, reason }) => [what, oursSays, realSays, reason]);
  const inPrint = printed.map(({ what, oursPrints, realPrints, reason }) => [what, oursPrints, realPrints, reason]);
  return withSection(
    withSection(text, "differences", table(head, inAnswers)),
    "differences of the CLI",
    table(head, inPrint),
  );
}

export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |\n`;
  return [head, head.map(() => "---"), ...rows].map(line).join("");
}
