import { readBase62, writeBase62 } from "./base62.ts";

/** Ids of things that are not invocations: deployments (`dp`), subscriptions (`sub`), snapshots (`snap`). */
export type ResourcePrefix = "dp" | "sub" | "snap";

const BYTES = 16;
const DIGITS = 22;
const LIMBS = 4;

/**
 * The textual form of a resource id: prefix, `_1`, and 128 bits in base 62 (seen with the real server: 22 digits).
 *
 * @throws RangeError when `bytes` are not 16
 */
export function encodeResourceId(prefix: ResourcePrefix, bytes: Uint8Array): string {
  if (bytes.length !== BYTES) throw new RangeError(`a resource id has ${BYTES} bytes, not ${bytes.length}`);
  const digits = Buffer.allocUnsafe(DIGITS);
  writeBase62(bytes, 0, LIMBS, digits, 0, DIGITS);
  return `${prefix}_1${digits.toString("latin1")}`;
}

/** The 16 bytes of a resource id with this prefix; `undefined` when it is none. */
export function decodeResourceId(prefix: ResourcePrefix, text: string): Buffer | undefined {
  const start = `${prefix}_1`;
  if (text.length !== start.length + DIGITS || !text.startsWith(start)) return undefined;
  const bytes = Buffer.allocUnsafe(BYTES);
  return readBase62(text, start.length, DIGITS, bytes, 0, LIMBS) ? bytes : undefined;
}
