import type { Failure } from "../../sdk/protocol/index.ts";

/** How a command has ended; absent while it has not. */
export type EntryResult =
  | { readonly value?: unknown }
  | { readonly failure: { readonly code: number; readonly message: string } };

export function plain({ code, message }: Failure): { code: number; message: string } {
  return { code, message };
}

/** Bytes as a person reads them: JSON if they are, else text if they are, else `Uint8Array`. */
export function decoded(bytes: Uint8Array): unknown {
  if (bytes.length === 0) return undefined;
  const text = Buffer.from(bytes).toString();
  try {
    return JSON.parse(text);
  } catch {
    return text.includes("\ufffd") ? Uint8Array.from(bytes) : text;
  }
}
