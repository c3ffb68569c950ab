import { stringifyJson } from "../../ui/exact-json.ts";

/** A row as the server sends it: what is null is left out. */
export type Row = Readonly<Record<string, unknown>>;

export interface Column {
  readonly name: string;
  readonly isNumber: boolean;
}

/** The columns of an answer. One whose values are numbers, nulls apart, is shown as such. */
export function columnsOf(names: readonly string[], rows: readonly Row[]): Column[] {
  return [...new Set(names)].map((name) => {
    let isNumber = false;
    for (const row of rows) {
      const value = row[name];
      if (value === undefined || value === null) continue;
      isNumber = typeof value === "number" || typeof value === "bigint";
      if (!isNumber) break;
    }
    return { name, isNumber };
  });
}

export type Cell =
  | { readonly kind: "null" }
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "invocation"; readonly text: string }
  | { readonly kind: "deployment"; readonly text: string }
  /** Opens, because there is more than fits. */
  | { readonly kind: "json" | "long"; readonly text: string };

const INVOCATION_ID = /^inv_1[0-9A-Za-z]{20,}$/;
const DEPLOYMENT_ID = /^dp_1[0-9A-Za-z]{10,}$/;
const IS_JSON = /^\s*(?:\{[\s\S]*\}|\[[\s\S]*\])\s*$/;
const LONG = 60;

/** How a value is shown. */
export function cellOf(value: unknown): Cell {
  if (value === undefined || value === null) return { kind: "null" };
  if (typeof value === "object") return { kind: "json", text: textOf(value) };
  const text = String(value);
  if (INVOCATION_ID.test(text)) return { kind: "invocation", text };
  if (DEPLOYMENT_ID.test(text)) return { kind: "deployment", text };
  if (IS_JSON.test(text)) return { kind: "json", text };
  return { kind: text.length > LONG || text.includes("\n") ? "long" : "text", text };
}

/** A value as text, for the clipboard and for files. */
export function textOf(value: unknown): string {
  if (value === undefined || value === null) return "";
  return typeof value === "object" ? stringifyJson(value) : String(value);
}

const CHARACTER_PX = 7.6;
const PADDING_PX = 26;
const LOOKED_AT = 60;
export const NARROWEST_PX = 56;
const WIDEST_PX = 340;

/** The width in pixels that a column starts with, by what some rows all over have in it. */
export function widthOf({ name }: Column, rows: readonly Row[]): number {
  let longest = name.length + 1;
  const step = Math.max(1, (rows.length - 1) / LOOKED_AT);
  for (let at = 0; at < rows.length; at += step) {
    longest = Math.max(longest, textOf(rows[Math.round(at)]?.[name]).length);
  }
  return Math.round(Math.min(WIDEST_PX, Math.max(NARROWEST_PX, longest * CHARACTER_PX + PADDING_PX)));
}
