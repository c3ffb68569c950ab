import { createPublicKey, generateKeyPairSync, type KeyObject, sign } from "node:crypto";
import { describe, expect, it } from "vitest";
import { nodeSignatureCheck } from "../node/node-signature.ts";
import { decodeBase58 } from "./base58.ts";
import type { SignatureCheckFactory } from "./types.ts";
import { IdentityVerifier } from "./verifier.ts";
import { webSignatureCheck } from "./web-signature.ts";

const ALPHABET = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";
const NOW_S = 1_750_000_000;
const PATH = "/invoke/Greeter/greet";

interface Signer {
  readonly publicKey: string;
  token(claims?: object, header?: object): string;
}

function signer(): Signer {
  const { privateKey } = generateKeyPairSync("ed25519");
  const publicKey = `publickeyv1_${base58(rawPublicKey(privateKey))}`;
  return {
    publicKey,
    token(claims = {}, header = {}) {
      const defaults = { aud: PATH, exp: NOW_S + 60, iat: NOW_S, nbf: NOW_S - 60 };
      const parts = [
        { typ: "JWT", alg: "EdDSA", kid: publicKey, ...header },
        { ...defaults, ...claims },
      ];
      const signed = parts.map((part) => Buffer.from(JSON.stringify(part)).toString("base64url")).join(".");
      return `${signed}.${sign(null, Buffer.from(signed), privateKey).toString("base64url")}`;
    },
  };
}

function rawPublicKey(key: KeyObject): Buffer {
  return Buffer.from(createPublicKey(key).export({ format: "jwk" }).x ?? "", "base64url");
}

function base58(bytes: Buffer): string {
  let number = BigInt(`0x${bytes.toString("hex")}`);
  let text = "";
  for (; number > 0n; number /= 58n) text = (ALPHABET[Number(number % 58n)] as string) + text;
  return "1".repeat(bytes.findIndex((byte) => byte !== 0)) + text;
}

const headersOf = (token: string) => ({ "x-restate-signature-scheme": "v1", "x-restate-jwt-v1": token });

const one = signer();
const other = signer();

