/** Request identity: whether a request comes from a server that holds one of the configured keys. */
export type { SignatureCheckFactory } from "./types.ts";
export { IdentityVerifier } from "./verifier.ts";
export { webSignatureCheck } from "./web-signature.ts";
