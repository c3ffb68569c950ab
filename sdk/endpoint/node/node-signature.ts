import { createPublicKey, verify } from "node:crypto";
import type { SignatureCheckFactory } from "../identity/types.ts";

/** Ed25519 by `node:crypto`, which answers at once. */
export const nodeSignatureCheck: SignatureCheckFactory = (publicKey) => {
  const jwk = { kty: "OKP", crv: "Ed25519", x: Buffer.from(publicKey).toString("base64url") };
  const key = createPublicKey({ key: jwk, format: "jwk" });
  return (signed, signature) => verify(null, signed, key, signature);
};
