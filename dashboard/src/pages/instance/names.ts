import { fromBase64, toBase64, utf8 } from "./value.ts";

/** The name of an entry for people. Names are bytes, and texts in all SDKs. */
export function nameText(base64: string): string {
  const bytes = fromBase64(base64);
  const text = utf8(bytes);
  if (text === "") return "“”";
  return text ?? `0x${Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("")}`;
}

export function nameOf(text: string): string {
  return toBase64(new TextEncoder().encode(text));
}
