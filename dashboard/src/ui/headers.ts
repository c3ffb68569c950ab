/** Headers one a line, `name: value`. What is no header is left out: see {@link headerProblem}. */
export function headersOf(text: string): [string, string][] {
  return lines(text).flatMap((line): [string, string][] => {
    const at = line.indexOf(":");
    return isHeader(line) ? [[line.slice(0, at).trim(), line.slice(at + 1).trim()]] : [];
  });
}

export function headersText(headers: Readonly<Record<string, string>>): string {
  return Object.entries(headers)
    .map(([name, value]) => `${name}: ${value}`)
    .join("\n");
}

export function headerProblem(text: string): string | undefined {
  const wrong = lines(text).find((line) => !isHeader(line));
  return wrong === undefined ? undefined : `“${wrong.trim()}” is not a header: write name: value`;
}

const lines = (text: string): string[] => text.split("\n").filter((line) => line.trim() !== "");
const isHeader = (line: string): boolean => /^\s*[!#$%&'*+\-.^_`|~0-9a-z]+\s*:[\t\x20-\x7e]*$/i.test(line);
