import type { SignatureCheckFactory } from "./types.ts";

/** Ed25519 by WebCrypto, which every fetch platform and Node have. */
export const webSignatureCheck: SignatureCheckFactory = (publicKey) => {
  // At the first use: some platforms allow no asynchronous work while modules load.
  let imported: ReturnType<typeof crypto.subtle.importKey> | undefined;
  return async (signed, signature) => {
    imported ??= crypto.subtle.importKey("raw", publicKey, "Ed25519", false, ["verify"]);
    return crypto.subtle.verify("Ed25519", await imported, signature, signed);
  };
};
