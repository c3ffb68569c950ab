import { SdkError } from "../../core/index.ts";
import { headerValue, type RequestHeaders } from "../answer.ts";
import { decodeBase58 } from "./base58.ts";
import { checkClaims, IdentityError, readToken, type Token, type TokenClaims } from "./token.ts";
import type { SignatureCheck, SignatureCheckFactory } from "./types.ts";

const SCHEME_HEADER = "x-restate-signature-scheme";
const TOKEN_HEADER = "x-restate-jwt-v1";
const KEY_PREFIX = "publickeyv1_";
const KEY_BYTES = 32;
/** Verified tokens that are remembered. Servers use a token again for the same path, and checking one costs 0.1 ms. */
const REMEMBERED_TOKENS = 1000;
/** Longer ones are never remembered, so that a stranger cannot fill the memory. Theirs are around 400. */
const REMEMBERED_TOKEN_LENGTH = 2000;

/** Tells requests of the servers with the given keys from all others (request identity, version 1). */
export class IdentityVerifier {
  readonly #checks: readonly SignatureCheck[];
  readonly #now: () => number;
  /** Claims of tokens whose signature was right. Times and path are checked again at every use. */
  readonly #verified = new Map<string, TokenClaims>();

  /**
   * @param keys `publickeyv1_…`
   * @throws SdkError when one is not such a key
   */
  constructor(keys: readonly string[], checkOf: SignatureCheckFactory, now: () => number) {
    this.#checks = keys.map((key) => checkOf(publicKeyOf(key)));
    this.#now = now;
  }

  /**
   * What is wrong with the signature of a request, or undefined when it is right. Answers at once when the
   * platform can, and never throws or rejects.
   */
  verify(path: string, headers: RequestHeaders): IdentityError | undefined | Promise<IdentityError | undefined> {
    try {
      const text = tokenOf(headers);
      const audience = audienceOf(path);
      const known = this.#verified.get(text);
      if (known !== undefined) {
        checkClaims(known, audience, this.#now());
        return undefined;
      }
      const token = readToken(text);
      checkClaims(token.claims, audience, this.#now());
      return this.#checkSignature(text, token, 0);
    } catch (error) {
      return identityErrorOf(error);
    }
  }

  /** Tries the keys from `first` on. */
  #checkSignature(text: string, token: Token, first: number): undefined | Promise<IdentityError | undefined> {
    for (let i = first; i < this.#checks.length; i++) {
      const check = this.#checks[i] as SignatureCheck;
      const isRight = check(token.signed, token.signature);
      if (typeof isRight === "boolean") {
        if (!isRight) continue;
        this.#remember(text, token);
        return undefined;
      }
      return isRight
        .then((right) => {
          if (!right) return this.#checkSignature(text, token, i + 1);
          this.#remember(text, token);
          return undefined;
        })
        .catch(identityErrorOf);
    }
    throw new IdentityError("the token is not signed with one of the configured keys");
  }

  #remember(text: string, token: Token): void {
    if (text.length > REMEMBERED_TOKEN_LENGTH) return;
    if (this.#verified.size >= REMEMBERED_TOKENS) this.#verified.clear();
    this.#verified.set(text, token.claims);
  }
}

function tokenOf(headers: RequestHeaders): string {
  const scheme = headerValue(headers, SCHEME_HEADER);
  if (scheme === undefined) throw new IdentityError(`the header ${SCHEME_HEADER} is missing`);
  if (scheme === "unsigned") throw new IdentityError("the request is not signed");
  if (scheme !== "v1") throw new IdentityError(`the header ${SCHEME_HEADER} says ${JSON.stringify(scheme)}, not "v1"`);
  const token = headerValue(headers, TOKEN_HEADER);
  if (token === undefined) throw new IdentityError(`the header ${TOKEN_HEADER} is missing`);
  return token;
}

/** What a token for this path must be issued to: the server does not know under which prefix it is mounted. */
function audienceOf(path: string): string {
  const segments = path.split("/");
  if (segments.at(-3) === "invoke" && segments.length >= 4) return `/${segments.slice(-3).join("/")}`;
  if (segments.at(-1) === "discover" && segments.length >= 2) return "/discover";
  return path;
}

function publicKeyOf(key: string): Uint8Array {
  const bytes = key.startsWith(KEY_PREFIX) ? decodeBase58(key.slice(KEY_PREFIX.length)) : undefined;
  if (bytes?.length === KEY_BYTES) return bytes;
  throw new SdkError(
    "RL_SDK_BAD_IDENTITY_KEY",
    `${JSON.stringify(key)} is not a request identity key: expected "${KEY_PREFIX}" and the Base58 form of ${KEY_BYTES} bytes, as the server prints it when it starts with a signing key.`,
  );
}

function identityErrorOf(error: unknown): IdentityError {
  return error instanceof IdentityError ? error : new IdentityError(String(error));
}
