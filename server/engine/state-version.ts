/**
 * The version of an object's state, which a change of it may name: it is dropped when the state has another one by then.
 *
 * The official CLI computes the version from the state that it read: a SHA-256, in base64url, of names and values in a
 * form that is not documented. That of an empty state is known (the digest of nothing). Of another state only this much
 * can be checked: that the version has the form of one, and is not the empty state's.
 */
const OF_EMPTY_STATE = "47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU";
const FORM = /^[A-Za-z0-9_-]{43}$/;

/** Whether the state may have this version. */
export function mayBeVersion(version: string, isEmpty: boolean): boolean {
  return isEmpty ? version === OF_EMPTY_STATE : FORM.test(version) && version !== OF_EMPTY_STATE;
}
