/** What somebody has typed into a playground. Kept as it is, whatever way of typing it they change to. */
export type Mode = "form" | "json" | "text" | "bytes";

export interface Input {
  readonly mode: Mode;
  /** Of the form, JSON and text. */
  readonly text: string;
  /** Of bytes, two digits each. */
  readonly hex: string;
  /** The text that `hex` stands for, as long as that is the text. */
  readonly hexOf: string | undefined;
  /** Empty: that of the mode. */
  readonly contentType: string;
}

export const CONTENT_TYPES: Readonly<Record<Mode, string>> = {
  form: "application/json",
  json: "application/json",
  text: "text/plain",
  bytes: "application/octet-stream",
};

/** The same input in another mode. Bytes that are no text leave the text as it was, and are there again under bytes. */
export function inMode(input: Input, mode: Mode): Input {
  if (mode === input.mode) return input;
  if (mode === "bytes") {
    return input.hexOf === input.text ? { ...input, mode } : { ...input, mode, hex: hexOf(utf8(input.text)) };
  }
  if (input.mode !== "bytes") return { ...input, mode };
  const bytes = bytesOf(input.hex);
  const text = bytes === undefined ? undefined : textOf(bytes);
  return text === undefined ? { ...input, mode, hexOf: input.text } : { ...input, mode, text, hexOf: text };
}

/** What goes to the handler; `undefined` when it cannot: see {@link inputProblem}. */
export function bodyOf({ mode, text, hex }: Input): Uint8Array | undefined {
  if (mode === "bytes") return bytesOf(hex);
  return utf8(mode === "text" ? text : text.trim());
}

/** Why the input cannot be sent as what it says it is. JSON that is none can be: handlers see what they then do. */
export function inputProblem({ mode, hex }: Input): string | undefined {
  return mode === "bytes" && bytesOf(hex) === undefined
    ? "Bytes are pairs of the digits 0-9 and a-f, such as 48 65 6c 6c 6f."
    : undefined;
}

/** A value of JSON, if the text is one that a form can hold without changing it. */
export function formValue(text: string): { readonly value: unknown } | { readonly problem: string } {
  if (text.trim() === "") return { value: undefined };
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return { problem: "What is there now is not JSON, so a form cannot show it." };
  }
  const numbers = text.replaceAll(/"(?:[^"\\]|\\.)*"/g, '""').match(/-?\d{16,}/g) ?? [];
  return numbers.every((digits) => Number.isSafeInteger(Number(digits)))
    ? { value }
    : { problem: "A number of it has more digits than a form can hold, so that it would be changed." };
}

export const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);

export function hexOf(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join(" ");
}

export function bytesOf(hex: string): Uint8Array | undefined {
  const digits = hex.replaceAll(/\s+|0x|,/gi, "");
  if (digits.length % 2 !== 0 || /[^0-9a-f]/i.test(digits)) return undefined;
  return Uint8Array.from(digits.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
}

export function textOf(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}
