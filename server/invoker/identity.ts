import { createPrivateKey, createPublicKey, type KeyObject, sign } from "node:crypto";
import type { Clock } from "../seams.ts";
import { base58 } from "./base58.ts";

/** Seconds that a token is valid before and after its issue, as the real server issues them. */
const VALIDITY_S = 60;
/** A token is used again for the same path as long as this. */
const REUSE_S = 10;
const REMEMBERED_PATHS = 1000;

/** Signs requests so that endpoints can tell that they come from this server. */
export interface RequestIdentity {
  /** `publickeyv1_…`, what endpoints are configured with. */
  readonly publicKey: string;
  /** Signature headers for a request to `audience`: the path from `/invoke/` or `/discover` on, without its prefix. */
  headers(audience: string): Readonly<Record<string, string>>;
}

/**
 * Text form of the public key that belongs to an Ed25519 private key.
 *
 * @param privateKeyPem PKCS#8 in PEM
 * @throws Error when it is not such a key
 */
export function publicKeyV1(privateKeyPem: string | Buffer): string {
  return publicKeyText(parseKey(privateKeyPem));
}

/**
 * Request identity, version 1: a JWT (EdDSA) in `x-restate-jwt-v1`.
 *
 * @param privateKeyPem Ed25519 key, PKCS#8 in PEM
 * @throws Error when it is not such a key
 */
export function createRequestIdentity(privateKeyPem: string | Buffer, clock: Clock): RequestIdentity {
  const key = parseKey(privateKeyPem);
  const publicKey = publicKeyText(key);
  const protectedHeader = base64url(JSON.stringify({ typ: "JWT", alg: "EdDSA", kid: publicKey }));
  const remembered = new Map<string, { readonly issuedAt: number; readonly headers: Record<string, string> }>();
  return {
    publicKey,
    headers(audience) {
      const now = Math.floor(clock.nowMs() / 1000);
      const known = remembered.get(audience);
      // A clock that went back would leave tokens that are not valid yet.
      if (known !== undefined && now >= known.issuedAt && now < known.issuedAt + REUSE_S) return known.headers;
      const claims = { aud: audience, exp: now + VALIDITY_S, iat: now, nbf: now - VALIDITY_S };
      const signed = `${protectedHeader}.${base64url(JSON.stringify(claims))}`;
      const signature = sign(null, Buffer.from(signed), key).toString("base64url");
      const headers = { "x-restate-signature-scheme": "v1", "x-restate-jwt-v1": `${signed}.${signature}` };
      if (remembered.size >= REMEMBERED_PATHS) remembered.clear();
      remembered.set(audience, { issuedAt: now, headers });
      return headers;
    },
  };
}

function parseKey(privateKeyPem: string | Buffer): KeyObject {
  const key = createPrivateKey(privateKeyPem);
  if (key.asymmetricKeyType !== "ed25519") {
    throw new Error(`the request identity key must be an Ed25519 private key, not ${key.asymmetricKeyType ?? "this"}`);
  }
  return key;
}

function publicKeyText(key: KeyObject): string {
  const { x } = createPublicKey(key).export({ format: "jwk" });
  return `publickeyv1_${base58(Buffer.from(x ?? "", "base64url"))}`;
}

function base64url(text: string): string {
  return Buffer.from(text).toString("base64url");
}