describe.each<[string, SignatureCheckFactory]>([
  ["node:crypto", nodeSignatureCheck],
  ["WebCrypto", webSignatureCheck],
])("request identity by %s", (_name, check) => {
  const problem = async (
    headers: Record<string, string>,
    { path = PATH, keys = [one.publicKey], nowS = NOW_S } = {},
  ): Promise<string | undefined> => {
    const outcome = await new IdentityVerifier(keys, check, () => nowS * 1000).verify(path, headers);
    return outcome?.message;
  };

  it("takes a token that one of the keys has signed", async () => {
    expect(await problem(headersOf(one.token()))).toBeUndefined();
    expect(await problem(headersOf(other.token()), { keys: [one.publicKey, other.publicKey] })).toBeUndefined();
    expect(await problem(headersOf(one.token({ aud: ["/discover", PATH] })))).toBeUndefined();
  });

  it.each([
    ["/invoke/Greeter/greet", "/invoke/Greeter/greet"],
    ["/some/prefix/invoke/Greeter/greet", "/invoke/Greeter/greet"],
    ["/discover", "/discover"],
    ["/some/prefix/discover", "/discover"],
    ["/serdes/Greeter/decode/greet/input", "/serdes/Greeter/decode/greet/input"],
  ])("at %s takes a token for %s", async (path, aud) => {
    expect(await problem(headersOf(one.token({ aud })), { path })).toBeUndefined();
  });

  it.each([
    ["another path", headersOf(one.token({ aud: "/invoke/Greeter/shout" })), "is for /invoke/Greeter/shout"],
    ["another key", headersOf(other.token()), "not signed with one of the configured keys"],
    ["the past", headersOf(one.token({ exp: NOW_S })), "has expired 0 s ago"],
    ["the future", headersOf(one.token({ nbf: NOW_S + 1 })), "valid in 1 s only"],
    ["nobody", headersOf(one.token({ aud: undefined })), 'no "aud"'],
    ["ever", headersOf(one.token({ exp: undefined })), 'no "exp"'],
    ["no start", headersOf(one.token({ nbf: undefined })), 'no "nbf"'],
    ["no issue", headersOf(one.token({ iat: undefined })), 'no "iat"'],
    ["another algorithm", headersOf(one.token({}, { alg: "none" })), 'is "none"'],
  ])("refuses a token for %s", async (_title, headers, message) => {
    expect(await problem(headers)).toContain(message);
  });

  it.each([
    ["no scheme", { "x-restate-jwt-v1": one.token() }, "x-restate-signature-scheme is missing"],
    ["an unknown scheme", { ...headersOf(one.token()), "x-restate-signature-scheme": "v2" }, 'says "v2"'],
    ["no signature on purpose", { "x-restate-signature-scheme": "unsigned" }, "is not signed"],
    ["no token", { "x-restate-signature-scheme": "v1" }, "x-restate-jwt-v1 is missing"],
    ["no token but a word", headersOf("word"), "three parts"],
    ["a token of nonsense", headersOf("a.b.c"), "header is not JSON"],
    [
      "a changed token",
      headersOf(one.token().replace(/\.[^.]+\./, `.${one.token({ exp: NOW_S + 999 }).split(".")[1]}.`)),
      "not signed",
    ],
    ["a cut signature", headersOf(one.token().slice(0, -10)), "not signed"],
  ])("refuses a request with %s", async (_title, headers, message) => {
    expect(await problem(headers)).toContain(message);
  });

  it("checks a signature once, times and path every time", async () => {
    let checks = 0;
    const counted: SignatureCheckFactory = (key) => {
      const inner = check(key);
      return (signed, signature) => {
        checks += 1;
        return inner(signed, signature);
      };
    };
    let nowS = NOW_S;
    const verifier = new IdentityVerifier([one.publicKey], counted, () => nowS * 1000);
    const headers = headersOf(one.token());
    for (let i = 0; i < 3; i++) expect(await verifier.verify(PATH, headers)).toBeUndefined();
    expect(checks).toBe(1);
    expect((await verifier.verify("/discover", headers))?.message).toContain("not for /discover");
    nowS += 60;
    expect((await verifier.verify(PATH, headers))?.message).toContain("expired");
    expect(checks).toBe(1);
  });

  it("does not remember a token whose signature is wrong", async () => {
    const verifier = new IdentityVerifier([one.publicKey], check, () => NOW_S * 1000);
    const headers = headersOf(other.token());
    for (let i = 0; i < 2; i++) expect((await verifier.verify(PATH, headers))?.message).toContain("not signed");
  });

  it("survives more tokens than it remembers", async () => {
    const verifier = new IdentityVerifier([one.publicKey], check, () => NOW_S * 1000);
    for (let i = 0; i < 1100; i++) {
      expect(await verifier.verify(PATH, headersOf(one.token({ jti: i })))).toBeUndefined();
    }
  });
});

describe("a key", () => {
  it.each([
    "",
    "publickeyv1_",
    one.publicKey.slice("publickeyv1_".length),
    `${one.publicKey}111111111`,
    "publickeyv1_0OIl",
  ])("%j is refused when the endpoint is made", (key) => {
    expect(() => new IdentityVerifier([key], nodeSignatureCheck, Date.now)).toThrow(
      expect.objectContaining({ code: "RL_SDK_BAD_IDENTITY_KEY" }),
    );
  });

  it("may start with zero bytes", () => {
    expect(decodeBase58("112g")).toEqual(Uint8Array.of(0, 0, 0x61));
    expect(decodeBase58("2g")).toEqual(Uint8Array.of(0x61));
    expect(decodeBase58("1")).toEqual(Uint8Array.of(0));
    expect(decodeBase58("StV1DL6CwTryKyV")).toEqual(new TextEncoder().encode("hello world"));
  });
});
