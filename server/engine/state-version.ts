import { createHash } from "node:crypto";

/**
 * The version of an object's state, which a change of it may name: it is dropped when the state has another one by then.
 *
 * This server issues versions of its own (`versionOf`), which it tells from all others by how they begin, and checks
 * exactly. The official CLI computes one from the state that it read: a SHA-256, in base64url, of names and values in a
 * form that is not documented. That of an empty state is known (the digest of nothing). Of another state only this much
 * can be checked: that the version has the form of one, and is not the empty state's.
 */
const OF_EMPTY_STATE = "47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU";
const FORM = /^[A-Za-z0-9_-]{43}$/;
const ISSUED_FORM = /^rl1_[A-Za-z0-9_-]{43}$/;

export interface StateEntry {
  readonly name: Buffer;
  readonly value: Buffer;
}

/** Whether a version can be one that this server has issued. */
export function isIssuedVersion(version: string): boolean {
  return ISSUED_FORM.test(version);
}

/** The version of a state that has these entries, in the order of their names. */
export function versionOf(entries: readonly StateEntry[]): string {
  const hash = createHash("sha256");
  const lengths = Buffer.alloc(8);
  for (const { name, value } of entries) {
    lengths.writeUInt32BE(name.length, 0);
    lengths.writeUInt32BE(value.length, 4);
    hash.update(lengths).update(name).update(value);
  }
  return `rl1_${hash.digest("base64url")}`;
}

/** Whether the state may have this version. */
export function mayBeVersion(version: string, entries: readonly StateEntry[]): boolean {
  if (isIssuedVersion(version)) return version === versionOf(entries);
  return entries.length === 0 ? version === OF_EMPTY_STATE : FORM.test(version) && version !== OF_EMPTY_STATE;
}
