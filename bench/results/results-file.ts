import fs from "node:fs";
import { fileURLToPath } from "node:url";

const FILE = fileURLToPath(new URL("../RESULTS.md", import.meta.url));
const OPENING = `# Benchmark results

Written by the benchmark itself (\`--record\`): each part below is the last recorded run of its kind. How to run it
stands in \`bench/run.ts\`, \`bench/suspended.ts\`, \`bench/idle.ts\`, \`bench/large.ts\`, \`bench/sdk.ts\` and \`bench/sql.ts\`.
`;

export type Part = "calls" | "suspended" | "sdk" | "dev" | "testing" | "sql" | "dashboard" | "idle" | "large";

/** Replaces one part of RESULTS.md and leaves the others as they are. */
export function recordPart(part: Part, text: string): string {
  const before = fs.existsSync(FILE) ? fs.readFileSync(FILE, "utf8") : OPENING;
  fs.writeFileSync(FILE, withPart(before, part, text));
  return FILE;
}

/** The document with that part replaced, or added at its end. */
export function withPart(document: string, part: Part, text: string): string {
  const [begin, end] = [`<!-- ${part}: begin -->`, `<!-- ${part}: end -->`];
  const block = `${begin}\n${text.trim()}\n${end}`;
  const from = document.indexOf(begin);
  const to = document.indexOf(end);
  if (from < 0 || to < from) return `${document.trimEnd()}\n\n${block}\n`;
  return document.slice(0, from) + block + document.slice(to + end.length);
}
