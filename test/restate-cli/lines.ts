/** The lines of a text without the width of its columns. */
export function ordered(text: string): readonly string[] {
  return text.split("\n").map(collapsed);
}

/**
 * The same for a text whose names come out of hash maps: the order of the lines is gone, but each still stands behind
 * the less indented ones that it belongs to, so that a handler stays with its service.
 */
export function unordered(text: string): readonly string[] {
  const result: string[] = [];
  const above: { readonly indent: number; readonly path: string }[] = [];
  const add = (line: string, indent: number) => {
    while ((above.at(-1)?.indent ?? -1) >= indent) above.pop();
    const path = [above.at(-1)?.path, sortedList(collapsed(line).trim())]
      .filter((part) => part !== undefined)
      .join(" | ");
    above.push({ indent, path });
    result.push(path);
  };
  for (const line of text.split("\n")) {
    if (line.trim() === "") continue;
    // What a revision adds to a service and takes away is marked where the indentation would be.
    const unmarked = line.replace(/^( *)(?:\+\+|--) /, "$1   ");
    const indent = unmarked.length - unmarked.trimStart().length;
    // The first of several names stands at the end of the line that they belong to.
    const [, head, name] = /^(.*(?:<time>|\/) {2,})((?:- )?\w+(?: \[\d+\])?) *$/.exec(line) ?? [];
    add(head ?? line, indent);
    if (name !== undefined) add(name, indent + 1000);
  }
  return result.sort();
}

function collapsed(line: string): string {
  return line
    .replace(/ {2,}/g, "  ")
    .replace(/ {2}(?=[│┆])/g, " ")
    .replace(/([─╌═])\1+/g, "$1")
    .trimEnd();
}

/** `[b, a]` → `[a, b]`. */
function sortedList(line: string): string {
  return line.replace(/\[(\w+(?:, \w+)+)\]$/, (_all, names: string) => `[${names.split(", ").sort().join(", ")}]`);
}
