import type { Target, Unit, Verdict } from "./comparison.ts";

/**
 * A comparison as a Markdown table.
 *
 * @param theirs, ours what is compared: the ratio is ours by theirs
 */
export function comparisonTable(
  verdicts: readonly Verdict[],
  theirs = "restate-server",
  ours = "restate-lite",
): string {
  const rows = verdicts.map(({ row, real, ours: mine, ratio, roundRatios, isMet }) => [
    row.title,
    figure(real, row.unit),
    figure(mine, row.unit),
    number(ratio, 2),
    range(roundRatios),
    row.target === undefined ? "" : targetText(row.target, row.unit),
    isMet === undefined ? "" : isMet ? "yes" : "**no**",
  ]);
  return table(["", theirs, ours, "ratio", "in the rounds", "target", "met"], rows);
}

/** A Markdown table; every column but the first is aligned to the right. */
export function table(columns: readonly string[], rows: readonly (readonly string[])[]): string {
  const rule = columns.map((_, index) => (index === 0 ? "---" : "---:"));
  return [columns, rule, ...rows].map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}

/** A figure with its unit, as precise as it is worth. */
export function figure(value: number, unit: Unit): string {
  if (Number.isNaN(value)) return "–";
  switch (unit) {
    case "calls/s":
      return `${number(value, value < 100 ? 1 : 0)}/s`;
    case "us":
      return `${number(value / 1000, value < 10_000 ? 3 : 1)} ms`;
    case "ms":
      return `${number(value, 0)} ms`;
    case "bytes":
      return `${number(value / 2 ** 20, 1)} MiB`;
    case "times":
      return number(value, 2);
    case "cpuUs":
      return `${number(value, 0)} µs`;
  }
}

function number(value: number, digits: number): string {
  return Number.isFinite(value) ? value.toFixed(digits) : "–";
}

function range(values: readonly number[]): string {
  if (values.length < 2) return "";
  return `${number(Math.min(...values), 2)}–${number(Math.max(...values), 2)}`;
}

function targetText({ of, atLeast, atMost }: Target, unit: Unit): string {
  const bound = (value: number) => (of === "ratio" ? `ratio ${String(value)}` : figure(value, unit));
  return atLeast !== undefined ? `≥ ${bound(atLeast)}` : atMost !== undefined ? `≤ ${bound(atMost)}` : "";
}
