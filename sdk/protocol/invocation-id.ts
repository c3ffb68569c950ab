import { readBase62, writeBase62 } from "./base62.ts";

/** Textual invocation id: `inv_1` and 33 digits. */
export type InvocationId = string & { readonly __brand: "InvocationId" };

/** Length of the binary form, `StartMessage.id`. */
export const INVOCATION_ID_BYTES = 24;

const PREFIX = "inv_1";
/** A 64-bit number takes 11 digits in base 62, a 128-bit number 22. */
const HEAD_DIGITS = 11;
const TAIL_DIGITS = 22;
const HEAD_AT = PREFIX.length;
const TAIL_AT = HEAD_AT + HEAD_DIGITS;
const LENGTH = TAIL_AT + TAIL_DIGITS;
const TAIL_OFFSET = 8;
const HEAD_LIMBS = 2;
const TAIL_LIMBS = 4;

const text = Buffer.from(PREFIX.padEnd(LENGTH, "0"), "latin1");

/**
 * The textual form of an invocation id. The bytes are a 64-bit and a 128-bit number, both little-endian; the text has
 * both in base 62, each padded to its full width (seen with the real server).
 *
 * @throws RangeError when `bytes` are not 24
 */
export function encodeInvocationId(bytes: Uint8Array): InvocationId {
  if (bytes.length !== INVOCATION_ID_BYTES) {
    throw new RangeError(`an invocation id has ${INVOCATION_ID_BYTES} bytes, not ${bytes.length}`);
  }
  writeBase62(bytes, 0, HEAD_LIMBS, text, HEAD_AT, HEAD_DIGITS);
  writeBase62(bytes, TAIL_OFFSET, TAIL_LIMBS, text, TAIL_AT, TAIL_DIGITS);
  return text.toString("latin1") as InvocationId;
}

/** The 24 bytes of a textual invocation id; `undefined` when it is none. */
export function decodeInvocationId(text: string): Buffer | undefined {
  if (text.length !== LENGTH || !text.startsWith(PREFIX)) return undefined;
  const bytes = Buffer.allocUnsafe(INVOCATION_ID_BYTES);
  const isValid =
    readBase62(text, HEAD_AT, HEAD_DIGITS, bytes, 0, HEAD_LIMBS) &&
    readBase62(text, TAIL_AT, TAIL_DIGITS, bytes, TAIL_OFFSET, TAIL_LIMBS);
  return isValid ? bytes : undefined;
}
