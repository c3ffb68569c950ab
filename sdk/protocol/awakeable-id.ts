import { INVOCATION_ID_BYTES } from "./invocation-id.ts";

/** What an awakeable id names. */
export interface AwakeableId {
  /** The 24 bytes of the invocation that waits. */
  readonly invocation: Buffer;
  /** `signal`: what today's SDKs create; `promise`: the older form, by the index of a journal entry. */
  readonly kind: "signal" | "promise";
  /** Signal index, or index of the journal entry. */
  readonly index: number;
}

const PREFIX_LENGTH = 6;
const KINDS: Readonly<Record<string, AwakeableId["kind"]>> = { sign_1: "signal", prom_1: "promise" };
const BYTES = INVOCATION_ID_BYTES + 4;
/** 28 bytes are 38 characters without padding. */
const CHARACTERS = 38;
const PADDINGS: ReadonlySet<string> = new Set(["", "=", "=="]);

/** The id of the awakeable behind a signal: `sign_1` and base64url of the invocation's bytes and the index. */
export function encodeSignalAwakeableId(invocation: Uint8Array, signalIndex: number): string {
  if (invocation.length !== INVOCATION_ID_BYTES) {
    throw new RangeError(`an invocation id has ${INVOCATION_ID_BYTES} bytes, not ${invocation.length}`);
  }
  const bytes = Buffer.allocUnsafe(BYTES);
  bytes.set(invocation);
  bytes.writeUInt32BE(signalIndex, INVOCATION_ID_BYTES);
  return `sign_1${bytes.toString("base64url")}`;
}

/**
 * Takes an awakeable id apart, in today's and the older form; `undefined` when it is neither. Up to two `=` of padding
 * may follow: the Java SDK (2.4.1) writes both, and the real server takes none, one or two.
 */
export function decodeAwakeableId(text: string): AwakeableId | undefined {
  const kind = KINDS[text.slice(0, PREFIX_LENGTH)];
  const end = PREFIX_LENGTH + CHARACTERS;
  if (kind === undefined || text.length < end || !PADDINGS.has(text.slice(end))) return undefined;
  const encoded = text.slice(PREFIX_LENGTH, end);
  const bytes = Buffer.from(encoded, "base64url");
  // Buffer skips what is not base64 and takes both alphabets; only what comes out unchanged was one of our ids.
  if (bytes.length !== BYTES || bytes.toString("base64url") !== encoded) return undefined;
  return {
    invocation: bytes.subarray(0, INVOCATION_ID_BYTES),
    kind,
    index: bytes.readUInt32BE(INVOCATION_ID_BYTES),
  };
}
