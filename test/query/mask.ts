import type { Row } from "./servers.ts";

/** What differs between any two runs, made equal: ids become what they stand for, times and addresses a word. */
export function masker(invocations: readonly Row[]): (row: Row) => Row {
  const names = new Map<string, string>();
  const counts = new Map<string, number>();
  for (const { id, target } of invocations) {
    const count = (counts.get(String(target)) ?? 0) + 1;
    counts.set(String(target), count);
    names.set(String(id), `<${target} ${count}>`);
  }
  const text = (value: string): string =>
    value
      .replace(/inv_1[0-9A-Za-z]{33}/g, (id) => names.get(id) ?? "<invocation>")
      .replace(/\b(dp|vq)_1[0-9A-Za-z]+/g, "<$1>")
      .replace(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z/g, "<time>")
      .replace(/:17\d{11}\b/g, ":<ms>")
      .replace(/127\.0\.0\.1:\d+/g, "<host>");
  const value = (raw: unknown): unknown => {
    if (typeof raw === "string") return text(raw);
    // Nobody orders the lists.
    return Array.isArray(raw) ? raw.map(value).sort() : raw;
  };
  return (row) => Object.fromEntries(Object.entries(row).map(([name, raw]) => [name, value(raw)]));
}
