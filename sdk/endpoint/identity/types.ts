/** Checks Ed25519 signatures with one public key. Node answers at once, WebCrypto with a promise. */
export type SignatureCheck = (signed: Uint8Array, signature: Uint8Array) => boolean | Promise<boolean>;

/** Makes the check of a public key: 32 bytes. */
export type SignatureCheckFactory = (publicKey: Uint8Array) => SignatureCheck;
