import { isJson } from "../../ui/exact-json.ts";

/** How bytes are shown and typed. */
export type Form = "json" | "text" | "hex" | "base64";

export const FORMS: readonly Form[] = ["json", "text", "hex", "base64"];
export const FORM_LABELS: Readonly<Record<Form, string>> = {
  json: "JSON",
  text: "Text",
  hex: "Hex",
  base64: "Base64",
};

export function fromBase64(text: string): Uint8Array {
  return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
}

export function toBase64(bytes: Uint8Array): string {
  let text = "";
  for (const byte of bytes) text += String.fromCharCode(byte);
  return btoa(text);
}

/** How many bytes there are in a text of base64. */
export function sizeOfBase64(text: string): number {
  return (text.length / 4) * 3 - (text.endsWith("==") ? 2 : text.endsWith("=") ? 1 : 0);
}

export function fromHex(text: string): Uint8Array {
  return Uint8Array.from(text.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
}

/** @returns `undefined` when the bytes are no UTF-8 */
export function utf8(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

/** How people read these bytes best. */
export function bestForm(bytes: Uint8Array): Form {
  const text = utf8(bytes);
  return text === undefined ? "hex" : bytes.length === 0 || isJson(text) ? "json" : "text";
}

/** The bytes in a form; `undefined` when they have none. */
export function shownAs(bytes: Uint8Array, form: Form): string | undefined {
  switch (form) {
    case "json": {
      const text = utf8(bytes);
      return text === undefined || (text !== "" && !isJson(text)) ? undefined : pretty(text);
    }
    case "text":
      return utf8(bytes);
    case "hex":
      return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join(" ");
    case "base64":
      return toBase64(bytes);
  }
}

/** The bytes that somebody has typed in a form. @throws Error that says what is wrong */
export function typedAs(text: string, form: Form): Uint8Array {
  switch (form) {
    case "json":
      if (text.trim() === "") throw new Error("Type a value of JSON, or choose Text for no bytes at all.");
      JSON.parse(text);
      return new TextEncoder().encode(compact(text));
    case "text":
      return new TextEncoder().encode(text);
    case "hex": {
      const digits = text.replace(/\s+/g, "");
      const strange = /[^0-9a-f]/i.exec(digits)?.[0];
      if (strange !== undefined) throw new Error(`“${strange}” is no hexadecimal digit.`);
      if (digits.length % 2 === 1) throw new Error("A byte is two hexadecimal digits; the last one has one.");
      return fromHex(digits);
    }
    case "base64":
      try {
        return fromBase64(text.replace(/\s+/g, "").replaceAll("-", "+").replaceAll("_", "/"));
      } catch {
        throw new Error("That is no base64.");
      }
  }
}

/** Strings, punctuation, and everything else, numbers among it, as they are written: 1e400 has no JavaScript number. */
const TOKENS = /"(?:[^"\\]|\\.)*"|[[\]{},:]|[^\s[\]{},:"]+/g;

/** Valid JSON without the white space between its tokens. */
export function compact(json: string): string {
  return (json.match(TOKENS) ?? []).join("");
}

/** Valid JSON over several lines, each token as it is written. */
export function pretty(json: string): string {
  let indent = "";
  let text = "";
  let isOpened = false;
  for (const token of json.match(TOKENS) ?? []) {
    const isClosing = token === "]" || token === "}";
    if (isClosing) indent = indent.slice(2);
    if (isClosing ? !isOpened : isOpened) text += `\n${indent}`;
    isOpened = token === "[" || token === "{";
    if (isOpened) indent += "  ";
    text += token === ":" ? ": " : token === "," ? `,\n${indent}` : token;
  }
  return text;
}
