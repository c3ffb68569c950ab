import type { Row } from "./servers.ts";

const HOUR_MS = 3_600_000;

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
      .replace(/\bPT[\d.HMS]+S\b/g, "<duration>")
      .replace(/127\.0\.0\.1:\d+/g, "<host>");
  const value = (raw: unknown, column: string): unknown => {
    if (column === "raw" && typeof raw === "string") return text(messageText(raw));
    if (typeof raw === "string") return text(raw);
    // Nobody orders the lists.
    return Array.isArray(raw) ? raw.map((item) => value(item, column)).sort() : raw;
  };
  return (row) => Object.fromEntries(Object.entries(row).map(([name, raw]) => [name, value(raw, name)]));
}

/** A message of the protocol, given in hexadecimal digits, as a text: times of today, which are varints, are left out. */
function messageText(hex: string): string {
  const bytes = Buffer.from(hex, "hex");
  let shown = "";
  for (let at = 0; at < bytes.length; at++) {
    const time = [0, 1, 2, 3, 4, 5].reduce((sum, n) => sum + ((bytes[at + n] ?? 0) & 0x7f) * 2 ** (7 * n), 0);
    if (Math.abs(time - Date.now()) < 24 * HOUR_MS) {
      shown += "<ms>";
      at += 5;
    } else shown += String.fromCharCode(bytes[at] ?? 0);
  }
  return shown;
}
