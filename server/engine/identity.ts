import { createHash } from "node:crypto";
import { decodeInvocationId } from "../../sdk/protocol/index.ts";

/**
 * Invocation ids are 24 bytes: an unsigned 64-bit number and 16 bytes more, both little-endian, the bytes of
 * `StartMessage.id` (docs/facts.md). For us the number is the invocation's row number, so an id finds its row without
 * an index. Ids that follow from a key have the number's top bit set and are found through an index of their own.
 */
const ID_BYTES = 24;
const DETERMINED_BIT = 0x80;

/** An id that contains `seq`. `unique` are 16 bytes that no other invocation has. */
export function sequentialId(seq: number, unique: Buffer): Buffer {
  const id = Buffer.allocUnsafe(ID_BYTES);
  id.writeUInt32LE(seq % 2 ** 32, 0);
  id.writeUInt32LE(Math.floor(seq / 2 ** 32), 4);
  unique.copy(id, 8, 0, 16);
  return id;
}

function determinedId(parts: readonly string[]): Buffer {
  const hash = createHash("sha256");
  for (const part of parts) hash.update(`${Buffer.byteLength(part)}:`).update(part);
  const id = hash.digest().subarray(0, ID_BYTES);
  id[7] = (id[7] ?? 0) | DETERMINED_BIT;
  return id;
}

/** The id of the one run of a workflow. */
export function workflowId(service: string, scope: string, key: string): Buffer {
  return determinedId(["workflow", service, scope, key]);
}

/** The id of the invocation that an idempotency key names. */
export function idempotentId(
  service: string,
  handler: string,
  scope: string,
  key: string | undefined,
  idempotencyKey: string,
): Buffer {
  return determinedId(["idempotent", service, handler, scope, key === undefined ? "" : `k${key}`, idempotencyKey]);
}

export function isDetermined(id: Buffer): boolean {
  return ((id[7] ?? 0) & DETERMINED_BIT) !== 0;
}

/** The row number inside a sequential id. */
export function seqOf(id: Buffer): number {
  return id.readUInt32LE(0) + id.readUInt32LE(4) * 2 ** 32;
}

/** Parses a textual id; `undefined` when it is malformed. */
export function parseId(text: string): Buffer | undefined {
  return decodeInvocationId(text);
}

const FNV_PRIME = 0x100000001b3n;
const FNV_OFFSET = 0xcbf29ce484222325n;

/** A seed for `ctx.rand` that is the same in every attempt: FNV-1a over the id, which every attempt knows. */
export function randomSeedOf(id: Buffer): bigint {
  let hash = FNV_OFFSET ^ id.readBigUInt64LE(0);
  hash = BigInt.asUintN(64, hash * FNV_PRIME) ^ id.readBigUInt64LE(8);
  hash = BigInt.asUintN(64, hash * FNV_PRIME) ^ id.readBigUInt64LE(16);
  hash = BigInt.asUintN(64, hash * FNV_PRIME);
  return hash ^ (hash >> 29n);
}
