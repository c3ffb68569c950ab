/** A JSON Web Token as it came: read, but believed only once its signature has been checked. */
export interface Token {
  /** What was signed: header and claims, as sent. */
  readonly signed: Uint8Array;
  readonly signature: Uint8Array;
  readonly claims: TokenClaims;
}

/** Times in seconds since 1970. */
export interface TokenClaims {
  readonly audience: readonly string[];
  readonly expiresAt: number;
  readonly notBefore: number;
}

/** What is wrong with a request's signature. For the log: whoever sent the request only learns that it was refused. */
export class IdentityError extends Error {
  override readonly name = "IdentityError";
}

const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { fatal: true });

/**
 * Reads a token signed with EdDSA that has the claims which Restate's server puts into it: `aud`, `exp`, `iat`, `nbf`.
 *
 * @throws IdentityError when it is none
 */
export function readToken(text: string): Token {
  const parts = text.split(".");
  const [header, claims, signature] = parts;
  if (header === undefined || claims === undefined || signature === undefined || parts.length !== 3) {
    throw new IdentityError("the token is not made of three parts");
  }
  const { alg } = readJson(header, "header");
  if (alg !== "EdDSA") throw new IdentityError(`the token's algorithm is ${JSON.stringify(alg)}, not "EdDSA"`);
  const bytes = decodeBase64Url(signature);
  if (bytes === undefined) throw new IdentityError("the token's signature is not base64url");
  return {
    signed: encoder.encode(`${header}.${claims}`),
    signature: bytes,
    claims: readClaims(readJson(claims, "claims")),
  };
}

/** @throws IdentityError when the token is not valid now, or not for `audience` */
export function checkClaims(claims: TokenClaims, audience: string, nowMs: number): void {
  // Whole seconds, as the server writes them.
  const now = Math.floor(nowMs / 1000);
  if (!claims.audience.includes(audience)) {
    throw new IdentityError(`the token is for ${claims.audience.join(", ")}, not for ${audience}`);
  }
  if (claims.expiresAt <= now) throw new IdentityError(`the token has expired ${now - claims.expiresAt} s ago`);
  if (claims.notBefore > now) throw new IdentityError(`the token is valid in ${claims.notBefore - now} s only`);
}

function readClaims(claims: Readonly<Record<string, unknown>>): TokenClaims {
  const { aud, exp, iat, nbf } = claims;
  const audience = typeof aud === "string" ? [aud] : aud;
  if (!Array.isArray(audience) || !audience.every((one) => typeof one === "string")) {
    throw new IdentityError('the token has no "aud"');
  }
  if (typeof exp !== "number") throw new IdentityError('the token has no "exp"');
  if (typeof nbf !== "number") throw new IdentityError('the token has no "nbf"');
  if (iat === undefined) throw new IdentityError('the token has no "iat"');
  return { audience, expiresAt: exp, notBefore: nbf };
}

function readJson(part: string, name: string): Readonly<Record<string, unknown>> {
  const bytes = decodeBase64Url(part);
  try {
    const value: unknown = bytes === undefined ? undefined : JSON.parse(decoder.decode(bytes));
    if (typeof value === "object" && value !== null) return value as Record<string, unknown>;
  } catch {
    // Falls through to the error below.
  }
  throw new IdentityError(`the token's ${name} is not JSON`);
}

/** `atob` and not Buffer: it exists on every platform. */
function decodeBase64Url(text: string): Uint8Array | undefined {
  if (!/^[\w-]*$/.test(text)) return undefined;
  try {
    return Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (character) =>
      character.charCodeAt(0),
    );
  } catch {
    return undefined;
  }
}
