/**
 * Request identity: whether a request comes from a server that holds one of the configured keys. `verifier` decides;
 * `token` reads the JSON Web Token, `base58` the keys, `web-signature` checks by WebCrypto, and `types` says what a
 * check is.
 */
export type { SignatureCheckFactory } from "./types.ts";
export { IdentityVerifier } from "./verifier.ts";
export { webSignatureCheck } from "./web-signature.ts";
